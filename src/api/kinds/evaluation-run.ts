import { z } from 'zod'
import { commonStatus } from '../conditions.ts'
import { defineKind, type ResourceOf } from '../kind.ts'

export const EvaluationRun = defineKind({
  kind: 'EvaluationRun',
  plural: 'evaluationruns',
  shortNames: ['evr'],
  summary:
    'One use of a test set: a RouteRelease answers its rows, beside the stable release, and criteria are judged.',
  spec: z.object({
    evaluation: z.string().min(1).max(253).describe('Name of the Evaluation.'),
    release: z.string().min(1).max(253).describe('Name of the RouteRelease that is judged.'),
    baseline: z
      .string()
      .max(253)
      .optional()
      .describe('Name of the RouteRelease it is compared with; absent for a first release.'),
    testSet: z.string().min(1).max(253).describe('Content digest of the test set.'),
    definition: z.string().min(1).max(253).describe('Digest of the scorers and criteria.'),
    seed: z.number().int().min(0).describe('Seed of the order in which rows are asked.'),
  }),
  status: z.object({
    ...commonStatus,
    phase: z
      .enum(['Pending', 'Running', 'Passed', 'Failed', 'Inconclusive', 'Error'])
      .optional()
      .describe(
        'Passed and Failed are verdicts; Inconclusive: the rows can not tell; Error: it could not be done.',
      ),
    message: z.string().optional().describe('The verdict in one sentence.'),
    done: z.number().int().optional().describe('Rows answered.'),
    total: z.number().int().optional().describe('Rows of the test set.'),
    criteria: z
      .array(
        z.object({
          scorer: z.string().describe('The scorer.'),
          condition: z.string().describe('The condition that was judged.'),
          verdict: z.enum(['True', 'False', 'Unknown']).describe('Its truth with the stated reliability.'),
          n: z.number().optional().describe('Mean score of the new release.'),
          o: z.number().optional().describe('Mean score of the stable release.'),
          d: z.number().optional().describe('Share of rows scored differently.'),
          message: z.string().describe('Value, tolerance and limit in words.'),
        }),
      )
      .optional()
      .describe('Each criterion with its measured values.'),
    items: z
      .string()
      .optional()
      .describe('Digest of the blob with every row, answer and score, as JSON lines.'),
    use: z.number().int().optional().describe('Which use of the test set this was, counted from 1.'),
    seconds: z.number().optional().describe('How long it took.'),
  }),
  columns: [
    { name: 'Release', path: '.spec.release' },
    { name: 'Phase', path: '.status.phase' },
    { name: 'Done', path: '.status.done', type: 'integer' },
    { name: 'Rows', path: '.status.total', type: 'integer' },
    { name: 'Message', path: '.status.conditions[?(@.type=="Ready")].message', priority: 1 },
  ],
  example: {
    apiVersion: 'keelway.dev/v1alpha1',
    kind: 'EvaluationRun',
    metadata: { name: 'mail-triage-7f3a2b91c0-mail-offline', namespace: 'default' },
    spec: {
      evaluation: 'mail-offline',
      release: 'mail-triage-7f3a2b91c0',
      testSet: 'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
      definition: 'sha256:60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752',
      seed: 7,
    },
  },
})
export type EvaluationRun = ResourceOf<typeof EvaluationRun>
