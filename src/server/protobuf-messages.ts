/**
 * The messages typed clients send in protobuf: field number → name and type. Numbers from kubernetes/api and
 * apimachinery, `<group>/<version>/generated.proto`.
 */
export type FieldType =
  | 'string'
  | 'int'
  | 'bool'
  /** Bytes, in base64 in JSON. */
  | 'bytes'
  /** Seconds and nanos as RFC 3339: whole seconds, or microseconds. */
  | 'Time'
  | 'MicroTime'
  /** JSON text. */
  | 'json'
  | MessageName

export interface Field {
  name: string
  type: FieldType
  shape?: 'list' | 'map'
}

export type MessageName = keyof typeof messages

const one = (name: string, type: string): Field => ({ name, type: type as FieldType })
const list = (name: string, type: string): Field => ({ ...one(name, type), shape: 'list' })
const map = (name: string, type: string): Field => ({ ...one(name, type), shape: 'map' })

export const messages = {
  ObjectMeta: {
    1: one('name', 'string'),
    2: one('generateName', 'string'),
    3: one('namespace', 'string'),
    5: one('uid', 'string'),
    6: one('resourceVersion', 'string'),
    7: one('generation', 'int'),
    8: one('creationTimestamp', 'Time'),
    9: one('deletionTimestamp', 'Time'),
    10: one('deletionGracePeriodSeconds', 'int'),
    11: map('labels', 'string'),
    12: map('annotations', 'string'),
    13: list('ownerReferences', 'OwnerReference'),
    14: list('finalizers', 'string'),
    17: list('managedFields', 'ManagedFieldsEntry'),
  },
  OwnerReference: {
    1: one('kind', 'string'),
    3: one('name', 'string'),
    4: one('uid', 'string'),
    5: one('apiVersion', 'string'),
    6: one('controller', 'bool'),
    7: one('blockOwnerDeletion', 'bool'),
  },
  ManagedFieldsEntry: {
    1: one('manager', 'string'),
    2: one('operation', 'string'),
    3: one('apiVersion', 'string'),
    4: one('time', 'Time'),
    6: one('fieldsType', 'string'),
    7: one('fieldsV1', 'FieldsV1'),
    8: one('subresource', 'string'),
  },
  FieldsV1: { 1: one('', 'json') },
  ObjectReference: {
    1: one('kind', 'string'),
    2: one('namespace', 'string'),
    3: one('name', 'string'),
    4: one('uid', 'string'),
    5: one('apiVersion', 'string'),
    6: one('resourceVersion', 'string'),
    7: one('fieldPath', 'string'),
  },
  'v1/DeleteOptions': {
    1: one('gracePeriodSeconds', 'int'),
    2: one('preconditions', 'Preconditions'),
    3: one('orphanDependents', 'bool'),
    4: one('propagationPolicy', 'string'),
    5: list('dryRun', 'string'),
  },
  Preconditions: { 1: one('uid', 'string'), 2: one('resourceVersion', 'string') },
  'v1/Namespace': {
    1: one('metadata', 'ObjectMeta'),
    2: one('spec', 'NamespaceSpec'),
    3: one('status', 'NamespaceStatus'),
  },
  NamespaceSpec: { 1: list('finalizers', 'string') },
  NamespaceStatus: { 1: one('phase', 'string') },
  'v1/ConfigMap': {
    1: one('metadata', 'ObjectMeta'),
    2: map('data', 'string'),
    3: map('binaryData', 'bytes'),
    4: one('immutable', 'bool'),
  },
  'v1/Secret': {
    1: one('metadata', 'ObjectMeta'),
    2: map('data', 'bytes'),
    3: one('type', 'string'),
    4: map('stringData', 'string'),
    5: one('immutable', 'bool'),
  },
  'v1/Event': {
    1: one('metadata', 'ObjectMeta'),
    2: one('involvedObject', 'ObjectReference'),
    3: one('reason', 'string'),
    4: one('message', 'string'),
    5: one('source', 'EventSource'),
    6: one('firstTimestamp', 'Time'),
    7: one('lastTimestamp', 'Time'),
    8: one('count', 'int'),
    9: one('type', 'string'),
    10: one('eventTime', 'MicroTime'),
    11: one('series', 'EventSeries'),
    12: one('action', 'string'),
    13: one('related', 'ObjectReference'),
    14: one('reportingComponent', 'string'),
    15: one('reportingInstance', 'string'),
  },
  EventSource: { 1: one('component', 'string'), 2: one('host', 'string') },
  EventSeries: { 1: one('count', 'int'), 2: one('lastObservedTime', 'MicroTime') },
  'coordination.k8s.io/v1/Lease': { 1: one('metadata', 'ObjectMeta'), 2: one('spec', 'LeaseSpec') },
  LeaseSpec: {
    1: one('holderIdentity', 'string'),
    2: one('leaseDurationSeconds', 'int'),
    3: one('acquireTime', 'MicroTime'),
    4: one('renewTime', 'MicroTime'),
    5: one('leaseTransitions', 'int'),
    6: one('strategy', 'string'),
    7: one('preferredHolder', 'string'),
  },
  'authentication.k8s.io/v1/SelfSubjectReview': { 1: one('metadata', 'ObjectMeta') },
  'authorization.k8s.io/v1/SelfSubjectAccessReview': {
    1: one('metadata', 'ObjectMeta'),
    2: one('spec', 'SelfSubjectAccessReviewSpec'),
  },
  SelfSubjectAccessReviewSpec: {
    1: one('resourceAttributes', 'ResourceAttributes'),
    2: one('nonResourceAttributes', 'NonResourceAttributes'),
  },
  ResourceAttributes: {
    1: one('namespace', 'string'),
    2: one('verb', 'string'),
    3: one('group', 'string'),
    4: one('version', 'string'),
    5: one('resource', 'string'),
    6: one('subresource', 'string'),
    7: one('name', 'string'),
  },
  NonResourceAttributes: { 1: one('path', 'string'), 2: one('verb', 'string') },
  'authorization.k8s.io/v1/SelfSubjectRulesReview': {
    1: one('metadata', 'ObjectMeta'),
    2: one('spec', 'SelfSubjectRulesReviewSpec'),
  },
  SelfSubjectRulesReviewSpec: { 1: one('namespace', 'string') },
} as const satisfies Record<string, Record<number, Field>>

/** The message of a top-level object; DeleteOptions come with the version of whatever is deleted. */
export function messageOf(apiVersion: string, kind: string): MessageName | undefined {
  if (kind === 'DeleteOptions') return 'v1/DeleteOptions'
  const name = `${apiVersion}/${kind}`
  return Object.hasOwn(messages, name) ? (name as MessageName) : undefined
}
