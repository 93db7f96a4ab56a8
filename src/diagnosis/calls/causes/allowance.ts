import { type Commit, commitsIn } from '../commits.ts'
import { momentOf, moved, nameOf, shiftEvidence } from '../wording.ts'
import { type CallCause, none } from './cause.ts'

/** Budgets and keys act at once, without a release. */
const nearMs = 600_000

/** Every number that it changes becomes larger. */
function raises({ files }: Commit): boolean {
  const numbers = (sign: string) =>
    files.flatMap(({ diff = '' }) =>
      diff
        .split('\n')
        .filter(line => line.startsWith(sign))
        .flatMap(line => line.match(/\d+(?:\.\d+)?/g) ?? [])
        .map(Number),
    )
  const [before, after] = [numbers('-'), numbers('+')]
  return (
    before.length > 0 &&
    before.length === after.length &&
    before.every((value, i) => value <= (after[i] ?? 0))
  )
}

/** Calls are refused for a budget or a limit: a commit made it smaller, or it is used up. */
export const allowance: CallCause = {
  name: 'allowance',
  look(route) {
    const worse = route.worse.find(({ measure }) => /^refusals for the/.test(measure.name))
    if (!worse) return none
    const { at } = worse.shift
    const suspects = commitsIn(route.changes).filter(
      commit =>
        commit.at <= at + 60_000 &&
        commit.at > at - nearMs &&
        commit.objects.some(object => /^(Budget|AccessKey)\//.test(object)) &&
        !raises(commit),
    )
    const evidence = [shiftEvidence(route, worse)]
    const explains = [route.route, nameOf(route)]
    if (suspects.length > 0)
      return {
        findings: suspects.map(commit => ({
          rule: 'smaller-allowance',
          cause: { kind: 'change' as const, name: commit.sha },
          class: worse.measure.class,
          statement: `Commit ${commit.sha.slice(0, 12)} "${commit.title}" by ${commit.author} changed ${commit.objects.filter(object => /^(Budget|AccessKey)\//.test(object)).join(', ')}, and on route ${nameOf(route)} ${moved(worse)} since ${momentOf(at)}.`,
          strength: 0.9 / suspects.length,
          evidence,
          explains,
          observed: true,
          remedy: {
            skill: 'rollback',
            input: { commit: commit.sha, delivery: commit.delivery },
            summary: `Take back what commit ${commit.sha.slice(0, 12)} changed of budgets and keys.`,
          },
        })),
      }
    return {
      findings: [
        {
          rule: 'allowance-used-up',
          cause: { kind: 'external', name: `allowance of ${nameOf(route)}` },
          class: worse.measure.class,
          statement: `The allowance of route ${nameOf(route)} is used up: ${moved(worse)} since ${momentOf(at)}, and no change of ours made it smaller. keelway budget says which one and when it begins anew; keelway usage says who used it.`,
          strength: 0.75,
          evidence,
          explains,
          observed: true,
        },
      ],
    }
  },
}
