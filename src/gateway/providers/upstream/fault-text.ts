import type { CanonicalRequest } from '../../canonical/request.ts'
import { textOf } from '../../canonical/request.ts'

const maxMessage = 2000
/** Characters of one probe: an echo of twice as many is always found. */
const probe = 24
/** Of a prompt this much is compared; an error is not worth more. */
const maxCompared = 64 << 10

/** What must not be seen in a provider's words. */
export interface Confidential {
  secret?: string
  request: CanonicalRequest
}

/**
 * A provider's own words, fit for a client and for logs: keys are masked, and where the provider repeats the prompt
 * that part is cut out. @returns undefined when nothing was said
 */
export function faultText(said: string | undefined, { secret, request }: Confidential): string | undefined {
  if (!said) return undefined
  const masked = secret ? said.replaceAll(secret, '[key]') : said
  // Some providers repeat the ends of the key, or another key.
  const message = masked.slice(0, maxMessage).replace(/\b(?:sk|gsk|xai|key)-[\w*.-]{6,}/g, '[key]')
  return withoutEchoes(message, inputOf(request))
}

function inputOf({ messages }: CanonicalRequest): string {
  let input = ''
  for (const message of messages) {
    input += `${textOf(message)}\n`
    if (input.length > maxCompared) break
  }
  return input.slice(0, maxCompared)
}

/** Probes the message at steps of its own length, so that the work is bounded whatever both texts are. */
function withoutEchoes(message: string, input: string): string {
  let kept = ''
  let from = 0
  for (let at = 0; at + probe <= message.length; at += probe) {
    if (at < from || !input.includes(message.slice(at, at + probe))) continue
    let start = at
    let end = at + probe
    while (start > from && input.includes(message.slice(start - 1, end))) start--
    while (end < message.length && input.includes(message.slice(start, end + 1))) end++
    kept += `${message.slice(from, start)}[input]`
    from = end
  }
  const rest = kept + message.slice(from)
  // Short texts are repeated whole or not at all.
  const [short] = input.split('\n', 1)
  return short && short.length >= 8 && short.length < 2 * probe ? rest.replaceAll(short, '[input]') : rest
}
