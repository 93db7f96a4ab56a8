import { z } from 'zod'
import { sourcedStatus } from '../conditions.ts'
import { defineKind, type ResourceOf } from '../kind.ts'
import { stampWriter } from '../source.ts'
import { reference } from './reference.ts'
import { Scorer } from './scorer.ts'

export const Evaluation = defineKind({
  kind: 'Evaluation',
  plural: 'evaluations',
  shortNames: ['eval'],
  summary:
    'A labelled test set, scorers and criteria with a stated reliability. Each look at the test set is counted.',
  spec: z.object({
    dataset: reference('Dataset').describe('The test set. Its rows must not be trained on.'),
    input: z.string().min(1).max(253).default('text').describe('Column sent as user message.'),
    expected: z.string().min(1).max(253).default('label').describe('Column with the right answer.'),
    scorers: z.array(Scorer).min(1).max(32).describe('How an answer is scored.'),
    criteria: z
      .array(
        z.object({
          scorer: z.string().min(1).max(63).describe('The scorer that n, o and d are about.'),
          condition: z
            .string()
            .min(1)
            .max(1024)
            .describe(
              'Over n (mean score of the new release), o (of the stable one) and d (share of rows answered differently), such as n - o > 0.02 +/- 0.05.',
            ),
          first: z
            .string()
            .min(1)
            .max(1024)
            .optional()
            .describe(
              'The condition for a first release, which has no predecessor; needed when condition uses o or d.',
            ),
        }),
      )
      .min(1)
      .max(32)
      .describe('All must hold for the gate to open.'),
    reliability: z
      .number()
      .gt(0.5)
      .lt(1)
      .default(0.95)
      .describe('Probability that every verdict of this test set is right.'),
    mode: z
      .enum(['fp-free', 'fn-free'])
      .default('fp-free')
      .describe('What Unknown means: fp-free closes the gate, fn-free opens it.'),
    adaptivity: z
      .enum(['none', 'full', 'first-change'])
      .default('none')
      .describe(
        'What authors learn from a verdict: nothing, everything, or until the first pass, after which the set is retired.',
      ),
    steps: z
      .number()
      .int()
      .min(1)
      .max(1000)
      .default(32)
      .describe('How often a test set may be used before it is exhausted.'),
    concurrency: z.number().int().min(1).max(64).default(8).describe('Calls under way at once.'),
  }),
  status: z.object({
    ...sourcedStatus,
    plan: z
      .object({
        labels: z.number().int().describe('Labelled rows the criteria need.'),
        samples: z.number().int().describe('Rows without label the criteria need.'),
        available: z.number().int().describe('Rows the test set has.'),
        message: z.string().describe('What the rows at hand can support, in plain words.'),
      })
      .optional()
      .describe('What the criteria need against what the test set has.'),
    testSets: z
      .array(
        z.object({
          digest: z.string().describe('Content digest of the test set.'),
          uses: z.number().int().describe('Verdicts it was used for.'),
          runs: z.array(z.string()).describe('UIDs of the EvaluationRuns that used it.'),
          steps: z.number().int().describe('Verdicts it is good for.'),
          retired: z.boolean().optional().describe('Set by adaptivity first-change at the first pass.'),
        }),
      )
      .optional()
      .describe('How often each test set was used, newest first, 20 at most.'),
  }),
  stamp: stampWriter,
  columns: [
    { name: 'Ready', path: '.status.conditions[?(@.type=="Ready")].status' },
    { name: 'Uses', path: '.status.testSets[0].uses', type: 'integer' },
    { name: 'Needs', path: '.status.plan.labels', type: 'integer' },
    { name: 'Has', path: '.status.plan.available', type: 'integer' },
    { name: 'Message', path: '.status.conditions[?(@.type=="Ready")].message', priority: 1 },
  ],
  example: {
    apiVersion: 'keelway.dev/v1alpha1',
    kind: 'Evaluation',
    metadata: { name: 'mail-offline', namespace: 'default' },
    spec: {
      dataset: { ref: 'mail-gate' },
      scorers: [{ name: 'correct', type: 'exact' }],
      criteria: [{ scorer: 'correct', condition: 'n > 0.85 +/- 0.05' }],
    },
  },
})
export type Evaluation = ResourceOf<typeof Evaluation>
