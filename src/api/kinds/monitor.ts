import { z } from 'zod'
import { commonStatus } from '../conditions.ts'
import { defineKind, type ResourceOf } from '../kind.ts'
import { duration, reference } from './reference.ts'
import { Scorer } from './scorer.ts'

const name = (about: string) => z.string().min(1).max(253).describe(about)

const ofService = {
  service: name('Name of the service (service.name).'),
  namespace: name('Namespace of the service, where two have its name.').optional(),
}

const selector = z.object({
  metric: name('Name of a counter, a delta or a histogram (its count), as its source gives it.'),
  attributes: z
    .record(z.string(), z.string())
    .default({})
    .describe('Only series whose attributes have these values.'),
})

const Slo = z.object({
  objective: z
    .number()
    .gt(0)
    .lt(100)
    .describe(
      'Percent of events that must be good, such as 99.9; what is missing to 100 is the error budget.',
    ),
  window: z.enum(['7d', '28d', '30d']).default('30d').describe('The time, up to now, that it is about.'),
  minEvents: z
    .number()
    .int()
    .min(1)
    .max(1_000_000)
    .default(10)
    .describe(
      'Events that the long window of an alert must have before it may burn. Besides, bad events must be more than chance explains (one in a million) at the rate the objective allows.',
    ),
  requests: z
    .object({ ...ofService, operation: name('Name of the server span; without it all of them.').optional() })
    .optional()
    .describe('Server spans of a service; those without an error are good.'),
  calls: z
    .object({
      route: reference('ModelRoute').describe('Whose calls.'),
      within: duration().optional().describe('A good answer is complete after this time.'),
      firstTokenWithin: duration()
        .optional()
        .describe(
          'The first token of a good answer comes within this time; calls without a stream do not count.',
        ),
    })
    .optional()
    .describe(
      'Calls that users of a ModelRoute were answered; those without an error are good. What a client did wrong, a budget or a guardrail refused does not count.',
    ),
  score: z
    .object({
      route: reference('ModelRoute').describe('Whose calls.'),
      name: z
        .string()
        .regex(/^[A-Za-z0-9_-]{1,63}$/)
        .describe('Scorer or name given with feedback, such as groundedness.'),
      atLeast: z.number().gt(0).max(1).default(0.5).describe('A good call scores this or more.'),
    })
    .optional()
    .describe(
      'Scores of calls that users of a ModelRoute were answered; calls without this score do not count.',
    ),
  metrics: z
    .object({
      service: ofService.service.optional(),
      namespace: ofService.namespace,
      total: selector.describe('Counts all events.'),
      good: selector.optional().describe('Counts good events.'),
      bad: selector.optional().describe('Counts bad events.'),
    })
    .optional()
    .describe('Events counted by metrics: total, and good or bad.'),
  latency: z
    .object({
      ...ofService,
      operation: name('Name of the server span; without it all of them.').optional(),
      metric: selector.optional().describe('A histogram; without it the time that server spans took.'),
      quantile: z.number().gt(0).lt(1).default(0.95).describe('Which quantile; of spans 0.5, 0.95 or 0.99.'),
      atMost: z.number().positive().describe('Milliseconds, or the unit of the metric.'),
    })
    .optional()
    .describe('Minutes with traffic; those in which the quantile is at most this long are good.'),
})

const Drift = z.object({
  route: reference('ModelRoute').optional().describe('Calls of this route.'),
  model: reference('Model').optional().describe('Calls of all routes that this Model answers.'),
  of: z
    .enum(['inputs', 'outputs'])
    .default('inputs')
    .describe(
      'inputs: what was asked. outputs: what was answered. Content is looked at where routes record it; lengths in tokens always.',
    ),
  window: duration()
    .default('24h')
    .describe('Calls of this long, at whole multiples of it (UTC), are compared.'),
  reference: z
    .object({
      dataset: reference('Dataset').optional().describe('Rows that show what is usual.'),
      column: name('Column of the dataset with the text of inputs or outputs.').default('text'),
      past: duration()
        .optional()
        .describe(
          'Compare with the window this long ago. Whole weeks, so that days are compared with like days.',
        ),
    })
    .prefault({ past: '7d' })
    .describe('What is usual: a dataset or a window of the past.'),
  minRows: z
    .number()
    .int()
    .min(30)
    .max(100_000)
    .default(100)
    .describe('Calls a window must have, on both sides, before anything is said.'),
  falseDiscoveryRate: z
    .number()
    .gt(0)
    .max(0.2)
    .default(0.01)
    .describe('Share of false columns among those that are said to drift (Benjamini and Hochberg).'),
  effect: z
    .number()
    .min(0)
    .max(1)
    .default(0.1)
    .describe(
      'Least size of a change that matters, whatever the number of rows: Kolmogorov-Smirnov D, Wasserstein distance in standard deviations, or Jensen-Shannon distance.',
    ),
})

const Probe = z.object({
  route: reference('ModelRoute').describe('Its stable release is asked, outside any user’s traffic.'),
  dataset: reference('Dataset').describe('The questions: always the same.'),
  input: name('Column of the question.').default('text'),
  expected: name('Column of the right answer, for scorers that compare with it.').optional(),
  rows: z.number().int().min(10).max(2000).default(100).describe('Questions asked at most, from the top.'),
  hour: z.number().int().min(0).max(23).default(3).describe('Hour of the day (UTC) in which it is asked.'),
  concurrency: z.number().int().min(1).max(32).default(4).describe('Questions asked at once.'),
  scorers: z
    .array(Scorer)
    .max(16)
    .default([])
    .describe('How answers are scored, besides how far they are what they were. Not judges.'),
  alpha: z
    .number()
    .gt(0)
    .max(0.2)
    .default(0.002)
    .describe('Probability of a false alarm in one night, shared by all scores.'),
  effect: z
    .number()
    .min(0)
    .max(1)
    .default(0.05)
    .describe('Least difference of a mean score that matters, whatever the number of questions.'),
})

const Burn = z.object({
  severity: z.enum(['page', 'ticket']).describe('What it is worth: page now, or ticket in working hours.'),
  factor: z
    .number()
    .describe('Both rates must be above this multiple of the rate that uses up the budget in time.'),
  long: z.string().describe('Length of the long window.'),
  short: z.string().describe('Length of the short window.'),
  longRate: z.number().describe('Burn rate in the long window: 1 uses up the budget in time.'),
  shortRate: z.number().describe('Burn rate in the short window.'),
  burning: z.boolean().describe('It alerts.'),
})

const Column = z.object({
  name: z.string().describe('Column.'),
  type: z
    .enum(['numeric', 'categorical', 'text', 'constant'])
    .describe('What it was taken for, by the reference.'),
  test: z.string().describe('The test that was chosen by type and sample size.'),
  effect: z.number().describe('Size of the change, in the measure of the test.'),
  p: z
    .number()
    .optional()
    .describe('Probability of such a change by chance, corrected for the number of columns.'),
  drifted: z.boolean().describe('Neither chance nor too small.'),
  message: z.string().describe('What changed, in words.'),
})

const Change = z.object({
  name: z.string().describe('similarity (to the first answers), or a scorer.'),
  before: z.number().describe('Mean of the baseline.'),
  now: z.number().describe('Mean of the last night.'),
  pairs: z.number().int().describe('Questions whose score differs.'),
  p: z.number().describe('Probability of such a difference by chance.'),
  drifted: z.boolean().describe('Neither chance nor too small.'),
})

export const Monitor = defineKind({
  kind: 'Monitor',
  plural: 'monitors',
  shortNames: ['mon'],
  summary:
    'What is watched of a running system: an objective with its error budget, drift of what a model is asked or answers, or a provider that changed.',
  spec: z.object({
    slo: Slo.optional().describe('An objective and what counts as good; alerts by burn rate.'),
    drift: Drift.optional().describe('Compares inputs or outputs with what is usual.'),
    probe: Probe.optional().describe(
      'Asks fixed questions every night: on the same release, other answers mean that the provider changed.',
    ),
    suspend: z.boolean().default(false).describe('Look at nothing; what was told is over.'),
  }),
  status: z.object({
    ...commonStatus,
    slo: z
      .object({
        events: z.number().describe('Events in the window.'),
        bad: z.number().describe('Bad ones.'),
        budgetLeft: z
          .number()
          .describe('Share of the error budget that is left; below 0 when it is overspent.'),
        exhausted: z
          .string()
          .optional()
          .describe('When nothing is left if the last six hours go on; absent when they do not use it up.'),
        burns: z.array(Burn).describe('The alerts, from the fastest to the slowest.'),
      })
      .optional()
      .describe('Where the objective stands.'),
    drift: z
      .object({
        from: z.string().describe('Begin of the window.'),
        until: z.string().describe('End of the window.'),
        rows: z.number().int().describe('Calls in it that were looked at.'),
        referenceRows: z.number().int().describe('Rows they were compared with.'),
        reference: z
          .string()
          .describe('What they were compared with: digest of the dataset, or begin of a window.'),
        columns: z.array(Column).describe('What was compared, the largest change first; 50 at most.'),
      })
      .optional()
      .describe('The last comparison.'),
    probe: z
      .object({
        release: z.string().describe('RouteRelease that was asked.'),
        digest: z.string().describe('Digest of its content; another one begins a new baseline.'),
        questions: z.string().describe('Digest of questions and scorers.'),
        baseline: z
          .string()
          .optional()
          .describe(
            'Digest of the stored answers that later ones are compared with: asked twice, to know what varies anyway.',
          ),
        since: z.string().optional().describe('When the baseline was asked.'),
        answers: z.string().optional().describe('Digest of the stored answers of the last night.'),
        at: z.string().optional().describe('When the last night was asked.'),
        rows: z.number().int().optional().describe('Questions answered then and in the baseline.'),
        costUsd: z.number().optional().describe('What the last night cost, as far as prices are known.'),
        scores: z.array(Change).optional().describe('What was compared.'),
      })
      .optional()
      .describe('The last night.'),
    symptom: z
      .object({
        severity: z.enum(['page', 'ticket']).describe('As it was told.'),
        since: z.string().describe('When it began.'),
        message: z.string().describe('What was told.'),
      })
      .optional()
      .describe('What was told and is not over; an incident has its key.'),
    asOf: z.string().optional().describe('When these figures changed last.'),
  }),
  rules: [
    {
      rule: '[has(self.spec.slo), has(self.spec.drift), has(self.spec.probe)].exists_one(given, given)',
      message: 'spec needs exactly one of slo, drift and probe',
    },
    {
      rule: '!has(self.spec.slo) || [has(self.spec.slo.requests), has(self.spec.slo.calls), has(self.spec.slo.score), has(self.spec.slo.metrics), has(self.spec.slo.latency)].exists_one(given, given)',
      message: 'spec.slo needs exactly one of requests, calls, score, metrics and latency',
    },
    {
      rule: '!has(self.spec.slo) || !has(self.spec.slo.calls) || !(has(self.spec.slo.calls.within) && has(self.spec.slo.calls.firstTokenWithin))',
      message:
        'spec.slo.calls takes one of within and firstTokenWithin: two Monitors say which of them is missed',
    },
    {
      rule: '!has(self.spec.slo) || !has(self.spec.slo.metrics) || has(self.spec.slo.metrics.good) != has(self.spec.slo.metrics.bad)',
      message: 'spec.slo.metrics needs exactly one of good and bad',
    },
    {
      rule: '!has(self.spec.slo) || !has(self.spec.slo.latency) || has(self.spec.slo.latency.metric) || !has(self.spec.slo.latency.quantile) || self.spec.slo.latency.quantile in [0.5, 0.95, 0.99]',
      message: 'spec.slo.latency.quantile of spans is 0.5, 0.95 or 0.99',
    },
    {
      rule: '!has(self.spec.drift) || has(self.spec.drift.route) != has(self.spec.drift.model)',
      message: 'spec.drift needs exactly one of route and model',
    },
    {
      rule: '!has(self.spec.drift) || !has(self.spec.drift.reference) || has(self.spec.drift.reference.dataset) != has(self.spec.drift.reference.past)',
      message: 'spec.drift.reference needs exactly one of dataset and past',
    },
    {
      rule: "!has(self.spec.probe) || !has(self.spec.probe.scorers) || self.spec.probe.scorers.all(s, s.type != 'judge')",
      message: 'spec.probe.scorers can not be judges: a judge changes with its provider',
    },
  ],
  columns: [
    { name: 'Objective', path: '.spec.slo.objective', type: 'number' },
    { name: 'Window', path: '.spec.slo.window' },
    {
      name: 'Left',
      path: '.status.slo.budgetLeft',
      type: 'number',
      description: 'Share of the error budget.',
    },
    { name: 'Symptom', path: '.status.symptom.severity' },
    { name: 'Since', path: '.status.symptom.since', type: 'date' },
    { name: 'Ready', path: '.status.conditions[?(@.type=="Ready")].status' },
    { name: 'Message', path: '.status.conditions[?(@.type=="Ready")].message', priority: 1 },
  ],
  example: {
    apiVersion: 'keelway.dev/v1alpha1',
    kind: 'Monitor',
    metadata: { name: 'greeting-answers', namespace: 'default' },
    spec: { slo: { objective: 99.5, calls: { route: { ref: 'greeting' } } } },
  },
})
export type Monitor = ResourceOf<typeof Monitor>
