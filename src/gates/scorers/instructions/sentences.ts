/**
 * Counts sentences of an English text much as NLTK's Punkt tokenizer does (Kiss and Strunk 2006, Unsupervised
 * Multilingual Sentence Boundary Detection): a sentence ends at `.`, `?` or `!` before white space, unless the period
 * belongs to an abbreviation, an initial or an ellipsis that the sentence goes on after. Line ends alone end nothing.
 */
export function countSentences(text: string): number {
  const tokens = text.split(/\s+/).filter(token => token !== '')
  let sentences = tokens.length === 0 ? 0 : 1
  for (let i = 0; i + 1 < tokens.length; i++)
    if (endsSentence(tokens[i] ?? '', tokens[i + 1] ?? '')) sentences++
  return sentences
}

const closing = /["')\]}*_»”’]/

function endsSentence(token: string, next: string): boolean {
  let end = token.length
  while (end > 0 && closing.test(token.charAt(end - 1))) end--
  const mark = token.charAt(end - 1)
  if (mark === '?' || mark === '!') return true
  if (mark !== '.') return false
  const body = token.slice(0, end)
  if (body.endsWith('..')) return startsSentence(next)
  const word = body
    .slice(0, -1)
    .replace(/^["'([{*_“‘]+/, '')
    .toLowerCase()
  if (word === '') return end < token.length
  if (isAbbreviation(word)) return startsSentence(next) && !titles.has(word) && !isInitial(body)
  // A number that opens a line of a list, such as "2." before its item.
  if (/^\d+$/.test(word)) return !/^\p{Ll}/u.test(next)
  return true
}

const isInitial = (body: string): boolean => /^\p{Lu}\.$/u.test(body)

const isAbbreviation = (word: string): boolean =>
  abbreviations.has(word) ||
  titles.has(word) ||
  abbreviations.has(word.slice(word.lastIndexOf('-') + 1)) ||
  /^\p{L}(\.\p{L})*$/u.test(word)

/** Words that rarely begin anything but a sentence when they are capitalised after an abbreviation. */
const starters = new Set(
  'the a an this that these those it he she we they i you in on at for but and if when while however as there my our his her its what why how'.split(
    ' ',
  ),
)

const startsSentence = (next: string): boolean =>
  /^["'([{*_“‘]*\p{Lu}/u.test(next) && starters.has(next.replace(/[^\p{L}]/gu, '').toLowerCase())

const titles = new Set('mr mrs ms dr prof st messrs gen rep sen rev lt col capt maj gov pres'.split(' '))

const abbreviations = new Set(
  (
    'adm ala ariz ark aug bros calif cie co colo conn corp cos dec del etc feb fla fri ga ill inc jan jr kan ky ltd md ' +
    'mg mich minn mo nev no nov oct okla ore pa ph ph.d sept sr tenn tues va vs vt wash wed wis yr e.g i.e al'
  ).split(' '),
)
