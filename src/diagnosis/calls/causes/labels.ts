import { isScore, saidByPeople } from '../measures.ts'
import type { RouteCalls } from '../route-calls.ts'
import { momentOf, moved, nameOf, part, shiftEvidence } from '../wording.ts'
import { type CallCause, none } from './cause.ts'

/** What one source said of this share of the labelled calls after the shift is a batch. */
const most = 0.6

/**
 * What people say of answers falls while scorers that look at the same answers see no difference and one of those who
 * label stands out: the labels are wrong, not the answers.
 */
export const labels: CallCause = {
  name: 'labels',
  look(route) {
    const worse = route.worse.find(
      ({ measure, with: follows }) => saidByPeople(measure) && follows.kind === 'time',
    )
    const scorers = route.steady.filter(measure => isScore(measure) && !saidByPeople(measure))
    const scorersToo = route.worse.some(({ measure }) => isScore(measure) && !saidByPeople(measure))
    if (!worse || scorers.length === 0 || scorersToo) return none
    const { by, said, total } = labeller(route, worse.shift.at)
    const batch = said >= most * total && by !== ''
    return {
      findings: [
        {
          rule: 'wrong-labels',
          cause: { kind: 'external', name: by === '' ? `labels of ${nameOf(route)}` : `labels by ${by}` },
          class: 'data',
          statement: `Labels of route ${nameOf(route)} are wrong since ${momentOf(worse.shift.at)}, not its answers: ${moved(worse)}, but ${scorers
            .map(({ name }) => name)
            .slice(0, 3)
            .join(
              ' and ',
            )} see no difference in the same answers${batch ? `, and ${part(said, total)} of the labels are by ${by}` : ''}. Nothing is to be reverted; look at those labels and take back the wrong ones.`,
          strength: batch ? 0.92 : 0.78,
          evidence: [
            shiftEvidence(route, worse),
            ...scorers.slice(0, 3).map(({ name }) => ({
              source: `calls of ${nameOf(route)}`,
              detail: `${name} did not get worse`,
            })),
            ...(batch
              ? [{ source: 'feedback', detail: `${by}: ${part(said, total)} of what was said` }]
              : []),
          ],
          explains: [route.route, nameOf(route)],
          observed: true,
        },
      ],
    }
  },
}

function labeller({ calls }: RouteCalls, since: number): { by: string; said: number; total: number } {
  const counts = new Map<string, number>()
  let total = 0
  for (const { at, feedback } of calls)
    for (const { source, by = '' } of feedback)
      if (at >= since && source !== 'scorer') {
        total++
        counts.set(by, (counts.get(by) ?? 0) + 1)
      }
  const [by = '', said = 0] = [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))[0] ?? []
  return { by, said, total }
}
