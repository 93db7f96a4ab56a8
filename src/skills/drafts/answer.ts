import { z } from 'zod'
import { ProposalDraft } from '../../api/kinds/proposal.ts'
import type { SkillAnswer } from '../skill.ts'

export const outcomes = ['answered', 'proposed', 'nothing', 'refused'] as const

/** What every skill says at least. */
export const answerFields = {
  text: z.string().min(1).describe('What is, where, why and what to do next, in short sentences.'),
  outcome: z
    .enum(outcomes)
    .describe(
      'answered: it looked. proposed: it has drafts. nothing: nothing to change, or too little is known. refused: what was asked would do harm or can not be done safely.',
    ),
}

export interface PlainAnswer {
  text: string
  outcome: (typeof outcomes)[number]
}

/** Why there is nothing to change, or not enough to say. */
export const nothing = (text: string): SkillAnswer<PlainAnswer> => ({ output: { text, outcome: 'nothing' } })

/** Why it was not done. */
export const refused = (text: string): SkillAnswer<PlainAnswer> => ({ output: { text, outcome: 'refused' } })

/**
 * A draft with defaults in place.
 * @throws ZodError when it breaks the limits of Proposals
 */
export const draftOf = (draft: z.input<typeof ProposalDraft>): ProposalDraft => {
  const { title, why, evidence = [], risks = [] } = draft
  return ProposalDraft.parse({
    ...draft,
    title: cut(title, 120),
    why: cut(why, 10_000),
    evidence: evidence
      .slice(0, 20)
      .map(({ source, detail }) => ({ source: cut(source, 1024), detail: cut(detail, 4000) })),
    risks: risks.slice(0, 20).map(risk => cut(risk, 1000)),
  })
}

const cut = (text: string, most: number): string =>
  text.length > most ? `${text.slice(0, most - 1)}…` : text
