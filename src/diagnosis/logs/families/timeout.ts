import { addressIn } from '../address.ts'
import type { Family } from '../family.ts'

const forms =
  /deadline exceeded|DEADLINE_EXCEEDED|timed? ?out|time-?out (?:of|after|exceeded|error|while|waiting|expired)|TimeoutE(?:rror|xception)|timeout\b|ReadTimeout|canceling statement due to statement timeout|operation was (?:canceled|aborted)/i

/** Something took longer than it may. */
export const timeout: Family = {
  name: 'timeout',
  class: 'latency',
  words: ['timeout', 'timed out', 'time out', 'deadline', 'time-out'],
  read(text) {
    if (!forms.test(text)) return undefined
    const after =
      /(?:after|of|in|exceeded|within|waited) \(?(\d{1,9}(?:\.\d{1,3})? ?(?:ms|milliseconds?|s|secs?|seconds?|m|min|minutes?)\b)/i.exec(
        text,
      )?.[1]
    const address = addressIn(text)
    return {
      means: `waits too long${address ? ` for ${address.text}` : ''}: a timeout${after ? ` after ${after}` : ''}`,
      fix: `See what is slow behind it${address ? ` at ${address.text}` : ''} before raising the timeout.`,
      tells: address ? 0.75 : after ? 0.65 : 0.5,
    }
  },
}
