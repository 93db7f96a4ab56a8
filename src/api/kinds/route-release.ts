import { z } from 'zod'
import { commonStatus } from '../conditions.ts'
import { defineKind, type Resource, type ResourceOf } from '../kind.ts'
import { ReleaseInputs } from './release-inputs.ts'

const Decision = z.object({
  action: z
    .enum(['approve', 'promote', 'abort', 'override'])
    .describe(
      'approve: for an approval gate. promote: skip the remaining steps. abort: take traffic away. override: try a held digest again.',
    ),
  reason: z.string().min(1).max(4096).describe('Why; it stands in the ledger.'),
  by: z.string().max(253).optional().describe('Who; written by the server from the token.'),
  at: z.string().max(64).optional().describe('When; written by the server.'),
})

export const RouteRelease = defineKind({
  kind: 'RouteRelease',
  plural: 'routereleases',
  shortNames: ['rr'],
  summary:
    'One immutable, content-addressed bundle of everything a ModelRoute resolves to, and its way to production.',
  spec: z.object({
    route: z.string().min(1).max(253).describe('Name of the ModelRoute.'),
    digest: z
      .string()
      .regex(/^sha256:[0-9a-f]{64}$/)
      .describe(
        'SHA-256 of the canonical JSON of bundle: content only, so equal content has an equal digest whoever commits it.',
      ),
    bundle: z
      .record(z.string(), z.unknown())
      .describe('Prompt, model, parameters and provider settings as they are served.'),
    decisions: z
      .array(Decision)
      .max(100)
      .default([])
      .describe('What people decided about this release, oldest first.'),
  }),
  status: z.object({
    ...commonStatus,
    phase: z
      .enum(['Pending', 'Gated', 'Rejected', 'RollingOut', 'Held', 'Live', 'RolledBack', 'Superseded'])
      .optional()
      .describe(
        'Gated: waits for gates. Rejected: a gate closed. Held: needs a person. RolledBack: traffic was taken away.',
      ),
    attempt: z.number().int().optional().describe('How often it was tried; an override starts the next one.'),
    baseline: z.string().optional().describe('RouteRelease it is compared with; empty for a first release.'),
    commits: z
      .array(
        z.object({
          revision: z.string().describe('Commit this content was seen in.'),
          author: z.string().describe('Its author, as name <mail>.'),
          title: z.string().describe('First line of its message.'),
          delivery: z.string().describe('Delivery it came through, or empty when not from Git.'),
        }),
      )
      .optional()
      .describe('Commits that had this content, oldest first, 50 at most.'),
    inputs: ReleaseInputs.optional().describe(
      'Objects the route resolves to, and their files; a revert restores these.',
    ),
    gates: z
      .array(
        z.object({
          gate: z.string().describe('Name of the gate.'),
          state: z.enum(['open', 'closed', 'waiting']).describe('open, closed or waiting.'),
          message: z.string().describe('Why, and what is needed.'),
          run: z.string().optional().describe('EvaluationRun that decided.'),
        }),
      )
      .optional()
      .describe('The gates in front of any traffic.'),
    plan: z
      .array(z.string())
      .optional()
      .describe('Units needed and the odds of each outcome with this traffic, stated before the start.'),
    step: z.number().int().optional().describe('Index of the current step.'),
    passed: z
      .array(
        z.object({
          step: z.string().describe('The step: shadow, or the percent of sessions.'),
          units: z.number().int().describe('Units it took.'),
          at: z.string().describe('When it was passed.'),
          message: z.string().describe('The evidence that passed it.'),
        }),
      )
      .optional()
      .describe('Steps that were passed in this attempt.'),
    phaseId: z.string().optional().describe('Identity of the current step in call records.'),
    stepStartedAt: z.string().optional().describe('When the current step started.'),
    weight: z.number().int().optional().describe('Percent of sessions this release is to answer.'),
    shadow: z.boolean().optional().describe('It is to answer the same input unseen.'),
    spentUsd: z
      .number()
      .optional()
      .describe('Cost of shadow answers in the current step, in USD, as far as prices are known.'),
    units: z.number().int().optional().describe('Units used in all steps.'),
    cursor: z
      .object({
        closedAt: z.number().describe('Milliseconds since the epoch.'),
        unit: z.string().describe('Unit.'),
      })
      .optional()
      .describe('The last unit that was counted.'),
    judge: z
      .record(z.string(), z.unknown())
      .optional()
      .describe('State of the sequential tests; with it a decision can be replayed.'),
    evidence: z
      .array(
        z.object({
          metric: z.string().describe('Metric.'),
          message: z.string().describe('Evidence against its threshold, in words.'),
          rollback: z
            .number()
            .optional()
            .describe('Evidence for worse, as a multiple: 20 is reached by chance at most once in 20.'),
          rollbackThreshold: z.number().optional().describe('What rollback has to reach.'),
          promote: z.number().optional().describe('Evidence for no worse in this step, as a multiple.'),
          promoteThreshold: z.number().optional().describe('What promote has to reach.'),
          stable: z.number().optional().describe('Mean of the stable release.'),
          candidate: z.number().optional().describe('Mean of the candidate.'),
          units: z.number().int().optional().describe('Units with this metric.'),
        }),
      )
      .optional()
      .describe('Where each metric stands.'),
    verdict: z
      .object({
        decision: z.enum(['promote', 'rollback', 'hold', 'reject']).describe('The decision.'),
        reason: z.string().describe('One word for the cause.'),
        message: z.string().describe('Metric, evidence, threshold and units in words.'),
        at: z.string().describe('When it was made.'),
        by: z.string().optional().describe('The person, when it was not the statistics.'),
      })
      .optional()
      .describe('How it ended.'),
    revert: z
      .object({
        branch: z.string().describe('Branch with the revert.'),
        revision: z.string().describe('Its commit.'),
      })
      .optional()
      .describe('The revert written to Git.'),
    overridden: z
      .boolean()
      .optional()
      .describe('A person let it be tried again although a gate or a rollout had rejected it.'),
    decisionsSeen: z.number().int().optional().describe('How many of spec.decisions were acted on.'),
  }),
  rules: [
    {
      rule: 'self.spec.digest == oldSelf.spec.digest && self.spec.route == oldSelf.spec.route',
      message: 'spec.route and spec.digest can not change; another content is another RouteRelease',
    },
    {
      rule: 'size(self.spec.decisions) >= size(oldSelf.spec.decisions)',
      message: 'spec.decisions can only grow',
    },
  ],
  columns: [
    { name: 'Route', path: '.spec.route' },
    { name: 'Phase', path: '.status.phase' },
    { name: 'Weight', path: '.status.weight', type: 'integer' },
    { name: 'Units', path: '.status.units', type: 'integer' },
    { name: 'Reason', path: '.status.conditions[?(@.type=="Ready")].reason' },
    { name: 'Change', path: '.status.commits[0].title', priority: 1 },
    { name: 'Message', path: '.status.conditions[?(@.type=="Ready")].message', priority: 1 },
  ],
  example: {
    apiVersion: 'keelway.dev/v1alpha1',
    kind: 'RouteRelease',
    metadata: { name: 'mail-triage-7f3a2b91c0', namespace: 'default' },
    spec: {
      route: 'mail-triage',
      digest: 'sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a',
      bundle: {},
    },
  },
  stamp: (next, previous, { user, now }) => {
    const known = decisionsOf(previous)
    decisionsOf(next).forEach((decision, i) => {
      const before = known[i]
      Object.assign(decision, before ?? { by: user, at: now })
    })
  },
})
export type RouteRelease = ResourceOf<typeof RouteRelease>

const decisionsOf = (object: Resource | undefined): object[] => {
  const decisions = (object?.spec as { decisions?: unknown } | undefined)?.decisions
  return Array.isArray(decisions) ? decisions.filter(item => typeof item === 'object' && item !== null) : []
}
