import { z } from 'zod'
import { defineKind, type ResourceOf } from '../kind.ts'

const base64 = z.string().regex(/^[A-Za-z0-9+/]*={0,2}$/)

/** Keys of ConfigMaps and Secrets can be file names. */
const key = z
  .string()
  .max(253)
  .regex(/^[-._a-zA-Z0-9]+$/)

/** Once `immutable` is true, it and these fields stay. */
const immutable = (...fields: string[]) => ({
  rule: [
    '!has(oldSelf.immutable) || !oldSelf.immutable || (has(self.immutable) && self.immutable',
    ...fields.map(
      field =>
        `has(self.${field}) == has(oldSelf.${field}) && (!has(self.${field}) || self.${field} == oldSelf.${field})`,
    ),
  ]
    .join(' && ')
    .concat(')'),
  message: `${['immutable', ...fields].join(', ')} can not change when immutable is true`,
})

export const Namespace = defineKind({
  group: '',
  version: 'v1',
  kind: 'Namespace',
  plural: 'namespaces',
  shortNames: ['ns'],
  scope: 'Cluster',
  summary: 'A scope for names. Deleting it deletes everything in it.',
  spec: z
    .object({ finalizers: z.array(z.string()).optional().describe('Must be empty before it goes away.') })
    .optional(),
  status: z.object({
    phase: z.enum(['Active', 'Terminating']).optional().describe('Active or Terminating.'),
  }),
  selectableFields: ['status.phase'],
  columns: [{ name: 'Status', path: '.status.phase' }],
  example: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'support' } },
})
export type Namespace = ResourceOf<typeof Namespace>

export const Secret = defineKind({
  group: '',
  version: 'v1',
  kind: 'Secret',
  plural: 'secrets',
  summary: 'Confidential values, encrypted at rest.',
  fields: {
    type: z.string().max(253).default('Opaque').describe('What the secret is for.'),
    data: z.record(key, base64).optional().describe('Values in base64.'),
    stringData: z
      .record(key, z.string())
      .optional()
      .describe('Values as text, write only; merged into data.'),
    immutable: z.boolean().optional().describe('Refuse any change of data.'),
  },
  rules: [
    immutable('data'),
    { rule: 'self.type == oldSelf.type', message: 'type can not change; make another Secret' },
  ],
  selectableFields: ['type'],
  columns: [{ name: 'Type', path: '.type' }],
  example: {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'openai', namespace: 'default' },
    stringData: { apiKey: 'replace me' },
  },
})
export type Secret = ResourceOf<typeof Secret>

export const ConfigMap = defineKind({
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  shortNames: ['cm'],
  summary: 'Plain configuration values.',
  rules: [immutable('data', 'binaryData')],
  fields: {
    data: z.record(key, z.string()).optional().describe('Values as text.'),
    binaryData: z.record(key, base64).optional().describe('Values in base64.'),
    immutable: z.boolean().optional().describe('Refuse any change of data.'),
  },
  example: {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'settings', namespace: 'default' },
    data: { a: 'b' },
  },
})
export type ConfigMap = ResourceOf<typeof ConfigMap>

const ObjectReference = z.object({
  kind: z.string().optional().describe('Kind.'),
  namespace: z.string().optional().describe('Namespace.'),
  name: z.string().optional().describe('Name.'),
  uid: z.string().optional().describe('UID.'),
  apiVersion: z.string().optional().describe('API version.'),
  resourceVersion: z.string().optional().describe('Resource version.'),
  fieldPath: z.string().optional().describe('Field of the object.'),
})

export const Event = defineKind({
  group: '',
  version: 'v1',
  kind: 'Event',
  plural: 'events',
  shortNames: ['ev'],
  summary: 'Something that happened to an object; kept for an hour.',
  fields: {
    involvedObject: ObjectReference.describe('The object it is about.'),
    reason: z.string().optional().describe('One word for the cause.'),
    message: z.string().optional().describe('What happened.'),
    source: z
      .object({
        component: z.string().optional().describe('Component.'),
        host: z.string().optional().describe('Host.'),
      })
      .optional()
      .describe('Who reports it.'),
    firstTimestamp: z.string().nullish().describe('When it was first seen.'),
    lastTimestamp: z.string().nullish().describe('When it was last seen.'),
    count: z.number().int().optional().describe('How often it was seen.'),
    type: z.string().optional().describe('Normal or Warning.'),
    eventTime: z.string().nullish().describe('When it was first seen, with microseconds.'),
    series: z
      .object({
        count: z.number().int().optional().describe('How often.'),
        lastObservedTime: z.string().nullish().describe('Last time.'),
      })
      .nullish()
      .describe('Repetition.'),
    action: z.string().optional().describe('What was done.'),
    related: ObjectReference.nullish().describe('A second object.'),
    reportingComponent: z.string().optional().describe('Controller that reports it.'),
    reportingInstance: z.string().optional().describe('Its instance.'),
  },
  selectableFields: [
    'involvedObject.kind',
    'involvedObject.namespace',
    'involvedObject.name',
    'involvedObject.uid',
    'involvedObject.apiVersion',
    'involvedObject.resourceVersion',
    'involvedObject.fieldPath',
    'reason',
    'reportingComponent',
    'source',
    'type',
  ],
  columns: [
    { name: 'Last Seen', path: '.lastTimestamp', type: 'date' },
    { name: 'Type', path: '.type' },
    { name: 'Reason', path: '.reason' },
    { name: 'Object', path: '.involvedObject.name' },
    { name: 'Message', path: '.message' },
  ],
  example: {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: 'greeting.17f3a2b91c0', namespace: 'default' },
    involvedObject: { kind: 'ModelRoute', namespace: 'default', name: 'greeting' },
    reason: 'Promoted',
    message: 'greeting-7f3a2b91c0 serves all sessions',
    type: 'Normal',
  },
})
export type Event = ResourceOf<typeof Event>

export const Lease = defineKind({
  group: 'coordination.k8s.io',
  version: 'v1',
  kind: 'Lease',
  plural: 'leases',
  summary: 'Which process leads.',
  spec: z
    .object({
      holderIdentity: z.string().optional().describe('Who holds it.'),
      leaseDurationSeconds: z
        .number()
        .int()
        .positive()
        .optional()
        .describe('How long it is valid without renewal.'),
      acquireTime: z.string().nullish().describe('When it was taken.'),
      renewTime: z.string().nullish().describe('When it was last renewed.'),
      leaseTransitions: z.number().int().optional().describe('How often the holder changed.'),
      strategy: z.string().optional().describe('Election strategy.'),
      preferredHolder: z.string().optional().describe('Who should take it.'),
    })
    .optional(),
  columns: [{ name: 'Holder', path: '.spec.holderIdentity' }],
  example: {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: 'controllers', namespace: 'default' },
    spec: { holderIdentity: 'a', leaseDurationSeconds: 15 },
  },
})
export type Lease = ResourceOf<typeof Lease>
