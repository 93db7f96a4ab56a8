import { places } from './place.ts'
import type { PiiSpan, PiiType } from './span.ts'

/** One word with a capital, an initial, or a small word between two of them. */
const word = "(?:(?:Mrs|\\p{Lu}\\p{L}?)\\.(?= ?\\p{Lu})|\\p{Lu}[\\p{L}\\p{M}'’∆-]*)"
const particle = '(?:(?:van|von|der|den|de|da|do|dos|del|di|la|le|el|al|bin|nad|u|i) ){0,2}'
const run = new RegExp(`(?<![\\p{L}\\p{N}])${word}(?: ${particle}${word}){0,5}`, 'gu')
const honorific = /(?<![\p{L}\p{N}])(?:Mr|Mrs|Ms|Miss|Dr|Prof|Sir|Madam)\b\.?(?= \p{Lu})/giu
/** Closed classes and words that often begin a sentence or a heading: no names. */
const plain = new Set(
  (
    'a an the this that these those i my me we our you your he his she her it its they their them who whom whose what when where why how which ' +
    'is are was were be been am do does did have has had can could will would shall should may might must not no yes ok okay and or but so if then ' +
    'than as at by for from in into of off on onto out over to up with about after before during since until because while there here all any both each ' +
    'few more most other some such only own same too very just now please thanks thank hello hi hey dear excuse sorry let get go come see need want know ' +
    'name address email phone card number order meet call send ask title ' +
    'one two three four five monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september october november december ' +
    'producer singer player actor actress author president minister director manager professor doctor nurse king queen prince princess captain ' +
    'contact fax zip code driver drivers license licence city state country company note subject tel telephone mobile date article ' +
    'iban asap pin ssn ceo cto url id api tv ip atm answer question apt suite unit box psc apo fpo dpo st street road'
  ).split(' '),
)
const organizationEnd =
  /\b(?:Inc|LLC|Ltd|PLC|Corp|Co|GmbH|AG|SA|Corporation|Incorporated|Company|Group|Partners|Bank|Technologies|Solutions|Systems|Services|Associates|Holdings|Foundation|Institute|University|Insurance|Finance|Capital|Consulting|Software|Labs|Media|Networks?|Investments|Markets|Analytics|Research|Global|Health|Data|Lines|Airlines|Agency|Association|Federation)\.?$/
const beforePerson =
  /(?:\b(?:name is|name\? |named|called|i'm|i am|this is|it's|by|with|and|between|him and|her and|married|told|asked|met|dear|hi|hello|hey|sincerely|regards,|to|tell|heard|producer|singer|player|actor|author|president|minister|ceo|director|assistant to|signed) ?|\b(?:mr|mrs|ms|miss|dr|prof|sir)\.? |^|\n>? ?|[:"“] ?)$/i
const afterPerson =
  /^(?:'s\b|’s\b|:| (?:is|was|has|had|will|said|says|lives|lived|works|worked|spent|listed|shouted|spoke|speak|concert|wrote|asked|told|from|of|fan|just|and \p{Lu})\b|, the\b|,? \d)/u
const beforePlace = /\b(?:in|to|from|at|near|around|visit|visiting|of|arrived at|leaving|towards?|via)$/i
const strongPlace =
  /\b(?:live[sd]? in|living in|based in|moved (?:here )?(?:from|to)|originally from|grew up in|born in|flew to|travel(?:ing|ling)? to|trip to|arrived (?:at|in)|i'?m in|i am in|am from|office in|people of|conference in)$/i
const beforeOrganization =
  /(?:\bwork(?:s|ed|ing)? for|\bemployed (?:at|by)|\bjoin(?:ed|ing)?|\blater became|\bsupport|\baddress of|\bat)$/i
const afterOrganization =
  /^(?: (?:office|offices|headquarters|employees|stock|shares|invested|announced|is (?:a|the) (?:\p{L}+ ){0,3}(?:company|agency|firm|startup|provider))\b|'s \p{Lu}|, \p{Lu}.{0,20} (?:St|Street|Ave)\b)/u

/** People, places, organisations and nationalities, told apart by capitals and the words around them: a guess each. */
export function findNames(text: string): PiiSpan[] {
  const { countries, nationalities } = places()
  const spans: PiiSpan[] = []
  const add = (start: number, end: number, type: PiiType, score: number) =>
    void spans.push({ start, end, type, score })
  for (const { index, 0: found } of text.matchAll(honorific)) add(index, index + found.length, 'TITLE', 0.6)
  for (const { index, 0: found } of text.matchAll(/(?<![\p{L}\p{N}])[\p{L}]{4,16}(?![\p{L}\p{N}'’])/gu)) {
    const word = found.toLowerCase()
    if (
      (nationalities.has(word) || (word.endsWith('s') && nationalities.has(word.slice(0, -1)))) &&
      !countries.has(found)
    )
      add(index, index + found.length, 'NRP', /^\p{Lu}/u.test(found) || nationalities.has(word) ? 0.62 : 0.5)
  }
  for (const match of text.matchAll(run)) {
    // The owner and what is owned are two: `Anna Keller's Garden`.
    let from = match.index
    for (const part of match[0].split(/(?<=['’]s )/)) {
      const [start, end] = trimmed(text, from, from + part.trimEnd().length)
      from += part.length
      if (end - start < 2) continue
      const [type, score] = kindOf(text, start, end, countries)
      if (type) add(start, end, type, score)
    }
  }
  return spans
}

/** Without words at both ends that are no names, such as the first of a sentence, and without honorifics and possessives. */
function trimmed(text: string, from: number, to: number): [number, number] {
  let start = from
  let end = to
  for (;;) {
    const word = /^[^ ]+ ?/.exec(text.slice(start, end))?.[0]
    if (!word || !isPlain(word)) break
    start += word.length
  }
  for (;;) {
    const word = / ?[^ ]+$/.exec(text.slice(start, end))?.[0]
    if (!word || !isPlain(word)) break
    end -= word.length
  }
  const possessive = /['’]s?$/.exec(text.slice(start, end))
  return [start, possessive ? end - possessive[0].length : end]
}

const isPlain = (word: string): boolean => {
  const bare = word
    .trim()
    .replace(/['’.].*$/, '')
    .toLowerCase()
  return plain.has(bare) || /^(?:mr|mrs|ms|miss|dr|prof|sir|madam)$/.test(bare) || bare === ''
}

type Guess = [PiiType | undefined, number]

function kindOf(text: string, start: number, end: number, countries: ReadonlySet<string>): Guess {
  const found = text.slice(start, end)
  const before = text.slice(Math.max(0, start - 30), start)
  const after = text.slice(end, end + 40)
  const words = found.split(' ').length
  if (countries.has(found)) return ['GPE', 0.63]
  if (organizationEnd.test(found) && /[ .]/.test(found)) return ['ORGANIZATION', 0.6]
  if (/^, (?:[A-Z]{2})\b/.test(after) && words < 4) return ['GPE', 0.5]
  if (inAddressBlock(text, start, after, countries)) return ['GPE', 0.58]
  if (words === 1 && /^ \d/.test(after)) return [undefined, 0]
  if (afterOrganization.test(after)) return ['ORGANIZATION', 0.5]
  const related = before.endsWith(' ') ? byPreposition(before.slice(0, -1), after, words) : undefined
  if (related) return related
  // Capitals alone are a heading or an abbreviation.
  if (/^[\p{Lu} ]+$/u.test(found)) return [undefined, 0]
  const named =
    (beforePerson.test(before) && (words > 1 || !/(?:^|\n[> ]*)$/.test(before))) || afterPerson.test(after)
  if (named) return ['PERSON', 0.5]
  return words === 2 || words === 3 ? ['PERSON', 0.4] : [undefined, 0]
}

/** What the words in front say of a name with so many words, if anything. */
function byPreposition(before: string, after: string, words: number): Guess | undefined {
  if (strongPlace.test(before)) return ['GPE', 0.55]
  if (beforeOrganization.test(before)) return ['ORGANIZATION', 0.5]
  if (!beforePlace.test(before) || /^['’]s/.test(after)) return undefined
  if (words === 1) return /\b(?:of|at)$/i.test(before) ? [undefined, 0] : ['GPE', 0.45]
  return words < 4 && /\b(?:of|to|from)$/i.test(before) ? ['PERSON', 0.42] : ['GPE', 0.4]
}

/** A line of its own after a flat or before a country is the town of an address. */
function inAddressBlock(text: string, start: number, after: string, countries: ReadonlySet<string>): boolean {
  const lineStart = /\n[> ]{0,3}$/.exec(text.slice(Math.max(0, start - 4), start))
  if (!lineStart || !/^\s*\n/.test(after)) return false
  const next = /^\s*\n[> ]*([\p{L} ]+?)(?: \d|\n|$)/u.exec(after)?.[1]
  const previous = text.slice(Math.max(0, start - 24), start)
  return (
    (next !== undefined && countries.has(next)) ||
    /\b(?:Apt|Suite|Ste|Flat|Unit)\.? \d+\w?\s*\n[> ]*$/.test(previous)
  )
}
