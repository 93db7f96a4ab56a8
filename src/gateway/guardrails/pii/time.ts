import type { PiiSpan } from './span.ts'

const month =
  'Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?'
const clock = '(?:[T ](?:[01]?\\d|2[0-3]):[0-5]\\d(?::[0-5]\\d)?)?'
const dates = new RegExp(
  [
    `\\b(?:19|20)\\d\\d[-/](?:0?[1-9]|1[0-2])[-/](?:0?[1-9]|[12]\\d|3[01])${clock}\\b`,
    `\\b(?:0?[1-9]|[12]\\d|3[01])[-/.](?:0?[1-9]|[12]\\d|3[01])[-/.](?:19|20)?\\d\\d${clock}\\b(?![-/.]\\d)`,
    `\\b(?:${month})\\.? (?:0?[1-9]|[12]\\d|3[01])(?:st|nd|rd|th)?(?:,? (?:19|20)\\d\\d)?\\b`,
    `\\b(?:0?[1-9]|[12]\\d|3[01])(?:st|nd|rd|th)?(?: of)? (?:${month})\\.?(?:,? (?:19|20)\\d\\d)?\\b`,
    `\\b(?:${month}),? (?:19|20)\\d\\d\\b`,
    '\\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\\b',
    '(?<=\\b(?:[Ii]n|[Dd]uring|[Ss]ince|[Uu]ntil|[Bb]efore|[Aa]fter|[Oo]f|[Ff]rom|[Bb]y|[Yy]ear) )(?:19|20)\\d\\d\\b(?![-/.]\\d)',
  ].join('|'),
  'g',
)
const ages = new RegExp(
  [
    '\\b\\d{1,3}(?=(?: |-)(?:years?|yrs?)(?: |-)(?:old|of age)\\b| ?y[./]?o\\b|-year-old)',
    '(?<=\\b(?:aged|age of|age is|age:|turned|turns|turning|at age|when (?:he|she|they) (?:was|were)) )\\d{1,3}\\b(?!\\.\\d| ?%)',
  ].join('|'),
  'g',
)

/** Dates, weekdays and years where they are meant as such. */
export function findDates(text: string): PiiSpan[] {
  return Array.from(text.matchAll(dates), ({ index, 0: found }) => ({
    start: index,
    end: index + found.length,
    type: 'DATE_TIME' as const,
    score: found.length > 4 ? 0.92 : 0.5,
  }))
}

/** How old somebody is: the number alone. */
export function findAges(text: string): PiiSpan[] {
  return Array.from(text.matchAll(ages), ({ index, 0: found }) => ({
    start: index,
    end: index + found.length,
    type: 'AGE' as const,
    score: 0.7,
  })).filter(({ start, end }) => Number(text.slice(start, end)) <= 120)
}
