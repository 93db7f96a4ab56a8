import { z } from 'zod'
import { commonStatus } from '../conditions.ts'
import { defineKind, type Resource, type ResourceOf } from '../kind.ts'

const severity = z.enum(['page', 'ticket'])
const time = (about: string) => z.string().max(64).describe(`${about} (RFC 3339).`)

const Symptom = z.object({
  key: z.string().min(1).max(1024).describe('Same symptom told again has the same key.'),
  source: z
    .enum(['alert', 'slo', 'anomaly'])
    .describe('What told it: an alert, a Monitor, or anomaly detection.'),
  reason: z.string().max(256).describe('Machine word, such as ErrorBudgetBurn; of alerts their name.'),
  service: z.string().max(253).default('').describe('Service it shows at; empty when nothing tells it.'),
  namespace: z.string().max(253).optional().describe('Namespace of that service, as signals name it.'),
  severity: severity.describe('page or ticket.'),
  message: z.string().max(4096).describe('What is wrong, in words.'),
  since: time('When it began'),
  until: time('When it was over; absent while it goes on').optional(),
})

const Decision = z.object({
  action: z
    .enum(['acknowledge', 'close'])
    .describe('acknowledge: somebody is at it. close: it is over, or nothing is to be done about it.'),
  reason: z.string().min(1).max(2000).describe('Why.'),
  by: z.string().max(253).optional().describe('Who decided; written by the server.'),
  at: z.string().max(64).optional().describe('When; written by the server.'),
})

const Entry = z.object({
  number: z.number().int().describe('Counts entries from 1.'),
  at: z.string().describe('When.'),
  what: z
    .enum([
      'Opened',
      'SymptomJoined',
      'SymptomEnded',
      'Escalated',
      'Diagnosed',
      'Proposed',
      'Acknowledged',
      'Recovering',
      'Relapsed',
      'Closed',
      'Reopened',
    ])
    .describe('What happened. People are told all of these but of symptoms that join or end.'),
  message: z.string().describe('In words.'),
})

const Cause = z.object({
  kind: z
    .enum(['service', 'resource', 'change', 'external', 'none'])
    .describe('A service that misbehaves, an object, a commit or flag, or something outside.'),
  name: z.string().describe('Name of the service, Kind/namespace/name, or id of the change.'),
})
const seen = (about: string) =>
  z
    .array(
      z.object({
        source: z.string().describe('File of the bundle, or query.'),
        detail: z.string().describe('What was seen there.'),
      }),
    )
    .describe(about)

const Hypothesis = z.object({
  rank: z.number().int().describe('1 is the likeliest.'),
  statement: z.string().describe('What is wrong, where and why.'),
  cause: Cause.describe('What it is.'),
  class: z.string().describe('Class of the fault.'),
  confidence: z.number().describe('0 to 1: share of such hypotheses that were right on development data.'),
  evidence: seen('What speaks for it.'),
  against: seen('What speaks against it.'),
  contributions: z
    .array(
      z.object({
        from: z.string().describe('Channel or prior.'),
        factor: z.number().describe('Factor on the odds.'),
        detail: z.string().describe('Why.'),
      }),
    )
    .describe('What each channel and prior added.'),
  rules: z.array(z.string()).describe('Rules that found it.'),
  tellApart: z.string().optional().describe('What would tell it from the next one.'),
  remedy: z
    .object({
      skill: z.string().describe('Skill that could mend it.'),
      input: z.record(z.string(), z.unknown()).describe('Its input.'),
      summary: z.string().describe('What it would do.'),
    })
    .optional()
    .describe('What could mend it.'),
})

export const Incident = defineKind({
  kind: 'Incident',
  plural: 'incidents',
  shortNames: ['inc'],
  summary:
    'Symptoms of a running system that belong together, from when they began until they are over. Controllers open, join, close and re-open it.',
  spec: z.object({
    title: z.string().min(1).max(300).describe('What is wrong and where, in one line.'),
    severity: severity.describe('page: somebody must look now. ticket: in working hours. It never falls.'),
    services: z.array(z.string().max(253)).max(100).default([]).describe('Services with symptoms.'),
    startedAt: time('When its first symptom began'),
    symptoms: z
      .array(Symptom)
      .min(1)
      .max(100)
      .describe('What shows it, one entry for each key, in the order they were told; 100 at most.'),
    decisions: z.array(Decision).max(100).default([]).describe('What people decided, oldest first.'),
  }),
  status: z.object({
    ...commonStatus,
    phase: z
      .enum(['Open', 'Recovering', 'Closed'])
      .optional()
      .describe('Recovering: all symptoms are over, and it closes when it stays quiet.'),
    openedAt: z.string().optional().describe('When it was opened first.'),
    closedAt: z.string().optional().describe('When it was closed; absent while it is not.'),
    reopened: z.number().int().optional().describe('How often it was opened again after it had closed.'),
    severity: severity.optional().describe('The severity that its timeline knows.'),
    symptoms: z
      .array(
        z.object({
          key: z.string().describe('Key of the symptom.'),
          since: z.string().describe('When it began.'),
          going: z.boolean().describe('Whether it goes on.'),
        }),
      )
      .optional()
      .describe('The symptoms that the timeline knows.'),
    acknowledgedBy: z.string().optional().describe('Who is at it.'),
    decisionsSeen: z.number().int().optional().describe('How many of spec.decisions are in the timeline.'),
    timeline: z
      .array(Entry)
      .optional()
      .describe('What happened, oldest first; of more than 200 entries the first and the newest.'),
    notified: z
      .array(
        z.object({
          channel: z.string().describe('NotificationChannel, as namespace/name.'),
          number: z.number().int().describe('Number of the newest entry of the timeline that was told.'),
          at: z.string().describe('When it was told.'),
        }),
      )
      .optional()
      .describe('Who was told what.'),
    hypotheses: z.array(Hypothesis).optional().describe('What may have caused it, the likeliest first.'),
    diagnosis: z
      .object({
        at: z.string().describe('When it was diagnosed last.'),
        symptoms: z.number().int().describe('How many symptoms there were then.'),
        onset: z.string().optional().describe('When it began, as far as the evidence tells.'),
        reason: z.string().optional().describe('Why there is no hypothesis.'),
        bundle: z
          .string()
          .optional()
          .describe(
            'Folder in the state directory with the evidence it rests on; keelway diagnose says the same of it again.',
          ),
        response: z.string().optional().describe('What automation made of it, in words.'),
        proposals: z
          .array(z.string())
          .optional()
          .describe('Proposals of the same namespace that were made of it.'),
        rejected: z
          .array(
            z.object({
              cause: Cause.describe('What was considered.'),
              reason: z.string().describe('Why it is not it.'),
            }),
          )
          .optional()
          .describe('What was considered and is not it.'),
      })
      .optional()
      .describe('The last diagnosis.'),
  }),
  rules: [
    {
      rule: 'size(self.spec.decisions) >= size(oldSelf.spec.decisions)',
      message: 'spec.decisions can only grow',
    },
    {
      rule: 'self.spec.startedAt == oldSelf.spec.startedAt',
      message: 'spec.startedAt can not change: what began at another time is another Incident',
    },
  ],
  columns: [
    { name: 'Severity', path: '.spec.severity' },
    { name: 'Phase', path: '.status.phase' },
    { name: 'Title', path: '.spec.title' },
    { name: 'Opened', path: '.status.openedAt', type: 'date' },
    { name: 'Reopened', path: '.status.reopened', type: 'integer', priority: 1 },
    { name: 'Message', path: '.status.conditions[?(@.type=="Ready")].message', priority: 1 },
  ],
  example: {
    apiVersion: 'keelway.dev/v1alpha1',
    kind: 'Incident',
    metadata: { name: 'checkout-3f9a2b1c04', namespace: 'default' },
    spec: {
      title: 'checkout: HighErrorRate',
      severity: 'page',
      services: ['checkout'],
      startedAt: '2026-01-05T10:14:00Z',
      symptoms: [
        {
          key: 'alert/5a1c/1767608040000',
          source: 'alert',
          reason: 'HighErrorRate',
          service: 'checkout',
          severity: 'page',
          message: '7 % of the requests of checkout fail',
          since: '2026-01-05T10:14:00Z',
          until: '2026-01-05T10:40:00Z',
        },
      ],
    },
  },
  stamp: (next, previous, { user, now }) => {
    const known = decisionsOf(previous)
    decisionsOf(next).forEach((decision, i) => {
      Object.assign(decision, known[i] ?? { by: user, at: now })
    })
  },
})
export type Incident = ResourceOf<typeof Incident>

/** Whether people are told of an entry of the timeline. */
export const isTold = ({ what }: Pick<z.output<typeof Entry>, 'what'>): boolean =>
  what !== 'SymptomJoined' && what !== 'SymptomEnded'

const decisionsOf = (object: Resource | undefined): object[] => {
  const decisions = (object?.spec as { decisions?: unknown } | undefined)?.decisions
  return Array.isArray(decisions) ? decisions.filter(item => typeof item === 'object' && item !== null) : []
}
