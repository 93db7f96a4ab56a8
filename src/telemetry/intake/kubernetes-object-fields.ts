import { createHmac, randomBytes } from 'node:crypto'
import type { Resource as KubernetesObject } from '../../api/kind.ts'
import { digestOf, shortDigest } from '../../lib/digest.ts'
import { cut } from './attributes.ts'
import { isSecretName, MASK, redact } from './redaction.ts'

/** The fields of an object that people or programs decide on, as path and text; without secrets. */
export type ObjectFields = ReadonlyMap<string, FieldValue>

export interface FieldValue {
  /** What may be shown. */
  text: string
  /** Tells equal values from others; of secrets only within this process. */
  mark: string
}

const LIMITS = { fields: 1000, value: 2048, depth: 24 } as const

/** Values of secrets are told apart by it and can not be guessed from their marks. */
const processKey = randomBytes(32)

/** What the server, controllers and tools write without anybody deciding. */
const written = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  'deployment.kubernetes.io/revision',
  'deprecated.daemonset.template.generation',
  'control-plane.alpha.kubernetes.io/leader',
])

export function objectFields(object: KubernetesObject): ObjectFields {
  const fields = new Map<string, FieldValue>()
  const { apiVersion: _version, kind, metadata, status: _status, ...content } = object
  const secret = kind === 'Secret'
  const annotations = Object.entries(metadata.annotations ?? {}).filter(
    ([name]) =>
      !written.has(name) &&
      !/(^|\.)(keelway\.dev|node\.alpha\.kubernetes\.io|csi\.volume\.kubernetes\.io)\//.test(name),
  )
  const add = (path: string, value: string, hidden: boolean) => {
    if (fields.size < LIMITS.fields) fields.set(path, fieldValue(value, hidden))
  }
  const walk = (value: unknown, path: string, hidden: boolean, depth: number): void => {
    if (value === null || value === undefined) return
    if (typeof value !== 'object' || depth === LIMITS.depth) {
      add(path, typeof value === 'string' ? value : JSON.stringify(value), hidden)
      return
    }
    if (Array.isArray(value)) {
      for (const [index, element] of value.entries()) {
        const name = nameOf(element) ?? String(index)
        walk(element, `${path}[${name}]`, hidden || isSecretName(name), depth + 1)
      }
      return
    }
    for (const [name, member] of Object.entries(value))
      walk(member, path === '' ? name : `${path}.${name}`, hidden || isSecretName(name), depth + 1)
  }
  walk({ labels: metadata.labels, annotations: Object.fromEntries(annotations) }, 'metadata', false, 0)
  for (const [name, member] of Object.entries(content)) {
    if (name === 'spec' && kind === 'Service') walk(withoutAddresses(member), name, false, 0)
    else walk(member, name, secret && name !== 'type' && name !== 'immutable', 0)
  }
  return fields
}

/** Lists of containers, variables and ports are known by their names, so that one more moves no other. */
const nameOf = (element: unknown): string | undefined => {
  const name = (element as { name?: unknown } | null)?.name
  return typeof name === 'string' && name !== '' ? name : undefined
}

/** The server chooses them when a Service is created. */
function withoutAddresses(spec: unknown): unknown {
  if (spec === null || typeof spec !== 'object') return spec
  const {
    clusterIP: _ip,
    clusterIPs: _ips,
    healthCheckNodePort: _port,
    ...rest
  } = spec as Record<string, unknown>
  return rest
}

function fieldValue(value: string, hidden: boolean): FieldValue {
  if (hidden)
    return { text: MASK, mark: createHmac('sha256', processKey).update(value).digest('base64').slice(0, 16) }
  const mark = value.length <= 64 ? value : shortDigest(digestOf(value), 16)
  return { text: redact(cut(value, LIMITS.value)), mark }
}

/** A digest of everything that may be shown, which is the same after a restart. */
export const fieldsDigest = (fields: ObjectFields): string =>
  shortDigest(
    digestOf(JSON.stringify([...fields].map(([path, { text, mark }]) => [path, text === MASK ? '' : mark]))),
    16,
  )
