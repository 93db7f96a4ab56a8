import { reachedFrom } from '../graph.ts'
import { type Change, patternChanges } from '../patterns.ts'
import type { Scene } from '../scene.ts'
import { nothing, type Seen, type Suspect, saturating, sortedSuspects, type View } from './view.ts'

/** How much each kind of change tells of a fault. */
const weights = { gone: 1, error: 1, callGone: 0.8, come: 0.4 } as const
/** What follows from a callee's change is no cause: it counts this much when the callee changed nearly as much. */
const consequence = 0.6
const nearly = 0.6
const half = 0.3

/** What a service says and does in an operation is no longer what it said and did: a step is gone, an error came. */
export const logPattern: View = {
  name: 'log-pattern',
  look(scene): Seen {
    const { traces, statements } = scene
    if (traces.counts[0] === 0 || traces.counts[1] === 0) return nothing
    const changes = worthwhile(patternChanges(traces, statements))
    const suspects = sortedSuspects(
      downstream(
        [...Map.groupBy(changes, ({ service }) => service)].flatMap(([service, of]) =>
          suspectOf(service, of),
        ),
        scene,
      ),
    )
    return { relevance: saturating(suspects[0]?.score ?? 0, half), suspects }
  },
}

/** Without what is new where an operation fails less than before, for it works again, and without what follows an error. */
function worthwhile(changes: readonly Change[]): Change[] {
  const key = ({ service, operation }: Change) => `${service}\n${operation}`
  const recovered = new Set(changes.filter(({ error, by }) => error && by < 0).map(key))
  return changes.filter(
    change => weightOf(change) > 0 && !change.afterError && (change.by < 0 || !recovered.has(key(change))),
  )
}

function weightOf({ what, error, by }: Change): number {
  if (by > 0) return error ? weights.error : weights.come
  if (error) return 0
  return what === 'call' ? weights.callGone : weights.gone
}

function suspectOf(service: string, changes: readonly Change[]): Suspect[] {
  const score = (change: Change) => Math.abs(change.by) * weightOf(change)
  const [first] = changes.toSorted((a, b) => score(b) - score(a) || (a.text < b.text ? -1 : 1))
  if (!first) return []
  return [
    {
      service,
      rule:
        first.by > 0 && first.error ? 'log-error' : first.what === 'call' ? 'call-pattern' : 'log-pattern',
      class: first.by > 0 && first.error ? 'error' : 'code',
      score: score(first),
      what: wordsOf(first),
      evidence: changes
        .toSorted((a, b) => score(b) - score(a) || (a.text < b.text ? -1 : 1))
        .slice(0, 5)
        .map(change => ({
          source:
            change.what === 'call' ? 'traces' : `logs/${encodeURIComponent(service.toWellFormed())}.log`,
          detail: wordsOf(change),
        })),
    },
  ]
}

const wordsOf = ({ operation, after, what, text, before, now, error, by }: Change): string => {
  const share = `${now.count} of ${now.of} times, ${before.count} of ${before.of} before`
  const where = after === undefined ? `in ${operation}` : `in ${operation} after "${after.slice(0, 60)}"`
  const subject =
    what === 'call' ? `the call of ${text}` : `${error ? 'the error' : 'the log line'} "${text}"`
  return `${subject} ${by > 0 ? 'came' : 'is gone'} ${where} (${share})`
}

function downstream(suspects: readonly Suspect[], { graph }: Scene): Suspect[] {
  const scores = new Map(suspects.map(({ service, score }) => [service, score]))
  return suspects.map(suspect => {
    const cause = reachedFrom(graph, suspect.service, () => true).find(
      callee => (scores.get(callee) ?? 0) >= nearly * suspect.score,
    )
    if (cause === undefined) return suspect
    return {
      ...suspect,
      score: suspect.score * consequence,
      against: [{ source: 'traces', detail: `it calls ${cause}, which changed as well` }],
    }
  })
}
