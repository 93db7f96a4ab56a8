import type { Case, Channel } from './channel.ts'
import type { Diagnosis } from './diagnosis.ts'
import { type Priors, ranked } from './ranking/ranking.ts'

const mostHypotheses = 10

/** Asks every channel and ranks what they found. */
export function diagnose(evidence: Case, channels: readonly Channel[], priors?: Priors): Diagnosis {
  const answers = channels.map(channel => ({ channel: channel.name, ...channel.look(evidence) }))
  const onsets = answers.flatMap(({ onset }) => onset ?? [])
  const { hypotheses, rejected, reason } = ranked(answers, evidence, priors)
  return {
    abstained: hypotheses.length === 0,
    ...(reason !== undefined && { reason }),
    hypotheses: hypotheses.slice(0, mostHypotheses),
    rejected,
    ...(onsets.length > 0 && { onset: Math.min(...onsets) }),
  }
}
