import { z } from 'zod'
import { type Diagnosis, faultClasses, type Hypothesis } from '../../diagnosis/diagnosis.ts'

const Evidence = z.object({
  source: z.string().describe('Where it was seen.'),
  detail: z.string().describe('What was seen, with numbers.'),
})

const Cause = z.object({
  kind: z.enum(['service', 'resource', 'change', 'external', 'none']).describe('What kind of cause.'),
  name: z.string().describe('Object as Kind/namespace/name, service, or commit.'),
})

/** A diagnosis as skills tell it. */
export const diagnosisFields = {
  abstained: z.boolean().optional().describe('Nothing is held to be the cause.'),
  onset: z.number().optional().describe('When it began; milliseconds since the epoch.'),
  hypotheses: z
    .array(
      z.object({
        rank: z.number().int().describe('1 is the likeliest.'),
        statement: z.string().describe('What is wrong, where and why.'),
        cause: Cause.describe('The cause.'),
        class: z.enum(faultClasses).describe('Class of the fault.'),
        confidence: z.number().describe('Share of hypotheses with this figure that were right.'),
        evidence: z.array(Evidence).describe('What speaks for it.'),
        against: z.array(Evidence).describe('What speaks against it.'),
        rules: z.array(z.string()).describe('Rules that found it.'),
        tellApart: z.string().optional().describe('What would tell it from the next one.'),
        remedy: z
          .object({
            skill: z.string().describe('Skill that could mend it.'),
            summary: z.string().describe('What it would do.'),
          })
          .optional()
          .describe('What could mend it.'),
      }),
    )
    .default([])
    .describe('Causes, the likeliest first.'),
  rejected: z
    .array(
      z.object({ cause: Cause.describe('The cause.'), reason: z.string().describe('Why it is not it.') }),
    )
    .default([])
    .describe('What was considered and is not it.'),
}

export const diagnosisOutput = ({ abstained, onset, hypotheses, rejected }: Diagnosis) => ({
  abstained,
  ...(onset !== undefined && { onset }),
  hypotheses: hypotheses.map(({ rank, statement, cause, class: fault, confidence, ...rest }: Hypothesis) => ({
    rank,
    statement,
    cause: { ...cause },
    class: fault,
    confidence,
    evidence: rest.evidence.map(one => ({ ...one })),
    against: rest.against.map(one => ({ ...one })),
    rules: [...rest.rules],
    ...(rest.tellApart !== undefined && { tellApart: rest.tellApart }),
    ...(rest.remedy && { remedy: { skill: rest.remedy.skill, summary: rest.remedy.summary } }),
  })),
  rejected: rejected.map(({ cause, reason }) => ({ cause: { ...cause }, reason })),
})
