import type { ReviewedCall } from '../../../telemetry/telemetry.ts'
import { momentOf, moved, nameOf, part, shiftEvidence } from '../wording.ts'
import { type CallCause, none } from './cause.ts'

/** Guardrails deny more than usual while the same release answers: somebody attacks, and they hold. */
export const attack: CallCause = {
  name: 'attack',
  look(route) {
    const worse = route.worse.find(
      ({ measure, with: follows }) => measure.class === 'attack' && follows.kind === 'time',
    )
    if (!worse) return none
    const denied = route.calls.filter(call => call.at >= worse.shift.at && denials(call).length > 0)
    const [key = '', ofKey = 0] = most(denied.map(({ accessKey }) => accessKey))
    const [rule = ''] = most(denied.flatMap(denials))
    const all = route.calls.filter(({ at }) => at >= worse.shift.at).length
    return {
      findings: [
        {
          rule: 'attack-wave',
          cause: { kind: 'external', name: `attack on ${nameOf(route)}` },
          class: 'attack',
          statement: `Route ${nameOf(route)} is under attack since ${momentOf(worse.shift.at)}: ${moved(worse)}, ${part(ofKey, denied.length)} of them with key ${key}, found by rule ${rule}. The guardrails hold and no change of ours is to blame; revoke or limit the key if it is not wanted.`,
          strength: 0.9,
          evidence: [
            shiftEvidence(route, worse),
            {
              source: `calls of ${nameOf(route)}`,
              detail: `${part(denied.length, all)} calls denied; key ${key}: ${part(ofKey, denied.length)}`,
            },
          ],
          explains: [route.route, nameOf(route)],
          observed: true,
        },
      ],
    }
  },
}

const denials = ({ guards = [] }: ReviewedCall): string[] =>
  guards.filter(({ verdict }) => verdict === 'deny').map(({ guardrail, rule }) => `${guardrail}/${rule}`)

function most(names: readonly string[]): [string, number] | [] {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))[0] ?? []
}
