import { addressIn, isPublic } from '../address.ts'
import type { Family } from '../family.ts'

const forms =
  /upstream (?:prematurely closed|timed out|connect error|server|request timeout|sent (?:invalid|no valid))|no live upstreams|no healthy upstream|(?:HTTP|status|code|returned|response|got|received|statusCode)[^\n]{0,30}\b(50[0234])\b|\b(50[234]) (?:Bad Gateway|Service Unavailable|Service Temporarily Unavailable|Gateway Time-?out)|Bad Gateway|Gateway Time-?out|circuit ?breaker .{0,40}(?:open|tripped)|CircuitBreaker '?[\w-]{1,80}'? is OPEN/i

/** What it calls answers with an error. */
export const upstream: Family = {
  name: 'upstream',
  class: 'dependency',
  words: [
    'upstream',
    '500',
    '502',
    '503',
    '504',
    'bad gateway',
    'gateway time',
    'circuit',
    'service unavailable',
  ],
  read(text) {
    const match = forms.exec(text)
    if (!match) return undefined
    const status = match[1] ?? match[2]
    // A line of an access log begins with who called, not with what was called.
    const address = addressIn(text.replace(/^[\d.]{7,15} - \S{1,100} /, ''))
    const outside = address && isPublic(address)
    return {
      means: `gets errors from what it calls${address ? ` (${address.text})` : ''}${status ? `: status ${status}` : ''}`,
      fix: `Look at ${address?.text ?? 'the service behind it'}: its health, endpoints and logs at that time.`,
      tells: address ? 0.75 : 0.55,
      ...(outside && { external: address.host }),
    }
  },
}
