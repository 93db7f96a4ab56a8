import type { LedgerEntry } from '../ledger/ledger.ts'

/** What a proposal came to. Silence (expired, superseded, withdrawn) is none. */
export type Result = 'verified' | 'ineffective' | 'reverted' | 'rejected'

export interface Outcome {
  /** Subject of the Proposal, as the ledger has it, with its uid. */
  proposal: string
  skill: string
  /** Class of what was taken to be wrong; empty when nobody said. */
  class: string
  /** Label `keelway.dev/environment` of the namespace, or its name. */
  environment: string
  rules: readonly string[]
  result: Result
  /** RFC 3339. */
  at: string
}

/** How often what a skill proposes is taken, and taken back. */
export interface SkillRate {
  skill: string
  merged: number
  rejected: number
  reverted: number
  verified: number
  ineffective: number
  /** Of those that people or policy decided on, the share that was merged; undefined where none was. */
  acceptance: number | undefined
  /** Of those merged and settled, the share that had to be taken back or did not help. */
  revertRate: number | undefined
}

/** Actions of the ledger that say how a proposal ended, and the result each is. */
const ends: Readonly<Record<string, Result>> = {
  verified: 'verified',
  ineffective: 'ineffective',
  'proposal-reverted': 'reverted',
  'proposal-rejected': 'rejected',
}

export const outcomeActions = [...Object.keys(ends), 'merge', 'outcomes-reset'] as const

/** What was learnt so far, from the ledger alone: replayed from its beginning it is the same. */
export interface Learnt {
  /** One for each proposal, oldest first; what a reset took away is gone. */
  outcomes: Outcome[]
  /** Proposals that were merged, with their skill. */
  merged: ReadonlyMap<string, string>
}

/**
 * Reads the ledger from its beginning. A proposal has one outcome: that it was reverted says more than that it had been
 * verified, and that it was ineffective stays when its revert follows. An entry `outcomes-reset` takes away what came
 * before it, of one skill or of all.
 */
export function learntFrom(entries: readonly LedgerEntry[]): Learnt {
  const outcomes = new Map<string, Outcome>()
  const merged = new Map<string, string>()
  for (const entry of entries) {
    const { action, subject, data } = entry
    const proposal = `${subject}@${text(data.uid)}`
    if (action === 'outcomes-reset') {
      forget(outcomes, text(data.skill), ({ skill }) => skill)
      forget(merged, text(data.skill), skill => skill)
    } else if (action === 'merge') merged.set(proposal, text(data.skill))
    // Ends that are due to something else teach nothing.
    const result = data.learn === false ? undefined : ends[action]
    const before = outcomes.get(proposal)?.result
    if (result && (before === undefined || (before === 'verified' && result === 'reverted')))
      outcomes.set(proposal, outcomeOf(entry, proposal, result))
  }
  return { outcomes: [...outcomes.values()], merged }
}

/** Takes away what is of one skill, or all where none is named. */
function forget<T>(known: Map<string, T>, skill: string, skillOf: (value: T) => string): void {
  for (const [id, value] of known) if (skill === '' || skillOf(value) === skill) known.delete(id)
}

const outcomeOf = ({ at, data }: LedgerEntry, proposal: string, result: Result): Outcome => ({
  proposal,
  skill: text(data.skill),
  class: text(data.class),
  environment: text(data.environment),
  rules: Array.isArray(data.rules) ? data.rules.filter(rule => typeof rule === 'string') : [],
  result,
  at,
})

const text = (value: unknown): string => (typeof value === 'string' ? value.slice(0, 256) : '')

/** Acceptance and revert rate of each skill, sorted by name. */
export function skillRates({ outcomes, merged }: Learnt): SkillRate[] {
  const skills = [...new Set([...outcomes.map(({ skill }) => skill), ...merged.values()])].sort()
  return skills.map(skill => {
    const count = (result: Result) =>
      outcomes.filter(outcome => outcome.skill === skill && outcome.result === result).length
    const taken = [...merged.values()].filter(other => other === skill).length
    const [verified, ineffective, reverted, rejected] = [
      count('verified'),
      count('ineffective'),
      count('reverted'),
      count('rejected'),
    ]
    const settled = verified + ineffective + reverted
    return {
      skill,
      merged: taken,
      rejected,
      reverted,
      verified,
      ineffective,
      acceptance: taken + rejected > 0 ? taken / (taken + rejected) : undefined,
      revertRate: settled > 0 ? (ineffective + reverted) / settled : undefined,
    }
  })
}
