import { type Family, groupOf } from '../family.ts'

const forms =
  /\b((?:[a-z][\w$]{0,60}\.){0,10}[A-Z][\w$]{1,100}(?:Exception|Error|Fault|Failure))\b|^(panic: (?:(?! goroutine \d)[^\n]){1,160})|\b(AssertionError|assertion failed)\b|(?:^|\s)(fatal error: [^\n]{1,120})|(Unhandled(?:PromiseRejection| rejection| exception)[^\n]{0,120})/

/** A named exception that no other family knows. */
export const exception: Family = {
  name: 'exception',
  class: 'code',
  words: ['exception', 'error', 'fault', 'failure', 'panic', 'assert', 'unhandled'],
  read(text) {
    const name = groupOf(forms.exec(text))
    if (name === undefined) return undefined
    return {
      means: `fails with ${name.slice(0, 120)}`,
      fix: 'Look at the place that the stack trace names and at what changed there last.',
      tells: 0.55,
    }
  },
}
