import { z } from 'zod'
import { sourcedStatus } from '../conditions.ts'
import { defineKind, type ResourceOf } from '../kind.ts'
import { stampWriter } from '../source.ts'
import { duration, reference } from './reference.ts'
import { ReleaseInputs } from './release-inputs.ts'
import { Scorer, ScoreStatus } from './scorer.ts'

const Metric = z.object({
  name: z.string().min(1).max(63).describe('Name shown with the evidence.'),
  from: z
    .string()
    .regex(/^(score\.[A-Za-z0-9_-]+|response\.(ok|error)|latencyMs|costUsd)$/)
    .describe('score.<scorer or feedback name>, response.ok, response.error, latencyMs or costUsd.'),
  kind: z
    .enum(['quality', 'rare', 'quantile', 'mean'])
    .default('quality')
    .describe(
      'quality: must not be worse by the margin, and can promote. rare: share of events. quantile: latency against a limit. mean: relative to stable. The last three can only stop.',
    ),
  margin: z.number().gt(0).lt(1).default(0.05).describe('quality: the loss that is still called no worse.'),
  marginPercent: z
    .number()
    .gt(0)
    .max(1000)
    .default(20)
    .describe('mean: the increase over stable that is accepted, in percent.'),
  quantile: z.number().gt(0).lt(1).default(0.95).describe('quantile: which one.'),
  limit: z
    .number()
    .positive()
    .optional()
    .describe('quantile: milliseconds it must stay under; mean: largest possible value of one call.'),
})

const target = {
  ref: z.string().min(1).max(253).describe('Name of a ModelProvider in the same namespace.'),
  model: z.string().min(1).max(253).describe('Name of the model at the provider.'),
}

/** Failures of one model that another may cure. */
const fallbackErrors = [
  'context_overflow',
  'provider_rate_limited',
  'provider_error',
  'provider_overloaded',
  'provider_unreachable',
  'provider_interrupted',
  'provider_timeout',
  'provider_unauthorized',
  'provider_rejected',
] as const

export const ModelRoute = defineKind({
  kind: 'ModelRoute',
  plural: 'modelroutes',
  shortNames: ['mr'],
  summary:
    'The model name that clients call, what serves it, and how a change of it is gated and rolled out.',
  spec: z.object({
    model: z.string().min(1).max(253).describe('The model name clients send.'),
    serve: z
      .object({
        prompt: reference('Prompt').optional().describe('Prompt put before the messages of the request.'),
        provider: z.object(target).optional().describe('Language model that answers.'),
        alternatives: z
          .array(
            z.object({
              ...target,
              weight: z
                .number()
                .min(0)
                .max(1000)
                .default(1)
                .describe('Share of the load, beside the others.'),
            }),
          )
          .max(20)
          .default([])
          .describe('Further models that share the load with provider.'),
        weight: z
          .number()
          .min(0)
          .max(1000)
          .default(1)
          .describe('Share of the load that provider takes beside its alternatives.'),
        spread: z
          .enum(['weighted', 'least-busy', 'fastest'])
          .default('weighted')
          .describe(
            'How load is spread over provider and alternatives: by weight, by calls in progress, or by latency times calls in progress.',
          ),
        fallbacks: z
          .array(
            z.object({
              ...target,
              on: z
                .array(z.enum(fallbackErrors))
                .min(1)
                .max(fallbackErrors.length)
                .optional()
                .describe('Failures it is for; absent: all that another model may cure.'),
            }),
          )
          .max(20)
          .default([])
          .describe('Models tried in this order when the others fail before the first token.'),
        resilience: z
          .object({
            attempts: z
              .number()
              .int()
              .min(1)
              .max(10)
              .default(2)
              .describe('Tries of one model, the first included.'),
            firstToken: duration()
              .optional()
              .describe('Time until the first token; by default the timeout of the provider.'),
            betweenTokens: duration()
              .optional()
              .describe('Time between two tokens; by default the timeout of the provider.'),
            failures: z
              .number()
              .int()
              .min(1)
              .max(1000)
              .default(5)
              .describe('Failures in a row after which a model is left alone.'),
            cooldown: duration().default('10s').describe('For how long.'),
          })
          .prefault({})
          .describe('When a call is tried again, or elsewhere.'),
        parameters: z
          .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
          .default({})
          .describe('Request parameters set by the route, such as temperature.'),
        model: reference('Model')
          .optional()
          .describe('Model trained here that answers, instead of a provider.'),
      })
      .describe('What answers: provider (with or without prompt), or model.'),
    guardrails: z
      .array(reference('Guardrail'))
      .max(20)
      .default([])
      .describe(
        'What looks at requests and answers; part of the release, so a change of one is gated and tried.',
      ),
    cache: z
      .object({
        ttl: duration().default('10m').describe('How long an answer is kept.'),
        maxBytes: z
          .number()
          .int()
          .min(1024)
          .max(1 << 30)
          .default(16 << 20)
          .describe('Most memory per gateway process; the answers not used for the longest time go first.'),
        scope: z
          .enum(['key', 'route'])
          .default('key')
          .describe('Who gets an answer again: the access key it was made for, or every key of the route.'),
      })
      .optional()
      .describe('Answer an equal request to the same release from memory.'),
    gates: z
      .array(
        z.object({
          evaluation: reference('Evaluation')
            .optional()
            .describe('Open when all criteria of the Evaluation hold.'),
          approval: z
            .object({
              count: z.number().int().min(1).max(20).default(1).describe('How many different people.'),
            })
            .optional()
            .describe('Open when people approved the release (keelway approve).'),
        }),
      )
      .max(20)
      .default([])
      .describe('All must be open before a candidate gets any traffic.'),
    scorers: z
      .array(Scorer)
      .max(32)
      .default([])
      .describe(
        'How answers are scored: those that need no right answer in the background, the others when a label comes back as feedback.',
      ),
    rollout: z
      .object({
        steps: z
          .array(z.union([z.string(), z.number().int()]).meta({ intOrString: true }))
          .max(20)
          .default(['shadow', 5, 25, 50])
          .describe(
            'shadow: the candidate answers the same input unseen; then percent of sessions, rising. 100 is implied.',
          ),
        unit: z
          .enum(['session', 'call'])
          .default('session')
          .describe('What sticks to one release, and the unit of statistics.'),
        closeAfter: duration()
          .default('10m')
          .describe('A unit closes this long after its first call; scores that come later do not count.'),
        metrics: z
          .array(Metric)
          .max(16)
          .prefault([{ name: 'answered', from: 'response.ok' }])
          .describe('What is compared. Without a quality metric nothing is promoted by itself.'),
        alpha: z
          .number()
          .gt(0)
          .max(0.5)
          .default(0.05)
          .describe('Probability of a false rollback, and of a false promotion, shared by all metrics.'),
        shadowAlpha: z
          .number()
          .gt(0)
          .max(0.5)
          .default(0.1)
          .describe('The same for rollback while in shadow, where a false alarm costs no user anything.'),
        atMost: z
          .object({
            units: z.number().int().positive().default(5000).describe('Units per step.'),
            hours: z.number().positive().default(24).describe('Hours per step.'),
            usd: z.number().positive().optional().describe('Cost of shadow answers in USD.'),
          })
          .prefault({})
          .describe('Budget of one step; when used up without a verdict, otherwise applies.'),
        otherwise: z
          .enum(['hold', 'rollback'])
          .default('hold')
          .describe('What happens when the budget is used up: ask a person, or take the candidate back.'),
        expect: z
          .object({
            quality: z
              .number()
              .gt(0)
              .lt(1)
              .default(0.9)
              .describe('Quality of the stable release assumed until it is measured.'),
            coverage: z.number().gt(0).max(1).default(1).describe('Share of units that get a score.'),
          })
          .prefault({})
          .describe('Assumptions of the plan that is shown before the start.'),
      })
      .prefault({})
      .describe('How a candidate is tried.'),
    record: z
      .object({
        content: z
          .enum(['none', 'output', 'all'])
          .default('none')
          .describe(
            'What call records keep: nothing but digests, the answer (needed to score it when a label comes), or input and documents too.',
          ),
        redact: z.boolean().default(true).describe('Mask personal data and secrets in what is kept.'),
        keep: duration()
          .default('720h')
          .describe('Content is deleted after this; the rest of the record stays.'),
      })
      .prefault({})
      .describe('What is kept of the content of calls.'),
    suspend: z.boolean().default(false).describe('Make no new candidates; what is served stays.'),
  }),
  status: z.object({
    ...sourcedStatus,
    stable: z.string().optional().describe('RouteRelease that serves.'),
    candidate: z.string().optional().describe('RouteRelease that is being judged.'),
    traffic: z
      .array(
        z.object({
          release: z.string().describe('RouteRelease.'),
          weight: z.number().int().describe('Percent of sessions it answers.'),
          shadow: z.boolean().optional().describe('It answers the same input unseen.'),
        }),
      )
      .optional()
      .describe('What is really served now.'),
    scores: z.array(ScoreStatus).optional().describe('What scorers say of live calls, renewed every minute.'),
    inputs: ReleaseInputs.optional().describe(
      'Objects the route resolves to at revision, the route itself and its evaluations included.',
    ),
    rejected: z
      .array(
        z.object({
          digest: z.string().describe('Content digest that is not applied again.'),
          release: z.string().describe('Its RouteRelease.'),
          outcome: z
            .enum(['rejected', 'rolled-back'])
            .describe('rejected: a gate closed; rolled-back: traffic was taken away.'),
          revision: z.string().optional().describe('Commit it came with.'),
          at: z.string().describe('When.'),
          message: z.string().describe('Why, with the evidence in short.'),
        }),
      )
      .optional()
      .describe(
        'Digests on hold, newest first. A new digest is judged afresh; a person may override with a reason.',
      ),
  }),
  rules: [
    {
      rule: "!has(self.spec.scorers) || self.spec.scorers.all(s, s.type in ['latency', 'cost']) || (has(self.spec.record) && has(self.spec.record.content) && self.spec.record.content != 'none')",
      message:
        'spec.scorers look at answers: set spec.record.content to output or all, so that they are kept',
    },
    {
      rule: "!has(self.spec.rollout) || !has(self.spec.rollout.metrics) || self.spec.rollout.metrics.all(m, !has(m.kind) || m.kind != 'quantile' || has(m.limit))",
      message: 'a metric of kind quantile needs limit: what it is compared with',
    },
    {
      rule: "!has(self.spec.rollout) || !has(self.spec.rollout.steps) || self.spec.rollout.steps.all(s, type(s) == string ? s == 'shadow' : (s > 0 && s < 100))",
      message: 'spec.rollout.steps are shadow, then whole percents between 1 and 99',
    },
    {
      rule: 'has(self.spec.serve.model) != has(self.spec.serve.provider)',
      message: 'spec.serve needs exactly one of model and provider',
    },
    {
      rule: '!has(self.spec.serve.prompt) || has(self.spec.serve.provider)',
      message: 'spec.serve.prompt needs spec.serve.provider',
    },
    {
      rule: '!has(self.spec.serve.alternatives) || self.spec.serve.alternatives.size() == 0 || has(self.spec.serve.provider)',
      message: 'spec.serve.alternatives need spec.serve.provider',
    },
    {
      rule: '!has(self.spec.serve.fallbacks) || self.spec.serve.fallbacks.size() == 0 || has(self.spec.serve.provider)',
      message: 'spec.serve.fallbacks need spec.serve.provider',
    },
    {
      rule: '!has(self.spec.gates) || self.spec.gates.all(g, has(g.evaluation) != has(g.approval))',
      message: 'each of spec.gates needs exactly one of evaluation and approval',
    },
  ],
  stamp: stampWriter,
  columns: [
    { name: 'Model', path: '.spec.model' },
    { name: 'Ready', path: '.status.conditions[?(@.type=="Ready")].status' },
    { name: 'Stable', path: '.status.stable' },
    { name: 'Candidate', path: '.status.candidate' },
    { name: 'Message', path: '.status.conditions[?(@.type=="Ready")].message', priority: 1 },
  ],
  example: {
    apiVersion: 'keelway.dev/v1alpha1',
    kind: 'ModelRoute',
    metadata: { name: 'greeting', namespace: 'default' },
    spec: {
      model: 'greeting',
      serve: { prompt: { ref: 'greeting' }, provider: { ref: 'openai', model: 'gpt-5-mini' } },
    },
  },
})
export type ModelRoute = ResourceOf<typeof ModelRoute>
