import { createHmac } from 'node:crypto'
import { checkTaken, type Sender } from '../sender.ts'

/**
 * JSON to any HTTP endpoint. Id, time and HMAC-SHA256 signature stand in headers as Standard Webhooks say
 * (https://github.com/standard-webhooks/standard-webhooks), so that receivers can tell who sends and what came twice.
 */
export const webhook: Sender = {
  type: 'webhook',
  together: 20,
  async send({ id, incidents }, { url, key }, { post, now, signal }) {
    const body = JSON.stringify({
      type: 'incident.changed',
      timestamp: new Date(now).toISOString(),
      data: { incidents },
    })
    const timestamp = String(Math.floor(now / 1000))
    const signature =
      key === undefined ? {} : { 'webhook-signature': `v1,${sign(key, `${id}.${timestamp}.${body}`)}` }
    const headers = { 'content-type': 'application/json', 'webhook-id': id, 'webhook-timestamp': timestamp }
    checkTaken(await post({ url, headers: { ...headers, ...signature }, body, signal }))
  },
}

/** Keys are base64 after `whsec_`, or taken as they are. */
function sign(key: string, content: string): string {
  const secret = key.startsWith('whsec_') ? Buffer.from(key.slice(6), 'base64') : Buffer.from(key)
  return createHmac('sha256', secret).update(content).digest('base64')
}
