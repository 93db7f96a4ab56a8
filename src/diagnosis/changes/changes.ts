import type { ChangeRecord } from '../../telemetry/signals/signal.ts'
import type { Case, Channel, ChannelAnswer } from '../channel.ts'
import type { Rejected } from '../diagnosis.ts'
import { commitOf, evidenceOf, faultOf, reasonOf, remedyOf, statementOf } from './statement.ts'
import { weighed } from './weighing.ts'

/**
 * Below this a change is listed as looked at, not as a cause. What is seen of services is in the figure already: nothing
 * is added for it.
 */
const least = 0.35
const most = { findings: 5, rejected: 20 } as const

/**
 * Which change did it: every commit that reached production before the symptoms, flags, configuration, scale, prompts,
 * models and policies. A change counts when what it does can produce what is seen (mechanism), where and when it is seen,
 * and by what it has in common with the evidence; what it says of itself hardly counts. Recent changes get no bonus.
 */
export const changes: Channel = {
  name: 'changes',
  look(evidence: Case): ChannelAnswer {
    if (evidence.changes.length === 0) return { findings: [] }
    const result = weighed(evidence)
    const { symptoms, suspects, cleared } = result
    if (symptoms.all.length === 0) return { findings: [] }
    const accused = byCommit(suspects)
      .filter(({ strength }) => strength >= least)
      .slice(0, most.findings)
    const named = new Set(accused.map(({ change }) => commitOf(change)))
    const innocent: (Rejected & { score: number })[] = [
      ...suspects
        .filter(({ change }) => !named.has(commitOf(change)))
        .map(suspect => ({
          cause: { kind: 'change' as const, name: commitOf(suspect.change) },
          reason: reasonOf(suspect, result),
          score: suspect.score,
        })),
      ...cleared
        .filter(({ change }) => !named.has(commitOf(change)))
        .map(({ change, reason, score }) => ({
          cause: { kind: 'change' as const, name: commitOf(change) },
          reason,
          score,
        })),
    ]
    innocent.sort((a, b) => b.score - a.score || (a.cause.name < b.cause.name ? -1 : 1))
    return {
      findings: accused.map(suspect => ({
        rule: suspect.hit.class.name,
        cause: { kind: 'change', name: commitOf(suspect.change) },
        class: faultOf(suspect),
        statement: statementOf(suspect, symptoms),
        strength: Math.round(Math.min(0.95, suspect.strength) * 1000) / 1000,
        evidence: evidenceOf(suspect),
        observed: true,
        remedy: remedyOf(suspect),
      })),
      rejected: innocent.slice(0, most.rejected).map(({ cause, reason }) => ({ cause, reason })),
      ...(symptoms.onset && { onset: symptoms.onset.first }),
    }
  },
}

/** Parts of one commit together, by the part that explains most. */
function byCommit<T extends { change: ChangeRecord; strength: number }>(suspects: readonly T[]): T[] {
  const kept = new Map<string, T>()
  for (const suspect of suspects) {
    const name = commitOf(suspect.change)
    const known = kept.get(name)
    if (!known) kept.set(name, suspect)
    else kept.set(name, { ...known, strength: known.strength + suspect.strength })
  }
  return [...kept.values()].sort((a, b) => b.strength - a.strength)
}
