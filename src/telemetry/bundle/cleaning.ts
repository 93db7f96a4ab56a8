import type { Resource as KubernetesObject } from '../../api/kind.ts'
import { withoutSecrets } from '../intake/kubernetes-snapshot/objects.ts'
import { isSecretName, MASK, redact } from '../intake/redaction.ts'
import type { Attributes, ChangeRecord, EventRecord, LogRecord, SpanRecord } from '../signals/signal.ts'

/** Takes secrets and personal data out of what goes into a bundle. */
export interface Cleaning {
  text(text: string): string
  log(record: LogRecord): LogRecord
  span(record: SpanRecord): SpanRecord
  event(record: EventRecord): EventRecord
  change(record: ChangeRecord): ChangeRecord
  object(object: KubernetesObject): KubernetesObject
  /** Any JSON; what is named like a secret is masked whole. */
  json<T>(value: T): T
}

const remembered = 50_000
const deepest = 64
/** Of a text that nobody can tell to be clean. */
const nothing = '[REDACTED]'

/** @param more masks what must not leave the system; undefined when that can not be told of a text */
export function createCleaning(more: (text: string) => string | undefined): Cleaning {
  // Logs and attributes say the same again and again.
  const known = new Map<string, string>()
  const text = (given: string): string => {
    const found = known.get(given)
    if (found !== undefined) return found
    const clean = more(redact(given)) ?? nothing
    if (known.size >= remembered) known.clear()
    known.set(given, clean)
    return clean
  }
  const attributes = (given: Attributes): Attributes =>
    Object.fromEntries(
      Object.entries(given).map(([key, value]) => [
        key,
        typeof value !== 'string' ? value : isSecretName(key) ? MASK : text(value),
      ]),
    )
  const walk = (value: unknown, keep: ReadonlySet<string>, byName: boolean, depth = 0): unknown => {
    if (typeof value === 'string') return text(value)
    if (value === null || typeof value !== 'object') return value
    if (depth > deepest) return nothing
    if (Array.isArray(value)) return value.map(element => walk(element, keep, byName, depth + 1))
    return Object.fromEntries(
      Object.entries(value).map(([key, member]) => [
        key,
        keep.has(key) && typeof member === 'string'
          ? member
          : byName && isSecretName(key) && typeof member !== 'object'
            ? MASK
            : walk(member, keep, byName, depth + 1),
      ]),
    )
  }
  return {
    text,
    log: record => ({ ...record, body: text(record.body), attributes: attributes(record.attributes) }),
    span: record => ({
      ...record,
      name: text(record.name),
      attributes: attributes(record.attributes),
      ...(record.peer !== undefined && { peer: text(record.peer) }),
      ...(record.events && {
        events: record.events.map(event => ({ ...event, attributes: attributes(event.attributes) })),
      }),
    }),
    event: record => ({
      ...record,
      message: text(record.message),
      attributes: attributes(record.attributes),
    }),
    change: record => ({
      ...record,
      message: text(record.message),
      ...(record.author !== undefined && { author: text(record.author) }),
      ...(record.files && {
        files: record.files.map(({ path, diff }) => ({
          path,
          ...(diff !== undefined && { diff: text(diff) }),
        })),
      }),
      attributes: attributes(record.attributes),
    }),
    object: object => {
      const { managedFields: _, ...metadata } = object.metadata
      const bare = withoutSecrets({ ...object, metadata })
      const named = bare.kind === 'ConfigMap' && bare.data ? { data: walk(bare.data, new Set(), true) } : {}
      return { ...(walk(bare, identifying, false) as KubernetesObject), ...named }
    },
    json: <T>(value: T): T => walk(value, new Set(['at', 'name', 'key']), true) as T,
  }
}

/** Fields whose texts are names, times and numbers that Kubernetes needs. */
const identifying: ReadonlySet<string> = new Set(
  'apiVersion kind name namespace generateName uid resourceVersion image imageID containerID nodeName secretName podIP hostIP ip clusterIP creationTimestamp lastTimestamp firstTimestamp eventTime lastTransitionTime startTime startedAt finishedAt reason type status phase'.split(
    ' ',
  ),
)
