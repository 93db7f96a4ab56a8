import { addressIn, isPublic } from '../address.ts'
import type { Family } from '../family.ts'

const forms =
  /\b429\b|too many requests|rate[- ]?limit(?:ed|ing)?|throttl(?:ed|ing)|ThrottlingException|RequestLimitExceeded|quota (?:has been )?exceeded|exceeded (?:your )?(?:current )?quota|RESOURCE_EXHAUSTED|SlowDown|ProvisionedThroughputExceeded|limit of \d{1,12} (?:requests|calls)|slow_down/i

/** More is asked than is allowed. */
export const rateLimit: Family = {
  name: 'rate-limit',
  class: 'traffic',
  words: [
    '429',
    'too many requests',
    'rate limit',
    'rate-limit',
    'ratelimit',
    'throttl',
    'quota',
    'resource_exhausted',
    'slowdown',
    'slow_down',
    'limitexceeded',
    'throughputexceeded',
    'limit of',
  ],
  read(text) {
    if (!forms.test(text)) return undefined
    if (/\b429\b/.test(text) && !/\b(status|code|HTTP|too many|rate|error)\b/i.test(text)) return undefined
    const limit =
      /\(?(\d{1,9} ?(?:\/|per |requests? ?(?:\/|per ) ?)(?:seconds?|secs?|minutes?|min|hours?|days?|s)\b)/i.exec(
        text,
      )?.[1]
    const address = addressIn(text)
    const outside = address && isPublic(address)
    return {
      means: `hits a rate limit (429 too many requests${limit ? `, ${limit}` : ''})${outside ? ` of ${address.text}` : ''}`,
      fix: 'Find who sends the spike of requests and slow that client down (backoff, queue, cache); raise the limit only when the load is wanted.',
      tells: 0.9,
      ...(outside && { external: address.host }),
    }
  },
}
