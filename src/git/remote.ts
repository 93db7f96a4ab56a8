import type { Secret } from '../api/kinds/core.ts'
import type { Delivery } from '../api/kinds/delivery.ts'
import type { Credentials, Remote } from './git.ts'

/** Where a Delivery's repository is and how to get in; `secret` is the one its spec.credentials names. */
export function remoteOf({ spec }: Pick<Delivery, 'spec'>, secret: Pick<Secret, 'data'> | undefined): Remote {
  const credentials: Credentials = {}
  for (const key of ['username', 'password', 'privateKey', 'knownHosts'] as const) {
    const value = secret?.data?.[key]
    if (value !== undefined) credentials[key] = Buffer.from(value, 'base64').toString('utf8')
  }
  return {
    url: spec.repository,
    ref: spec.ref,
    ...(Object.keys(credentials).length > 0 ? { credentials } : {}),
  }
}
