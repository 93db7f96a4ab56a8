import type { ReviewedCall } from '../../../telemetry/telemetry.ts'
import { broughtBy, commitsIn } from '../commits.ts'
import type { RouteCalls } from '../route-calls.ts'
import { momentOf, nameOf } from '../wording.ts'
import { type CallCause, none } from './cause.ts'

/** Calls on each side without which a rule may only be rare. */
const fewest = 20

/** A rule of a guardrail that looked at every call and looks at none any more. */
export const missingGuard: CallCause = {
  name: 'missing-guard',
  look(route) {
    const answered = route.calls.filter(({ error }) => error === undefined || error === 'content_blocked')
    const gone = rulesOf(answered)
      .map(rule => ({ rule, last: answered.findLastIndex(call => rulesIn(call).has(rule)) }))
      .filter(({ rule, last }) => {
        const [before, after] = [answered.slice(0, last + 1), answered.slice(last + 1)]
        return (
          after.length >= fewest &&
          before.length >= fewest &&
          before.slice(-fewest).every(call => rulesIn(call).has(rule))
        )
      })
    const [first] = gone
    const call = first && answered[first.last + 1]
    const last = first && answered[first.last]
    if (!first || !call || !last) return none
    const names = gone.map(({ rule }) => rule).join(', ')
    const { suspects, innocent } =
      call.release === last.release
        ? { suspects: near(route, call.at), innocent: [] }
        : broughtBy(route, { release: call.release, before: last.release })
    const able = suspects.filter(({ areas }) => areas.some(area => area === 'policy' || area === 'route'))
    const after = answered.length - first.last - 1
    const evidence = [
      {
        source: `calls of ${nameOf(route)}`,
        detail: `rule ${names} looked at each of the ${Math.min(first.last + 1, 1000)} calls until ${momentOf(last.at)} and at none of the ${after} since`,
      },
    ]
    return {
      findings: able.map(commit => ({
        rule: 'guardrail-off',
        cause: { kind: 'change' as const, name: commit.sha },
        class: 'attack' as const,
        statement: `Commit ${commit.sha.slice(0, 12)} "${commit.title}" by ${commit.author} turned off rule ${names} of the guardrails on route ${nameOf(route)}: it looks at no call since ${momentOf(call.at)} (${after} calls).`,
        strength: 0.95 / Math.max(1, able.length),
        evidence,
        explains: [route.route, nameOf(route)],
        observed: true,
        remedy: {
          skill: 'rollback',
          input: {
            commit: commit.sha,
            delivery: commit.delivery,
            route: route.route,
            namespace: route.namespace,
          },
          summary: `Take back commit ${commit.sha.slice(0, 12)}, so that rule ${names} looks at calls again.`,
        },
      })),
      rejected: innocent,
    }
  },
}

const nearMs = 600_000
const near = ({ changes }: RouteCalls, at: number) =>
  commitsIn(changes).filter(commit => commit.at <= at && commit.at > at - nearMs)

const rulesIn = ({ guards = [] }: ReviewedCall): Set<string> =>
  new Set(guards.map(({ guardrail, rule }) => `${guardrail}/${rule}`))

const rulesOf = (calls: readonly ReviewedCall[]): string[] =>
  [...new Set(calls.flatMap(call => [...rulesIn(call)]))].sort()
