import { z } from 'zod'

/** How an answer is turned into a number in [0, 1]. Used by Evaluations (offline) and ModelRoutes (online). */
export const Scorer = z.object({
  name: z.string().min(1).max(63).describe('Name that criteria and metrics use, as in score.<name>.'),
  type: z
    .enum(['exact', 'regex', 'json-schema', 'numeric', 'instructions', 'cost', 'latency'])
    .describe(
      'exact and numeric compare with the right answer; regex, json-schema and instructions look at the answer alone; cost and latency at what it took.',
    ),
  field: z
    .string()
    .max(253)
    .optional()
    .describe('Look at this field of a JSON answer (a.b.c) instead of the whole answer.'),
  pattern: z.string().max(4096).optional().describe('regex: RE2 pattern the answer must match.'),
  schema: z
    .record(z.string(), z.unknown())
    .optional()
    .describe('json-schema: the schema the answer must match.'),
  tolerance: z.number().min(0).optional().describe('numeric: largest accepted absolute difference.'),
  limit: z
    .number()
    .positive()
    .optional()
    .describe('cost: USD per call; latency: milliseconds. At or under it scores 1.'),
  instructions: z
    .array(z.record(z.string(), z.unknown()))
    .max(100)
    .optional()
    .describe(
      'instructions: each an IFEval id with its arguments, as in id: keywords:existence, keywords: [refund]. Without them the right answer of each row is such a list.',
    ),
  loose: z
    .boolean()
    .optional()
    .describe('instructions: forgive an added first or last line, and stars (the loose verdict of IFEval).'),
})
export type Scorer = z.output<typeof Scorer>
