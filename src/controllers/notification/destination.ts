import { Secret } from '../../api/kinds/core.ts'
import type { NotificationChannel } from '../../api/kinds/notification-channel.ts'
import { type Cache, Stalled, Waiting } from '../runtime/reconciler.ts'
import type { Destination, Sender } from './sender.ts'

type Reference = { name: string; key: string }

/** Where a channel's messages go, with what its Secrets hold. @throws Waiting for a Secret, Stalled for a bad URL */
export function destinationOf(
  { metadata, spec }: NotificationChannel,
  sender: Sender,
  { informer }: Cache,
): Destination {
  const secretText = (field: string, { name, key }: Reference): string => {
    const secret = informer(Secret).get(name, metadata.namespace)
    const value = secret?.data?.[key]
    if (value === undefined)
      throw new Waiting(
        secret ? 'SecretKeyMissing' : 'SecretMissing',
        `spec.${field} names key ${key} of Secret ${metadata.namespace}/${name}, which is not there`,
      )
    return Buffer.from(value, 'base64').toString().trim()
  }
  const text = spec.endpointFrom
    ? secretText('endpointFrom', spec.endpointFrom)
    : (spec.endpoint ?? sender.endpoint ?? '')
  const url = URL.parse(text)
  const mail = sender.type === 'smtp'
  if (!url || !(mail ? /^smtps?:$/ : /^https?:$/).test(url.protocol) || url.username || url.password)
    throw new Stalled(
      'BadEndpoint',
      `the endpoint is no URL that begins with ${mail ? 'smtps:// or smtp://' : 'https:// or http://'} and holds no password`,
    )
  return {
    url,
    ...(spec.key ? { key: secretText('key', spec.key) } : {}),
    ...(spec.mail ? { mail: spec.mail } : {}),
  }
}
