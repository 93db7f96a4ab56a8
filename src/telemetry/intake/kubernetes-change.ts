import type { Resource as KubernetesObject } from '../../api/kind.ts'
import type { ChangeRecord, Resource } from '../signals/signal.ts'
import { cut } from './attributes.ts'
import { timeOf } from './fields.ts'
import type { FieldValue, ObjectFields } from './kubernetes-object-fields.ts'
import { cleanAttributes, message } from './plain-values.ts'
import { lineDiff } from './text-diff.ts'

/** What of an object is remembered over a restart. */
export interface Remembered {
  /** Of everything that may be shown. */
  digest: string
  /** Of Secrets: the version, since their values are remembered nowhere. */
  version?: string
  images?: Readonly<Record<string, string>>
  replicas?: string
}

export interface SeenChange {
  object: KubernetesObject
  resource: Resource
  now: number
  /** Absent: it was created, or nobody watched when it changed. */
  before?: ObjectFields | undefined
  /** Absent: it was deleted. */
  after?: ObjectFields | undefined
  /** From before a restart. */
  remembered?: Remembered | undefined
  /** Workloads that use a ConfigMap or Secret. */
  usedBy?: readonly string[]
}

const DIFF_LENGTH = 8_000
const policies = new Set([
  'ResourceQuota',
  'LimitRange',
  'NetworkPolicy',
  'PodDisruptionBudget',
  'Role',
  'RoleBinding',
])
const workloads = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'CronJob'])
const imagePath = /containers\[[^\]]{1,253}\]\.image$/i
const scalePath = /^spec\.(replicas|minReplicas|maxReplicas)$/

/** What was done to an object, or undefined when nothing that anybody decides on is different. */
export function changeOf(seen: SeenChange): ChangeRecord | undefined {
  const { object, before, after, remembered } = seen
  const paths = before && after ? changedPaths(before, after) : []
  if (before && after && paths.length === 0) return undefined
  const verb = !after ? 'was deleted' : before || remembered ? 'was changed' : 'was created'
  const images = imagesIn(after ?? before)
  const oldImages = remembered?.images ?? imagesIn(before)
  const kind = kindOfChange(seen, paths, images, oldImages)
  const place = [object.kind, object.metadata.namespace, object.metadata.name].filter(Boolean).join('/')
  const version = object.metadata.generation ?? object.metadata.resourceVersion ?? ''
  const replicas = (fields: ObjectFields | undefined) => fields?.get('spec.replicas')?.text
  const previous =
    kind === 'scale' ? (replicas(before) ?? remembered?.replicas) : kind === 'deploy' ? listed(oldImages) : ''
  const { at, by } = lastWrite(object, seen.now)
  const diff = diffOf(seen, paths)
  return {
    kind: 'change',
    resource: seen.resource,
    // A deletion is written nowhere in the object.
    at: after ? at : seen.now,
    change: kind,
    id: cut(
      identity(kind, listed(images), replicas(after), `${place}@${version}${after ? '' : '-deleted'}`),
      512,
    ),
    ...(previous && { before: cut(previous, 512) }),
    ...(by !== undefined && after && { author: by }),
    message: message(`${place} ${verb}${summary(seen, paths, kind, listed(images))}`),
    reference: cut(place, 512),
    ...(diff !== '' && { files: [{ path: place, diff }] }),
    attributes: cleanAttributes({
      'k8s.object': place,
      'k8s.change': verb.replace('was ', ''),
      'k8s.fields': paths.slice(0, 20).join(', '),
      'k8s.used_by': seen.usedBy?.slice(0, 20).join(', '),
    }),
  }
}

function kindOfChange(
  { object, before, after, remembered }: SeenChange,
  paths: readonly string[],
  images: Readonly<Record<string, string>>,
  oldImages: Readonly<Record<string, string>>,
): ChangeRecord['change'] {
  const { kind } = object
  if (policies.has(kind)) return 'policy'
  if (kind === 'Node') return 'infrastructure'
  if (workloads.has(kind) && (!after || !(before || remembered) || listed(images) !== listed(oldImages)))
    return 'deploy'
  const scaled = after?.get('spec.replicas')?.text
  if (remembered?.replicas !== undefined && !before && scaled !== remembered.replicas) return 'scale'
  return paths.length > 0 && paths.every(path => scalePath.test(path)) ? 'scale' : 'config'
}

/** What it is now, and which object and version of it says so: setting something back is a change of its own. */
function identity(
  kind: ChangeRecord['change'],
  images: string,
  replicas: string | undefined,
  of: string,
): string {
  if (kind === 'deploy' && images !== '') return `${images} (${of})`
  return kind === 'scale' && replicas !== undefined ? `${replicas} replicas (${of})` : of
}

function summary(
  { before, after }: SeenChange,
  paths: readonly string[],
  kind: string,
  images: string,
): string {
  if (kind === 'deploy' && after && images !== '') return `: ${images}`
  if (paths.length === 0) return ''
  const [first = ''] = paths
  const value = (fields: ObjectFields | undefined) => oneLine(fields?.get(first)?.text)
  return paths.length === 1
    ? `: ${first} from ${value(before)} to ${value(after)}`
    : `: ${paths.slice(0, 5).join(', ')}${paths.length > 5 ? ` and ${paths.length - 5} more` : ''}`
}

const oneLine = (text: string | undefined): string =>
  text === undefined ? 'nothing' : text.length > 80 || text.includes('\n') ? 'a longer text' : text

export function changedPaths(before: ObjectFields, after: ObjectFields): string[] {
  const differs = (path: string) => before.get(path)?.mark !== after.get(path)?.mark
  return [...new Set([...before.keys(), ...after.keys()])].filter(differs).sort()
}

/** One line for each field, and a diff of those with many lines. */
function diffOf({ before, after }: SeenChange, paths: readonly string[]): string {
  const line = (sign: string, path: string, value: FieldValue | undefined) =>
    value === undefined ? [] : [`${sign}${path}: ${value.text}`]
  const parts = paths.flatMap(path => {
    const [old, now] = [before?.get(path), after?.get(path)]
    if (old?.text.includes('\n') || now?.text.includes('\n'))
      return [` ${path}:`, lineDiff(old?.text ?? '', now?.text ?? '')]
    return [...line('-', path, old), ...line('+', path, now)]
  })
  return cut(parts.join('\n'), DIFF_LENGTH)
}

export const imagesIn = (fields: ObjectFields | undefined): Record<string, string> =>
  Object.fromEntries(
    [...(fields ?? [])].flatMap(([path, { text }]) =>
      imagePath.test(path) ? [[containerOf(path), text]] : [],
    ),
  )

const containerOf = (path: string): string => /\[([^\]]{1,253})\]\.image$/.exec(path)?.[1] ?? path

const listed = (images: Readonly<Record<string, string>>): string => Object.values(images).join(', ')

/** Who wrote what people decide on, and when, from managedFields; the status is written all the time. */
function lastWrite({ metadata }: KubernetesObject, now: number): { at: number; by: string | undefined } {
  let last: { at: number; by: string | undefined } | undefined
  for (const entry of metadata.managedFields ?? []) {
    const { time, manager, subresource } = (entry ?? {}) as Record<string, unknown>
    const at = typeof time === 'string' ? timeOf(time) : undefined
    if (subresource === 'status' || at === undefined || at > now) continue
    if (!last || at >= last.at) last = { at, by: typeof manager === 'string' ? cut(manager, 256) : undefined }
  }
  return last ?? { at: now, by: undefined }
}
