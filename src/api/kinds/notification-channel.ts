import { z } from 'zod'
import { commonStatus } from '../conditions.ts'
import { defineKind, type ResourceOf } from '../kind.ts'
import { duration, secretReference } from './reference.ts'

const names = (about: string) =>
  z.array(z.string().min(1).max(253)).min(1).max(100).optional().describe(about)
const clockTime = (about: string) =>
  z
    .string()
    .regex(/^([01][0-9]|2[0-3]):[0-5][0-9]$/)
    .describe(about)
const address = (about: string) =>
  z
    .string()
    .max(320)
    .regex(/^[^\s<>,;]+@[^\s<>,;]+$/)
    .describe(about)

export const NotificationChannel = defineKind({
  kind: 'NotificationChannel',
  plural: 'notificationchannels',
  shortNames: ['nc'],
  summary: 'Where people are told of Incidents, of which ones and when.',
  spec: z.object({
    type: z
      .enum(['webhook', 'slack', 'pagerduty', 'smtp'])
      .describe(
        'webhook: JSON, signed as Standard Webhooks says. slack: a Slack-compatible incoming webhook. pagerduty: Events API v2. smtp: e-mail.',
      ),
    endpoint: z
      .string()
      .max(2048)
      .regex(/^(https?|smtps?):\/\/[^/?#@]+([/?#].*)?$/)
      .optional()
      .describe(
        'URL that is called; of smtp the server, as smtp://host:587 (STARTTLS) or smtps://host:465. pagerduty has its own.',
      ),
    endpointFrom: secretReference
      .optional()
      .describe('Secret that holds the URL instead, since the URLs of incoming webhooks are keys.'),
    key: secretReference
      .optional()
      .describe('Secret: what a webhook is signed with, the routing key of pagerduty, the password of smtp.'),
    mail: z
      .object({
        from: address('Who it comes from.'),
        to: z.array(address('A receiver.')).min(1).max(50).describe('Who gets it.'),
        user: z.string().max(320).optional().describe('Name to log in with.'),
      })
      .optional()
      .describe('Addresses, for smtp.'),
    severities: z
      .array(z.enum(['page', 'ticket']))
      .min(1)
      .max(2)
      .default(['page', 'ticket'])
      .describe('Incidents of which severities are told.'),
    namespaces: names(
      'Namespaces whose Incidents are told; * for all. Without it that of the channel; only channels of namespace default may name others.',
    ),
    services: names('Incidents of which services are told; without it all.'),
    quietHours: z
      .object({
        from: clockTime('When they begin, such as 22:00.'),
        to: clockTime('When they end, such as 07:30; of the next day when it is earlier than from.'),
        timeZone: z
          .string()
          .regex(/^[A-Za-z0-9_+/-]+$/)
          .max(64)
          .default('UTC')
          .describe('IANA name, such as Europe/Berlin.'),
      })
      .optional()
      .describe('When tickets wait until morning. Pages never wait.'),
    link: z
      .string()
      .max(1024)
      .regex(/^https?:\/\/[^/?#@]+(\/[^?#]*)?$/)
      .optional()
      .describe('Base URL of what people look incidents up in; /incidents/NAMESPACE/NAME is added.'),
    minimumInterval: duration()
      .default('1m')
      .describe('What happens within this time after a message is told in one; pages that open do not wait.'),
    suspend: z.boolean().default(false).describe('Nothing is told while true, nor later.'),
  }),
  status: z.object({
    ...commonStatus,
    told: z
      .array(
        z.object({
          incident: z.string().describe('Incident, as namespace/name.'),
          uid: z.string().describe('Its UID.'),
          number: z.number().int().describe('Number of the newest entry of its timeline that was told.'),
          at: z.string().describe('When it was told.'),
        }),
      )
      .optional()
      .describe('What was told, so that nothing is told twice; forgotten a day after the last entry.'),
    sent: z.number().int().optional().describe('Messages sent.'),
    lastSentAt: z.string().optional().describe('When the last message was sent.'),
    failures: z.number().int().optional().describe('Failed tries in a row.'),
    retryAt: z.string().optional().describe('When the next try is, after one that failed.'),
    lastError: z.string().optional().describe('Why the last try failed.'),
  }),
  rules: [
    {
      rule: '!has(self.spec.endpoint) || !has(self.spec.endpointFrom)',
      message: 'spec takes one of endpoint and endpointFrom',
    },
    {
      rule: "self.spec.type == 'pagerduty' || has(self.spec.endpoint) || has(self.spec.endpointFrom)",
      message: 'spec needs endpoint or endpointFrom',
    },
    { rule: "self.spec.type != 'pagerduty' || has(self.spec.key)", message: 'pagerduty needs spec.key' },
    {
      rule: "(self.spec.type == 'smtp') == has(self.spec.mail)",
      message: 'spec.mail is for smtp, which needs it',
    },
    {
      rule: "!has(self.spec.endpoint) || (self.spec.type == 'smtp') == self.spec.endpoint.startsWith('smtp')",
      message: 'spec.endpoint of smtp begins with smtp:// or smtps://, of others with https:// or http://',
    },
    {
      rule: '!has(self.spec.mail) || !has(self.spec.mail.user) || has(self.spec.key)',
      message: 'spec.mail.user needs spec.key with the password',
    },
  ],
  columns: [
    { name: 'Type', path: '.spec.type' },
    { name: 'Sent', path: '.status.sent', type: 'integer' },
    { name: 'Last', path: '.status.lastSentAt', type: 'date' },
    { name: 'Ready', path: '.status.conditions[?(@.type=="Ready")].status' },
    { name: 'Message', path: '.status.conditions[?(@.type=="Ready")].message', priority: 1 },
  ],
  example: {
    apiVersion: 'keelway.dev/v1alpha1',
    kind: 'NotificationChannel',
    metadata: { name: 'on-call', namespace: 'default' },
    spec: {
      type: 'slack',
      endpointFrom: { name: 'slack', key: 'url' },
      quietHours: { from: '22:00', to: '07:30', timeZone: 'Europe/Berlin' },
    },
  },
})
export type NotificationChannel = ResourceOf<typeof NotificationChannel>
