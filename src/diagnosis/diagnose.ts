import type { Case, Channel } from './channel.ts'
import type { Diagnosis } from './diagnosis.ts'
import { type Priors, ranked } from './ranking/ranking.ts'

const most = { hypotheses: 10, text: 2000 } as const

/** Asks every channel and ranks what they found. */
export function diagnose(evidence: Case, channels: readonly Channel[], priors?: Priors): Diagnosis {
  const answers = channels.map(channel => ({ channel: channel.name, ...channel.look(evidence) }))
  const onsets = answers.flatMap(({ onset }) => onset ?? [])
  const { hypotheses, rejected, reason } = ranked(answers, evidence, priors)
  return plain({
    abstained: hypotheses.length === 0,
    ...(reason !== undefined && { reason }),
    hypotheses: hypotheses.slice(0, most.hypotheses),
    rejected,
    ...(onsets.length > 0 && { onset: Math.min(...onsets) }),
  })
}

/** Words of logs, commits and objects are shown in terminals and chats: no control characters, no end of length. */
function plain<T>(value: T): T {
  if (typeof value === 'string')
    return value.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').slice(0, most.text) as T
  if (Array.isArray(value)) return value.map(plain) as T
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, plain(member)])) as T
}
