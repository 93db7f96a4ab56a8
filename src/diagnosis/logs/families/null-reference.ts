import { type Family, groupOf } from '../family.ts'

const forms =
  /NullPointerException|NullReferenceException|Cannot read propert(?:y|ies) (?:'?[\w$]{0,80}'? )?of (?:undefined|null)|undefined is not (?:a function|an object)|(?:[\w$.]{1,80}) is not a function|nil pointer dereference|'NoneType' object (?:has no attribute|is not)|undefined method `?[\w?!]{1,80}'? for nil|segmentation fault|SIGSEGV|signal 11|core dumped|invalid memory address/i
const place =
  /\bat ([\w.$<>]{1,200} ?\([\w.$/\\:-]{1,200}\))|File "([^"]{1,200}", line \d{1,7})|([\w./-]{1,200}\.(?:go|rs|c|cc|cpp|js|ts|py|rb|java|kt|cs):\d{1,7})/

/** The program used what is not there. */
export const nullReference: Family = {
  name: 'null-reference',
  class: 'code',
  words: [
    'null',
    'undefined',
    'nil',
    'nonetype',
    'segmentation',
    'sigsegv',
    'signal 11',
    'core dumped',
    'is not a function',
    'invalid memory',
  ],
  read(text) {
    if (!forms.test(text)) return undefined
    const where = groupOf(place.exec(text))
    return {
      means: `fails in its own code: it uses a value that is not there (null or undefined)${where ? ` at ${where}` : ''}`,
      fix: `Look at the change that last touched ${where ?? 'the place of the stack trace'}, and at the input.`,
      tells: where ? 0.8 : 0.65,
    }
  },
}
