import { z } from 'zod'

/** A model that is asked for its opinion of an answer. */
const Judge = z.object({
  route: z
    .string()
    .min(1)
    .max(253)
    .describe('ModelRoute in the same namespace whose stable release judges. It needs no prompt of its own.'),
  rubric: z
    .string()
    .min(1)
    .max(8192)
    .describe('What a good answer is, as one would explain it to a person who labels.'),
  scale: z
    .number()
    .int()
    .min(2)
    .max(10)
    .optional()
    .describe('Verdicts are whole points from 1 to scale; without it yes or no.'),
  against: z
    .enum(['expected', 'stable'])
    .optional()
    .describe(
      'Pairwise: which of two answers is better, this one or the right answer (expected, in Evaluations), or what stable said to the same input (stable). Win 1, tie 0.5, loss 0.',
    ),
  bothOrders: z
    .boolean()
    .default(false)
    .describe('Pairwise: ask twice with the answers swapped; if the verdicts differ it is a tie.'),
  atMost: z
    .object({
      verdicts: z.number().int().positive().default(1000).describe('Verdicts a day (UTC).'),
      usd: z
        .number()
        .positive()
        .optional()
        .describe('USD a day (UTC); a verdict whose cost is not known ends the day.'),
    })
    .prefault({})
    .describe(
      'Budget of live calls; when it is used up they stay without this score until the next day. An Evaluation asks about every row.',
    ),
})
export type Judge = z.output<typeof Judge>

const Share = z.object({
  value: z.number().describe('The share.'),
  low: z.number().describe('Lower end of its 95 % interval.'),
  high: z.number().describe('Upper end of its 95 % interval.'),
})

/** What scorers say of live calls, and how far they can stand for people. */
export const ScoreStatus = z.object({
  name: z.string().describe('Scorer.'),
  scored: z.number().int().describe('Calls it scored, of the newest 5000.'),
  mean: z.number().optional().describe('Mean of these scores.'),
  labels: z.number().int().describe('Calls of the random share that people labelled too (keelway label).'),
  sensitivity: Share.optional().describe('Of the answers that people call good, how many it calls good.'),
  specificity: Share.optional().describe('Of the answers that people call bad, how many it calls bad.'),
  corrected: Share.optional().describe('Share of good answers without the errors of the scorer.'),
  inflation: z
    .number()
    .optional()
    .describe('How many times the samples a change needs because of these errors.'),
})
export type ScoreStatus = z.output<typeof ScoreStatus>

/** How an answer is turned into a number in [0, 1]. Used by Evaluations (offline) and ModelRoutes (online). */
export const Scorer = z.object({
  name: z.string().min(1).max(63).describe('Name that criteria and metrics use, as in score.<name>.'),
  type: z
    .enum([
      ...['exact', 'numeric', 'reference'],
      ...['regex', 'json-schema', 'instructions', 'refusal', 'language', 'groundedness', 'judge'],
      ...['cost', 'latency'],
    ] as const)
    .describe(
      'exact, numeric and reference compare with the right answer. regex, json-schema, instructions, refusal, language, groundedness and judge need none, so that they score live calls too. cost and latency look at what the answer took.',
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
  compare: z
    .enum(['f1', 'match'])
    .optional()
    .describe('reference: f1 is the share of words in common (default); match wants the same words.'),
  language: z
    .string()
    .regex(/^[a-z]{2}$/)
    .optional()
    .describe('language: ISO 639-1 code the answer must be in; without it the language of the question.'),
  judge: Judge.optional().describe('judge: which model is asked what.'),
  sample: z
    .number()
    .gt(0)
    .max(100)
    .optional()
    .describe(
      'Percent of live calls that are scored in the background; default 100, for a judge 10. Which calls does not depend on what was said.',
    ),
})
export type Scorer = z.output<typeof Scorer>
