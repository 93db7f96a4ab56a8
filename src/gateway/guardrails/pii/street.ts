import type { PiiSpan } from './span.ts'

/** Military and diplomatic mail of the United States (USPS Publication 28, section 238). */
const military =
  /\b(?:PSC \d{1,4},? Box \d{1,5}|Unit \d{1,5},? Box \d{1,5}|(?:USS|USNS|USNV|USCGC) [\p{L}'-]{1,30})\s{1,2}[AFD]PO,? A[AEP],? \d{5}(?:-\d{4})?/giu
const flat = /\b(?:Apt|Apartment|Suite|Ste|Flat)\.? ?#?\d{1,5}[A-Z]?\b/g
/** Words after which an address stands. */
const lead =
  /\b(?:address(?:es)?(?: of [^\n.]{1,40}?)?(?: (?:is|are|to)|:)|(?:located|live|lives|lived|living|reside|resides|residing|stay|staying|office is|offices are|meet|meeting|arrive|arriving|delivered|deliver|stop) (?:me |us |you )?(?:at|on)|(?:sent|send|ship|shipped|deliver|delivered|mail|mailed|taxi|cab|uber|new one|moved|move|relocated) (?:\w+ )?to|(?:it is|it's|are|following\?|same:|here they are:)(?: (?:in|at|on))?)\s{1,6}/gi
/** A street in the order of English: number, name, kind. */
const english =
  /\b\d{1,6}[A-Za-z]? (?:[NSEW]\.? )?(?:\p{Lu}[\p{L}'’.-]{0,24} ){1,4}(?:Street|St|Road|Rd|Avenue|Ave|Boulevard|Blvd|Lane|Ln|Drive|Dr|Court|Ct|Way|Place|Square|Terrace|Parkway|Pkwy|Highway|Hwy|Close|Crescent|Circle|Trail)\b\.?/gu
/** Kind first, number last: Romance and Slavic languages. */
const romance =
  /\b(?:Rue|Avenue|Boulevard|Via|Viale|Piazza|Calle|Avda\.?|Avenida|Plaza|Paseo|Rua|Praça|Largo|Vicolo|ul\.|al\.|Λεωφόρος) (?:[\p{L}'’.-]{1,24} ){1,5}\d{1,5}\b/giu
/** Number last and the kind as the end of a word: Germanic, Nordic and Finnic languages. */
const germanic =
  /(?<![\p{L}\p{N}])\p{Lu}[\p{L}-]{2,24}(?:stra(?:ss|ß)e|str\.|gasse|weg|platz|gate|gata|vej|vegen|vägen|gatan|gade|straat|laan|katu|tie|kuja) ?\d{1,5}[a-z]?\b/gu
/** Tokens of an address are names, numbers and small words between names. */
const token =
  /P\.O\.|[\p{Lu}\d][\p{L}\p{N}'’∆/-]*\.?|(?:de|del|della|do|da|dos|das|di|du|des|la|le|les|el|al|van|von|der|den|ten|ter|the|corner|and|of|u\.|út|utca|tér|ul\.|põik|rue|str\.?|street|terrasse|vej|gate|\p{L}+(?:vej|gade))(?=[\s,.])|[(][\p{L} ]{1,12}[)]/uy
const gap = /(?:,? ?\n ?,? ?|, ?| )/y
const ADDRESS_MAX = 120

/** Postal addresses: after words that announce one, or shaped like a street, a box or a flat. */
export function findStreets(text: string): PiiSpan[] {
  const spans: PiiSpan[] = []
  const add = (start: number, end: number, score: number) =>
    void spans.push({ start, end, type: 'STREET_ADDRESS', score })
  for (const match of text.matchAll(military)) add(match.index, match.index + match[0].length, 0.95)
  for (const match of text.matchAll(lead)) {
    const start = match.index + match[0].length
    const end = addressEnd(text, start)
    if (end > start) add(start, end, 0.85)
  }
  for (const pattern of [english, romance, germanic])
    for (const match of text.matchAll(pattern)) add(match.index, match.index + match[0].length, 0.7)
  for (const match of text.matchAll(flat)) add(match.index, match.index + match[0].length, 0.65)
  return spans
}

/** The end of the tokens that may belong to an address and have a number among them, else `start`. */
function addressEnd(text: string, start: number): number {
  let end = start
  let digits = false
  let names = false
  let corner = false
  for (let at = start; at < text.length && at - start < ADDRESS_MAX; ) {
    token.lastIndex = at
    const found = token.exec(text)
    if (!found) break
    const [word] = found
    // Two addresses are joined by the same word as the two streets of a corner.
    if (word === 'and' && (!corner || digits === false)) break
    corner ||= word === 'corner'
    digits ||= /\d/.test(word)
    names ||= /\p{L}{2}/u.test(word)
    const sentenceEnds = word.endsWith('.') && endsSentence(text, word, token.lastIndex)
    // Small words end no address.
    if (/^[\p{Lu}\d(]/u.test(word) || word.endsWith('.')) end = token.lastIndex
    if (sentenceEnds) {
      if (!/^(u|út|utca|tér|str)\.$/i.test(word) && !/^\d{1,3}\.$/.test(word)) end -= 1
      break
    }
    gap.lastIndex = token.lastIndex
    if (!gap.test(text)) break
    at = gap.lastIndex
  }
  return digits && names && end - start >= 6 ? end : start
}

const endsSentence = (text: string, word: string, after: number): boolean =>
  after >= text.length ||
  (/^\s{1,2}\p{Lu}\p{Ll}+ \p{Ll}/u.test(text.slice(after, after + 30)) &&
    !/^(St|Str|Apt|Ste|Dr|Ave)\.$/.test(word))
