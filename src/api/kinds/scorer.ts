import { z } from 'zod'

/** How an answer is turned into a number in [0, 1]. Used by Evaluations (offline) and ModelRoutes (online). */
export const Scorer = z.object({
  name: z.string().min(1).max(63).describe('Name that criteria and metrics use, as in score.<name>.'),
  type: z
    .enum(['exact', 'regex', 'json-schema', 'numeric', 'cost', 'latency'])
    .describe('exact, regex, json-schema and numeric look at the answer; cost and latency at what it took.'),
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
})
export type Scorer = z.output<typeof Scorer>
