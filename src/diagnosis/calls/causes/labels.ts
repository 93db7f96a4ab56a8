import { isScore, saidByPeople } from '../measures.ts'
import { answeredBy, type RouteCalls, togetherMs, type Worse } from '../route-calls.ts'
import { momentOf, moved, nameOf, part, shiftEvidence } from '../wording.ts'
import { type CallCause, none } from './cause.ts'

/** Of what is said, the share after the shift and before it that make somebody's labels a batch. */
const batch = { after: 0.6, before: 0.2 } as const

/**
 * What people say of answers falls while the same release answers and scorers that look at the same answers see no
 * difference. Where somebody new says most of it, the labels are wrong; where it falls with every model at once, what counts
 * as right has changed.
 */
export const labels: CallCause = {
  name: 'labels',
  look(route, routes) {
    const worse = peopleOnly(route)
    if (!worse) return none
    const { at } = worse.shift
    const who = newLabeller(route, at)
    const elsewhere = routes.filter(
      other => answeredBy(other, at) !== answeredBy(route, at) && near(peopleOnly(other), at),
    )
    const scorers = route.steady.filter(measure => isScore(measure) && !saidByPeople(measure))
    const seen = [
      shiftEvidence(route, worse),
      ...scorers.slice(0, 3).map(({ name }) => ({
        source: `calls of ${nameOf(route)}`,
        detail: `${name} did not get worse`,
      })),
    ]
    const common = { observed: true, class: 'data', explains: [route.route, nameOf(route)] } as const
    if (who)
      return {
        findings: [
          {
            ...common,
            rule: 'wrong-labels',
            cause: { kind: 'external', name: `labels by ${who.by}` },
            statement: `Labels of route ${nameOf(route)} are wrong since ${momentOf(at)}, not its answers: ${moved(worse)}, ${part(who.said, who.total)} of what was said since is by ${who.by}, who said next to nothing before${
              scorers.length > 0
                ? `, and ${scorers
                    .map(({ name }) => name)
                    .slice(0, 3)
                    .join(' and ')} see no difference`
                : ''
            }. Nothing is to be reverted; look at those labels and take back the wrong ones.`,
            strength: 0.92,
            evidence: [
              ...seen,
              { source: 'feedback', detail: `${who.by}: ${part(who.said, who.total)} of what was said` },
            ],
          },
        ],
      }
    if (elsewhere.length === 0) return none
    return {
      findings: [
        {
          ...common,
          rule: 'right-changed',
          cause: { kind: 'external', name: `what counts as right on ${nameOf(route)}` },
          statement: `What people call right has changed since ${momentOf(at)}: on route ${nameOf(route)} ${moved(worse)} while release ${worse.with.release} stayed the same, and so it did at the same time with other models on ${elsewhere.map(nameOf).join(', ')}. No change of ours did it; prompts, knowledge and datasets may be out of date and need a new version.`,
          strength: 0.85,
          evidence: [
            ...seen,
            ...elsewhere.flatMap(other => peopleOnly(other) ?? []).map(one => shiftEvidence(route, one)),
          ],
        },
      ],
    }
  },
}

/** A score of people that fell in time, where no score of scorers did. */
function peopleOnly({ worse }: RouteCalls): Worse | undefined {
  if (worse.some(({ measure }) => isScore(measure) && !saidByPeople(measure))) return undefined
  return worse.find(({ measure, with: follows }) => saidByPeople(measure) && follows.kind === 'time')
}

const near = (worse: Worse | undefined, at: number): boolean =>
  worse !== undefined && Math.abs(worse.shift.at - at) <= togetherMs

/** Who says most of what is said since a time, and said next to nothing before. */
export function newLabeller(
  { calls }: RouteCalls,
  since: number,
): { by: string; said: number; total: number } | undefined {
  const [before, after] = [new Map<string, number>(), new Map<string, number>()]
  for (const { at, feedback } of calls)
    for (const { source, by = '' } of feedback) {
      const side = at < since ? before : after
      if (source !== 'scorer') side.set(by, (side.get(by) ?? 0) + 1)
    }
  const [by = '', said = 0] = [...after].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))[0] ?? []
  const [total, earlier] = [sum(after), sum(before)]
  const isBatch = by !== '' && said >= batch.after * total && (before.get(by) ?? 0) <= batch.before * earlier
  return isBatch ? { by, said, total } : undefined
}

const sum = (counts: ReadonlyMap<string, number>): number =>
  [...counts.values()].reduce((total, count) => total + count, 0)
