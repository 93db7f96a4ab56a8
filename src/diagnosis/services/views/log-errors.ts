import { likelihoodRatio } from '../../../telemetry/templates/signals.ts'
import { calleesOf } from '../graph.ts'
import type { Scene } from '../scene.ts'
import { clockText, nothing, type Seen, type Suspect, saturating, sortedSuspects, type View } from './view.ts'

/** G² with one degree of freedom that chance reaches once in a million. */
const remarkable = 24
const fewest = 3
/** A caller that errs beside a callee that errs as well is more likely its victim. */
const victim = 0.5
/** Counts alone say less than the steps of operations. */
const most = 0.6

interface Said {
  service: string
  text: string
  counts: [number, number]
  first: number
}

/** A service that logs errors it did not log before, or far more of them. */
export const logErrors: View = {
  name: 'log-errors',
  look(scene): Seen {
    const { statements, onset, graph } = scene
    const { records, late, count } = statements
    let [start, end] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
    for (const { at } of records) [start, end] = [Math.min(start, at), Math.max(end, at)]
    if (count === 0 || start >= onset || end < onset) return nothing
    const lengths = [Math.max(1, onset - start), Math.max(1, end - onset)]
    const said = errorsOf(statements)
    const lines = [0, 0]
    for (let i = 0; i < count; i++) lines[late[i] ?? 0] = (lines[late[i] ?? 0] ?? 0) + 1
    const surprise = ({ counts: [before, now] }: Said): number =>
      now >= fewest && now / (lengths[1] ?? 1) > (1.5 * before) / (lengths[0] ?? 1)
        ? // Of either measure the one by which it is less of a surprise: errors rise with the traffic, too.
          Math.min(
            likelihoodRatio([now, before], lengths.toReversed()),
            likelihoodRatio([now, before], lines.toReversed()),
          )
        : 0
    const errors = said.filter(one => surprise(one) >= remarkable)
    const erring = new Set(errors.map(({ service }) => service))
    const suspects = sortedSuspects(
      errors.map(one =>
        suspectOf(
          one,
          surprise(one),
          [...calleesOf(graph, one.service)].filter(c => erring.has(c)),
        ),
      ),
    )
    return { relevance: most * saturating(suspects[0]?.score ?? 0, 2 * remarkable), suspects }
  },
}

function errorsOf({ records, statement, all, late, count }: Scene['statements']): Said[] {
  const found = new Map<number, Said>()
  for (let i = 0; i < count; i++) {
    const number = statement[i] ?? -1
    const of = all[number]
    const at = records[i]?.at ?? 0
    if (!of?.error || of.service === '') continue
    const said = found.get(number) ?? { ...of, counts: [0, 0], first: Number.POSITIVE_INFINITY }
    said.counts[late[i] === 1 ? 1 : 0]++
    if (late[i] === 1) said.first = Math.min(said.first, at)
    found.set(number, said)
  }
  return [...found.values()]
}

function suspectOf(
  { service, text, counts, first }: Said,
  surprise: number,
  callees: readonly string[],
): Suspect {
  const what = `it logs "${text}" ${counts[1]} times from ${clockText(first)} on, ${counts[0]} times before`
  const source = `logs/${encodeURIComponent(service.toWellFormed())}.log`
  return {
    ...{ service, rule: 'log-error', class: 'error', what, since: first },
    score: surprise * (callees.length > 0 ? victim : 1),
    evidence: [{ source, detail: what }],
    ...(callees.length > 0 && {
      against: [{ source, detail: `its callees err as well: ${callees.slice(0, 5).join(', ')}` }],
    }),
  }
}
