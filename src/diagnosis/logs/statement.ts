import { quoted, shown } from './line.ts'
import type { Move } from './measure.ts'
import { moment, times } from './moments.ts'
import type { Source } from './place.ts'
import type { Group, Stream } from './stream.ts'
import { decisive } from './text-of.ts'
import { troubleIn } from './trouble.ts'
import { flaps, type Weighed } from './weigh.ts'

const most = { statement: 1000, quote: 170, listed: 6, firstPart: 390 } as const

export interface Extras {
  /** Others in the same stream that are worth a word. */
  others: readonly Weighed[]
  /** A number that moved for the worse. */
  move?: Move
  /** The change right before it. */
  change?: { text: string; at: number }
}

/** What the decisive entry means, the entry itself, when and how often, what goes with it, and what to do. */
export function statementOf(
  { group, reading, stream }: Weighed,
  { called }: Source,
  { others, move }: Extras,
): string {
  const quote = quoted(decisive(group.text), most.quote)
  const meaning = reading ? `${called} ${reading.means}.` : `${called} ${wordsFor(group)}.`
  return bounded([
    meaning,
    `Its log says ${quote}${whenOf(group, stream)}.`,
    commonOf(group),
    move && moveText(move),
    aftermath(group, stream),
    others.length > 0
      ? `Also: ${others.map(other => `${quoted(decisive(other.group.text), 90)}${whenOf(other.group, stream)}`).join('; ')}.`
      : undefined,
    reading?.fix ?? 'Look at what writes that line and at what changed there last.',
  ])
}

const wordsFor = ({ severity, phrases, text }: Group): string =>
  severity >= 17
    ? 'writes an error'
    : phrases > 0 && troubleIn(text) === undefined
      ? 'has what was asked for in its log'
      : 'writes a line that tells of trouble'

/** For a question after several: each kind with its time, in the order in which they began. */
export function listingOf(all: readonly Weighed[], { called }: Source): string {
  const listed = all
    .slice(0, most.listed)
    .sort((a, b) => a.group.firstAt - b.group.firstAt || a.group.first - b.group.first)
  const room = Math.floor((most.firstPart - called.length - 40) / listed.length) - 26
  const [first] = all
  const rest = all.length - listed.length
  return bounded([
    `${called} tells of ${all.length} kinds of trouble: ${listed
      .map(
        ({ group, stream }) => `${quoted(decisive(group.text), Math.max(50, room))}${whenOf(group, stream)}`,
      )
      .join('; ')}${rest > 0 ? `; and ${rest} more` : ''}.`,
    first?.reading && `The gravest: it ${first.reading.means}. ${first.reading.fix}`,
  ])
}

/** A number that moved, with the change that came right before it. */
export function moveStatement(
  move: Move,
  change: Extras['change'],
  { called }: Source,
  others: readonly Weighed[],
): string {
  return bounded([
    change
      ? `${called} does worse since ${quoted(change.text, 120)} (${moment(change.at)}).`
      : `${called} does worse and worse.`,
    moveText(move),
    change
      ? 'What was changed then is the likely cause: compare it with what was there before, and take it back.'
      : undefined,
    others.length > 0
      ? `Also: ${others.map(({ group, stream }) => `${quoted(decisive(group.text), 90)}${whenOf(group, stream)}`).join('; ')}.`
      : undefined,
    change ? undefined : advice[move.kind],
  ])
}

function aftermath(group: Group, stream: Stream): string | undefined {
  if (!stream.recovery) return undefined
  if (flaps(group, stream))
    return `It flaps, it comes and goes: ${group.count} times gone, ${stream.recovery.count} times back (intermittent).`
  return stream.recovery.place > group.last ? 'After that it recovered.' : undefined
}

const advice: Readonly<Record<Move['kind'], string>> = {
  memory:
    'Memory that grows without end is a leak or an unbounded cache: look for what grows, and at what was deployed when it began.',
  latency: 'Look at what it waits for: queries, locks, what it calls, garbage collection.',
  load: 'Work comes in faster than it is done, or is not given back: look at consumers, pools and leaks.',
  failure: 'Look at what these failures have in common.',
  success: 'Look at what changed when it began.',
}

export const moveText = ({ name, how, before, after, kind }: Move): string =>
  kind === 'memory' && how === 'growth'
    ? `Memory grew all the time, as a leak does: ${shown(name, 60)} increased from ${numberText(before)} to ${numberText(after)}.`
    : `${capitalised(shown(name, 60))} ${after < before ? 'fell' : 'increased'} from ${numberText(before)} to ${numberText(after)}${how === 'growth' ? ' bit by bit' : ''}.`

const capitalised = (text: string): string =>
  /^[a-z]+[ (]/.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text

const numberText = (value: number): string =>
  Math.abs(value) >= 100 ? String(Math.round(value)) : String(Math.round(value * 100) / 100)

function whenOf({ count, firstAt, lastAt }: Group, { copies, firstAt: from, lastAt: to }: Stream): string {
  // What has no time of its own got one and the same.
  const timed = from !== to
  const times_ = timed ? count : Math.ceil(count / copies)
  const often = times_ > 1 ? `${times_} times` : ''
  const when = timed ? times(firstAt, lastAt) : ''
  return often || when ? ` (${[often, when].filter(Boolean).join(' ')})` : ''
}

/** What nearly all of many entries have in common and what tells apart: a client, a path, a user. */
function commonOf({ count, values }: Group): string | undefined {
  if (count < 5) return undefined
  const common = [...values]
    .flatMap(([name, counts]) => {
      const [top] = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
      return top && top[1] >= count * 0.9 && telling.test(name) ? [{ name, value: top[0] }] : []
    })
    .sort((a, b) => rankOf(a.name) - rankOf(b.name) || (a.name < b.name ? -1 : 1))
    .slice(0, 4)
  return common.length === 0
    ? undefined
    : `Nearly all of them have ${common.map(({ name, value }) => `${shown(name, 40)} ${shown(value, 60)}`).join(', ')}.`
}

const telling =
  /client|remote|source|user|tenant|customer|caller|path|url|endpoint|route|method|host|peer|region|zone|version|per_?sec|rps|limit|table|queue|topic|node|shard/i
const rankOf = (name: string): number =>
  /client|remote|source|user|tenant|customer|caller/i.test(name)
    ? 0
    : /per_?sec|rps|limit/i.test(name)
      ? 1
      : 2

function bounded(parts: readonly (string | undefined | false)[]): string {
  const text = parts.filter(Boolean).join(' ')
  return text.length <= most.statement ? text : `${text.slice(0, most.statement - 2)}….`
}
