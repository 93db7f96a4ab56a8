import { type FamilyReading, readingOf } from './families.ts'
import { gravityOf } from './gravity.ts'
import { shown } from './line.ts'
import type { Question } from './question.ts'
import type { Group, Stream } from './stream.ts'

/** Entries of one kind, what they mean, and how likely they tell the cause. */
export interface Weighed {
  stream: Stream
  group: Group
  reading?: FamilyReading
  /** 0 to 1. */
  strength: number
}

/** What is known of a stream beyond its logs. */
export interface Surroundings {
  /** What wrote it ended with an error, or is started again and again. */
  crashed: boolean
  /** Factor on the odds: above 1 when the incident names it, below when it names others. */
  focus: number
  /** When the incident began is known, and logs from before are there. */
  compared: boolean
  /** Services are measured beside: metrics or traces of them are there. */
  measured: boolean
}

/**
 * Of many services that log, most tell of the trouble of another one, and what they measure tells more: factors on the
 * odds of errors whose meaning is known and does not lie with another service, and of the rest.
 */
export const amongMeasured = { known: 0.3, other: 0.1 } as const

/** Before anything else is looked at, by what the entry says of its gravity. */
const bases = { fatal: 0.68, error: 0.62, unknown: 0.42, warning: 0.2, information: 0.1 } as const
/** Entries before the end that may tell why it ended. */
const lastEntries = 8
const most = { evaluated: 400, quoted: 4000 } as const

/**
 * The kinds of trouble in a stream, the likeliest first. Numbers were chosen by hand and checked on development data: an
 * error with a named host, file or variable is right nine times of ten, a bare word of trouble less than every second.
 */
export function weighed(stream: Stream, question: Question, around: Surroundings): Weighed[] {
  const groups = [...stream.groups.values()]
    .sort((a, b) => b.severity - a.severity || a.first - b.first)
    .slice(0, most.evaluated)
  const errors = groups.filter(({ severity }) => severity >= 17)
  const firstError = Math.min(...errors.map(({ first }) => first))
  return groups
    .map(group => {
      const reading = readingOf(shown(group.text, most.quoted))
      const strength = strengthOf(
        group,
        reading,
        stream,
        question,
        around,
        group.first === firstError && errors.length > 1,
      )
      return { stream, group, strength, ...(reading && { reading }) }
    })
    .sort((a, b) => b.strength - a.strength || a.group.first - b.group.first)
}

function strengthOf(
  group: Group,
  reading: FamilyReading | undefined,
  stream: Stream,
  question: Question,
  { crashed, focus, compared, measured }: Surroundings,
  firstOfSeveral: boolean,
): number {
  const { severity, count, last, first } = group
  const base = bases[gravityOf(severity)]
  let strength = reading ? Math.min(0.93, base + (reading.tells - 0.3) * 0.5) : base
  const atEnd = crashed && last >= stream.entries - lastEntries
  if (atEnd) strength = Math.max(strength, reading && reading.tells >= 0.6 ? 0.9 : reading ? 0.75 : 0.55)
  else if (severity >= 1 && severity < 17) strength = Math.min(strength, quietCap(group, stream))
  let odds = oddsOf(strength) * focus * (measured ? factorAmongMeasured(reading) : 1)
  if (group.phrases > 0 && group.phrases < stream.entries * 0.5) odds *= 4
  if (question.words.some(word => (group.words.get(word) ?? 0) >= count * 0.5)) odds *= 1.15
  if (firstOfSeveral) odds *= 1.2
  if (flaps(group, stream)) odds = Math.max(odds, 1.5 * focus)
  else if (stream.recovery && stream.recovery.place > last && !atEnd) odds *= severity >= 17 ? 0.85 : 0.4
  if (compared) odds *= newness(group)
  if (stream.entries >= 50 && first > stream.entries * 0.2) odds *= 1.1
  return oddsOf.back(odds)
}

const factorAmongMeasured = (reading: FamilyReading | undefined): number =>
  reading && reading.tells >= 0.7 && !['dependency', 'latency'].includes(reading.class)
    ? amongMeasured.known
    : amongMeasured.other

/** Lost and back, again and again. */
export const flaps = ({ count, text }: Group, { recovery }: Stream): boolean =>
  count >= 3 &&
  recovery !== undefined &&
  recovery.count >= 3 &&
  recovery.count >= count * 0.3 &&
  /\b(?:lost|down|disconnect\w{0,3}|unreachable|unavailable|dropped|reset|closed|failed|timed? ?out)\b/i.test(
    text,
  )

/** Warnings are normal, and what is information is no trouble, unless it goes on to the end. */
function quietCap({ severity, count, last, first }: Group, { entries }: Stream): number {
  if (severity < 13) return 0.25
  const lasts = count >= 3 && last >= entries * 0.75 && (first > entries * 0.1 || count >= entries * 0.3)
  return lasts ? 0.55 : 0.27
}

/** What was there before the incident as often is not its cause. */
function newness({ before, count }: Group): number {
  const share = before / count
  return share === 0 ? 1.3 : share < 0.2 ? 1 : share < 0.4 ? 0.5 : 0.2
}

const oddsOf = Object.assign((strength: number): number => strength / (1 - Math.min(strength, 0.99)), {
  back: (odds: number): number => odds / (1 + odds),
})
