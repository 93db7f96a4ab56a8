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
  for (const { action, subject, at, data } of entries) {
    if (action === 'outcomes-reset') {
      const skill = text(data.skill)
      for (const [id, outcome] of outcomes) if (!skill || outcome.skill === skill) outcomes.delete(id)
      for (const [id, of] of merged) if (!skill || of === skill) merged.delete(id)
      continue
    }
    const proposal = `${subject}@${text(data.uid)}`
    if (action === 'merge') merged.set(proposal, text(data.skill))
    const result = ends[action]
    // Outcomes that are due to something else teach nothing.
    if (!result || data.learn === false) continue
    const before = outcomes.get(proposal)
    if (before && !(before.result === 'verified' && result === 'reverted')) continue
    outcomes.set(proposal, {
      proposal,
      skill: text(data.skill),
      class: text(data.class),
      environment: text(data.environment),
      rules: Array.isArray(data.rules) ? data.rules.filter(rule => typeof rule === 'string') : [],
      result,
      at,
    })
  }
  return { outcomes: [...outcomes.values()], merged }
}

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
