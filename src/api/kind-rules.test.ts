import { describe, expect, test } from 'vitest'
import { admit } from './admission.ts'
import type { Kind, Resource } from './kind.ts'
import { Autonomy } from './kinds/autonomy.ts'
import { Budget } from './kinds/budget.ts'
import { ConfigMap, Secret } from './kinds/core.ts'
import { Delivery } from './kinds/delivery.ts'
import { Guardrail } from './kinds/guardrail.ts'
import { Incident } from './kinds/incident.ts'
import { kinds } from './kinds/index.ts'
import { ModelProvider } from './kinds/model-provider.ts'
import { ModelRoute } from './kinds/model-route.ts'
import { Monitor } from './kinds/monitor.ts'
import { NotificationChannel } from './kinds/notification-channel.ts'
import { Proposal } from './kinds/proposal.ts'
import { RouteRelease } from './kinds/route-release.ts'

/** For each rule of each kind: objects that break it, as changes of the kind's example. */
const broken: Record<string, { kind: Kind; changes: [message: string, from: object, to: object][] }> = {
  Monitor: {
    kind: Monitor,
    changes: [
      ['spec needs exactly one of slo, drift and probe', {}, { spec: {} }],
      [
        'spec.slo needs exactly one of requests, calls, score, metrics and latency',
        {},
        {
          spec: {
            slo: { objective: 99, requests: { service: 'a' }, latency: { service: 'a', atMost: 1 } },
          },
        },
      ],
      [
        'spec.slo.calls takes one of within and firstTokenWithin: two Monitors say which of them is missed',
        {},
        {
          spec: {
            slo: { objective: 99, calls: { route: { ref: 'a' }, within: '2s', firstTokenWithin: '1s' } },
          },
        },
      ],
      [
        'spec.slo.metrics needs exactly one of good and bad',
        {},
        { spec: { slo: { objective: 99, metrics: { total: { metric: 'a' } } } } },
      ],
      [
        'spec.slo.latency.quantile of spans is 0.5, 0.95 or 0.99',
        {},
        { spec: { slo: { objective: 99, latency: { service: 'a', quantile: 0.9, atMost: 100 } } } },
      ],
      ['spec.drift needs exactly one of route and model', {}, { spec: { drift: {} } }],
      [
        'spec.drift.reference needs exactly one of dataset and past',
        {},
        { spec: { drift: { route: { ref: 'a' }, reference: { dataset: { ref: 'b' }, past: '7d' } } } },
      ],
      [
        'spec.probe.scorers can not be judges: a judge changes with its provider',
        {},
        {
          spec: {
            probe: {
              route: { ref: 'a' },
              dataset: { ref: 'b' },
              scorers: [{ name: 'good', type: 'judge', judge: { route: 'c', rubric: 'Is it good?' } }],
            },
          },
        },
      ],
    ],
  },
  Incident: {
    kind: Incident,
    changes: [
      [
        'spec.decisions can only grow',
        { spec: { ...specOf(Incident), decisions: [{ action: 'close', reason: 'a test' }] } },
        { spec: specOf(Incident) },
      ],
      [
        'spec.startedAt can not change: what began at another time is another Incident',
        {},
        { spec: { ...specOf(Incident), startedAt: '2026-01-06T10:14:00Z' } },
      ],
    ],
  },
  Proposal: {
    kind: Proposal,
    changes: [
      [
        'spec.decisions can only grow',
        { spec: { ...specOf(Proposal), decisions: [{ action: 'reject', reason: 'a test' }] } },
        { spec: specOf(Proposal) },
      ],
      ...[
        { title: 'Something else' },
        { why: 'no reason' },
        { delivery: 'other' },
        { changes: [{ file: 'a.yaml', content: '' }] },
      ].map((other): [string, object, object] => [
        'what it changes and why can not change: make another Proposal',
        {},
        { spec: { ...specOf(Proposal), ...other } },
      ]),
      ...[{}, { content: '', restore: '0'.repeat(40) }].map((what): [string, object, object] => [
        'each of spec.changes needs exactly one of operations, restore and content',
        {},
        { spec: { ...specOf(Proposal), changes: [{ file: 'a.yaml', ...what }] } },
      ]),
      ...(
        [
          [{}, 'spec.expected.signal needs exactly one of incident and figure'],
          [
            { incident: 'a', figure: 'rate', service: 'a', above: 1 },
            'spec.expected.signal needs exactly one of incident and figure',
          ],
          [{ figure: 'p95', service: 'a' }, 'spec.expected.signal.figure needs below, above or both'],
          [
            { figure: 'score', service: 'a', above: 0.5 },
            'spec.expected.signal of a metric or score needs metric: its name',
          ],
          [{ figure: 'p95', below: 5 }, 'spec.expected.signal.figure needs service: what it is of'],
        ] as const
      ).map(([signal, message]): [string, object, object] => [
        message,
        {},
        { spec: { ...specOf(Proposal), expected: { signal } } },
      ]),
    ],
  },
  Autonomy: {
    kind: Autonomy,
    changes: [
      [
        'each of spec.freezes begins before it ends, both in RFC 3339 with the same zone',
        {},
        {
          spec: {
            freezes: [{ from: '2026-01-02T00:00:00Z', until: '2026-01-01T00:00:00Z', reason: 'fair' }],
          },
        },
      ],
      ['each of spec.reviewers needs login, mail or both', {}, { spec: { reviewers: [{ user: 'ann' }] } }],
    ],
  },
  NotificationChannel: {
    kind: NotificationChannel,
    changes: [
      [
        'spec takes one of endpoint and endpointFrom',
        {},
        { spec: { ...specOf(NotificationChannel), endpoint: 'https://chat.example.com/hook' } },
      ],
      ['spec needs endpoint or endpointFrom', {}, { spec: { type: 'webhook' } }],
      ['pagerduty needs spec.key', {}, { spec: { type: 'pagerduty' } }],
      [
        'spec.mail is for smtp, which needs it',
        {},
        { spec: { type: 'smtp', endpoint: 'smtps://mail.example.com' } },
      ],
      [
        'spec.endpoint of smtp begins with smtp:// or smtps://, of others with https:// or http://',
        {},
        { spec: { type: 'webhook', endpoint: 'smtp://mail.example.com' } },
      ],
      [
        'spec.mail.user needs spec.key with the password',
        {},
        {
          spec: {
            type: 'smtp',
            endpoint: 'smtps://mail.example.com',
            mail: { from: 'a@example.com', to: ['b@example.com'], user: 'a' },
          },
        },
      ],
    ],
  },
  ModelProvider: {
    kind: ModelProvider,
    changes: [
      ['protocol openai needs spec.endpoint', {}, { spec: { protocol: 'openai' } }],
      ['protocol recorded needs spec.cassette', {}, { spec: { protocol: 'recorded' } }],
      ['spec.dialect is for protocol openai only', {}, { spec: { protocol: 'anthropic', dialect: 'azure' } }],
      ...['https://bob:hunter2@example.com/v1', 'http://hunter2@example.com/v1'].map(
        (endpoint): [string, object, object] => [
          'spec.endpoint holds a user or password: put the API key into a Secret and name that in spec.key',
          {},
          { spec: { protocol: 'openai', endpoint } },
        ],
      ),
    ],
  },
  Delivery: {
    kind: Delivery,
    changes: [
      [
        'spec.repository holds a password: put it into a Secret and name that in spec.credentials',
        {},
        { spec: { repository: 'https://bob:hunter2@git.example.com/x.git' } },
      ],
    ],
  },
  ModelRoute: {
    kind: ModelRoute,
    changes: [
      ['spec.serve needs exactly one of model and provider', {}, { spec: { model: 'm', serve: {} } }],
      [
        'spec.serve.prompt needs spec.serve.provider',
        {},
        { spec: { model: 'm', serve: { model: { ref: 'a' }, prompt: { ref: 'b' } } } },
      ],
      [
        'spec.scorers look at answers: set spec.record.content to output or all, so that they are kept',
        {},
        {
          spec: { model: 'm', serve: { model: { ref: 'a' } }, scorers: [{ name: 'right', type: 'exact' }] },
        },
      ],
      [
        'spec.serve.alternatives need spec.serve.provider',
        {},
        { spec: { model: 'm', serve: { model: { ref: 'a' }, alternatives: [{ ref: 'b', model: 'm' }] } } },
      ],
      [
        'spec.serve.fallbacks need spec.serve.provider',
        {},
        { spec: { model: 'm', serve: { model: { ref: 'a' }, fallbacks: [{ ref: 'b', model: 'm' }] } } },
      ],
      [
        'each of spec.gates needs exactly one of evaluation and approval',
        {},
        { spec: { model: 'm', serve: { model: { ref: 'a' } }, gates: [{ approval: {} }, {}] } },
      ],
      [
        'a metric of kind quantile needs limit: what it is compared with',
        {},
        {
          spec: {
            model: 'm',
            serve: { model: { ref: 'a' } },
            rollout: { metrics: [{ name: 'slow', from: 'latencyMs', kind: 'quantile' }] },
          },
        },
      ],
      [
        'spec.rollout.steps are shadow, then whole percents between 1 and 99',
        {},
        { spec: { model: 'm', serve: { model: { ref: 'a' } }, rollout: { steps: ['shadow', 5, 100] } } },
      ],
    ],
  },
  Guardrail: {
    kind: Guardrail,
    changes: [
      [
        'tool-calls, json-schema and groundedness look at whole answers: their zones are [output]',
        {},
        { spec: { rules: [{ name: 'a', detector: 'tool-calls', zones: ['user', 'output'] }] } },
      ],
      [
        'only rules that say where something stands can mask: pii, secrets, topics and external',
        {},
        { spec: { rules: [{ name: 'a', detector: 'injection', zones: ['user'], action: 'mask' }] } },
      ],
    ],
  },
  Budget: {
    kind: Budget,
    changes: [['spec needs usd, tokens or both', {}, { spec: { each: 'team' } }]],
  },
  RouteRelease: {
    kind: RouteRelease,
    changes: [
      [
        'spec.route and spec.digest can not change; another content is another RouteRelease',
        {},
        { spec: { ...RouteRelease.example, route: 'other', digest: `sha256:${'0'.repeat(64)}`, bundle: {} } },
      ],
      [
        'spec.decisions can only grow',
        { spec: { ...specOf(RouteRelease), decisions: [{ action: 'approve', reason: 'fine' }] } },
        { spec: specOf(RouteRelease) },
      ],
    ],
  },
  Secret: {
    kind: Secret,
    changes: [
      ['immutable, data can not change when immutable is true', { immutable: true }, { immutable: false }],
      [
        'immutable, data can not change when immutable is true',
        { immutable: true },
        { immutable: true, data: { a: '' } },
      ],
      ['type can not change; make another Secret', { type: 'a' }, { type: 'b' }],
    ],
  },
  ConfigMap: {
    kind: ConfigMap,
    changes: [
      [
        'immutable, data, binaryData can not change when immutable is true',
        { immutable: true },
        { immutable: true, data: { a: 'c' } },
      ],
    ],
  },
}

function specOf(kind: Kind): object {
  return (kind.example as { spec: object }).spec
}

describe.each(Object.entries(broken))('rules of %s', (_, { kind, changes }) => {
  test.each(changes)('refuse what breaks "%s"', (message, from, to) => {
    const example = kind.example as Resource
    const previous = admit(kind, { ...example, ...from })
    expect(previous.causes).toEqual([])
    const { causes } = admit(kind, { ...example, ...to }, previous.object)
    expect(causes.map(cause => cause.message)).toContain(`Invalid value: "object": ${message}`)
  })
})

test('every rule of every kind is broken by a case above', () => {
  const rules = kinds.flatMap(kind => kind.rules.map(({ message }) => `${kind.kind}: ${message}`))
  const cases = Object.entries(broken).flatMap(([kind, { changes }]) =>
    changes.map(([message]) => `${kind}: ${message}`),
  )
  expect([...new Set(cases)].sort()).toEqual([...rules].sort())
})

test('an immutable ConfigMap still takes labels', () => {
  const previous = { ...ConfigMap.example, immutable: true } as unknown as Resource
  const next = { ...previous, metadata: { ...previous.metadata, labels: { a: 'b' } } }
  expect(admit(ConfigMap, next, previous).causes).toEqual([])
})
