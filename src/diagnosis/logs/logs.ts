import type { Case, Channel, Finding } from '../channel.ts'
import type { Evidence, FaultClass } from '../diagnosis.ts'
import { endings } from './endings.ts'
import { gathered } from './gather.ts'
import { shown } from './line.ts'
import type { Move } from './measure.ts'
import { times } from './moments.ts'
import { nowOf } from './now.ts'
import { type Source, sources } from './place.ts'
import { type Question, questionOf } from './question.ts'
import { listingOf, moveStatement, moveText, statementOf } from './statement.ts'
import type { Stream } from './stream.ts'
import { decisive } from './text-of.ts'
import { amongMeasured, type Surroundings, type Weighed, weighed } from './weigh.ts'

const most = { findings: 50, others: 2, listed: 12, evidence: 8 } as const
/** What is weaker is no word worth. */
const least = { finding: 0.05, other: 0.3, listed: 0.3 } as const
/** The decisive lines of logs: why something ended, the first error, the needle; and numbers that logs tell. */
export const logs: Channel = {
  name: 'logs',
  look(evidence) {
    const asked = questionOf(evidence.incident, nowOf(evidence))
    const within = gathered(evidence, asked)
    // Nothing was written in the time that was asked for: then the time was meant otherwise.
    const { range: _, ...timeless } = asked
    const question = within.length === 0 && asked.range ? timeless : asked
    const streams = within.length === 0 && asked.range ? gathered(evidence, timeless) : within
    const { sourceOf, view, focus } = sources(evidence, question)
    const placed = streams.map(stream => ({ stream, source: sourceOf(stream) }))
    const anyNamed = placed.some(({ source }) => source.named)
    const measured = evidence.tables.length > 1 || evidence.spans.length > 0
    const findings = placed.flatMap(({ stream, source }) =>
      findingsOf(stream, source, question, {
        crashed: source.crashed,
        focus: source.named ? 1.6 : anyNamed ? 0.4 : 1,
        compared: comparedIn(evidence, stream),
        measured,
      }),
    )
    return { findings: strongest([...findings, ...endings(view, focus.names)]) }
  },
}

const comparedIn = ({ incident }: Case, { firstAt, lastAt }: Stream): boolean => {
  const began = incident.startedAt ?? incident.detectedAt
  return began !== undefined && firstAt < began && lastAt > began && lastAt > firstAt
}

function findingsOf(stream: Stream, source: Source, question: Question, around: Surroundings): Finding[] {
  const kinds = distinct(weighed(stream, question, around))
  const moves = movesOf(stream, question)
  const [top] = kinds
  const found: Finding[] = []
  if (top && top.strength >= least.finding) found.push(errorFinding(top, kinds, moves, source, question))
  const moved = moveFinding(moves[0], stream, source, kinds, question, around)
  if (moved) found.push(moved)
  return found
}

function errorFinding(
  top: Weighed,
  kinds: readonly Weighed[],
  moves: readonly Moved[],
  source: Source,
  question: Question,
): Finding {
  const { reading, stream, strength } = top
  const graver = kinds.filter(({ strength: other }) => other >= least.listed).slice(0, most.listed)
  const others = kinds
    .slice(1)
    .filter(other => other.strength >= Math.max(least.other, strength * 0.5))
    .slice(0, most.others)
  const fitting = moves.find(({ move }) => fits(move, reading?.class))
  const external = reading?.external !== undefined && source.cause.kind === 'service'
  return {
    rule: `log-${reading?.family ?? 'error'}`,
    cause: external ? { kind: 'external', name: reading.external ?? '' } : source.cause,
    class: reading?.class ?? 'error',
    statement:
      question.lists && graver.length > 1
        ? listingOf(graver, source)
        : statementOf(top, source, { others, ...(fitting && { move: fitting.move }) }),
    strength: rounded(strength),
    evidence: [
      ...[top, ...others].map(each => evidenceOf(each)),
      ...(fitting ? [{ source: stream.file, detail: moveText(fitting.move) }] : []),
    ].slice(0, most.evidence),
    explains: source.explains,
    observed: true,
  }
}

interface Moved {
  move: Move
  change?: { text: string; at: number }
}

/** Numbers that moved for the worse, those first that the question is about or that a change came right before. */
function movesOf(stream: Stream, question: Question): Moved[] {
  const rare = stream.changeCount <= Math.max(3, stream.entries / 1000)
  return [...stream.measures]
    .flatMap(([name, samples]): Moved[] => {
      const move = samples.move(name)
      if (!move) return []
      const slack = move.stride * 2 + 5
      const change =
        move.how === 'step' && rare
          ? stream.changes.findLast(
              ({ place }) => place <= move.at + slack && place >= move.at - slack - stream.entries * 0.01,
            )
          : undefined
      return [{ move, ...(change && { change }) }]
    })
    .sort(
      (a, b) =>
        Number(b.change !== undefined) - Number(a.change !== undefined) ||
        Number(inWords(b.move, question)) - Number(inWords(a.move, question)) ||
        b.move.explains - a.move.explains ||
        (a.move.name < b.move.name ? -1 : 1),
    )
}

const inWords = ({ kind }: Move, { text }: Question): boolean => text.includes(kind)

function moveFinding(
  moved: Moved | undefined,
  stream: Stream,
  source: Source,
  kinds: readonly Weighed[],
  question: Question,
  { focus, measured }: Surroundings,
): Finding | undefined {
  if (!moved) return undefined
  const { move, change } = moved
  const base = change
    ? 0.78
    : move.explains >= 0.8 && question.performance
      ? 0.6
      : question.performance
        ? 0.5
        : 0.3
  const odds = (base / (1 - base)) * focus * (measured ? amongMeasured.other : 1)
  const others = kinds.filter(({ strength }) => strength >= least.other).slice(0, most.others)
  return {
    rule: 'log-measure-moved',
    cause: source.cause,
    class: change ? 'config' : /cpu/i.test(move.name) ? 'cpu' : classes[move.kind],
    statement: moveStatement(move, change, source, others),
    strength: rounded(odds / (1 + odds)),
    evidence: [
      { source: stream.file, detail: moveText(move) },
      ...(change
        ? [{ source: stream.file, detail: `${times(change.at, change.at)}: ${shown(change.text, 300)}` }]
        : []),
    ],
    explains: source.explains,
    observed: true,
  }
}

const classes: Readonly<Record<Move['kind'], FaultClass>> = {
  memory: 'memory',
  latency: 'latency',
  load: 'traffic',
  failure: 'error',
  success: 'error',
}

/** Whether what a number does goes with what an error says. */
const fits = ({ kind }: Move, fault: FaultClass | undefined): boolean =>
  (kind === 'memory' && fault === 'memory') ||
  (kind === 'latency' && (fault === 'latency' || fault === 'dependency')) ||
  (kind === 'load' &&
    (fault === 'dependency' || fault === 'latency' || fault === 'traffic' || fault === 'error')) ||
  (kind === 'failure' && fault === 'error')

const evidenceOf = ({ stream, group }: Weighed): Evidence => ({
  source: stream.file,
  detail: `${stream.firstAt === stream.lastAt ? '' : `${times(group.firstAt, group.lastAt)}, `}${group.count} times: ${shown(decisive(group.text), 400)}`,
})

/** One of those that mean or say the same. */
function distinct(all: readonly Weighed[]): Weighed[] {
  const seen = new Set<string>()
  return all.filter(({ group, reading }) => {
    const keys = [
      decisive(group.text).replace(/\d+/g, '0').slice(0, 120),
      ...(reading ? [reading.means] : []),
    ]
    const fresh = keys.every(key => !seen.has(key))
    for (const key of keys) seen.add(key)
    return fresh
  })
}

/** The strongest of each cause and rule. */
function strongest(findings: readonly Finding[]): Finding[] {
  const sorted = [...findings].sort(
    (a, b) =>
      b.strength - a.strength ||
      order(a.cause.name, b.cause.name) ||
      order(a.rule, b.rule) ||
      order(a.statement, b.statement),
  )
  const best = new Map<string, Finding>()
  for (const finding of sorted) {
    const key = `${finding.cause.kind}\n${finding.cause.name}\n${finding.rule}`
    if (!best.has(key)) best.set(key, finding)
  }
  return [...best.values()].slice(0, most.findings)
}

const rounded = (value: number): number => Math.round(Math.min(value, 0.97) * 1000) / 1000
const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
