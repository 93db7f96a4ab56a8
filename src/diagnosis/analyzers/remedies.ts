import { isDeepStrictEqual } from 'node:util'
import { type Cluster, nameOf } from '../cluster.ts'
import type { Remedy } from '../diagnosis.ts'
import type { Place } from './analyzer.ts'
import type { Workload } from './view.ts'

/** RFC 6902. */
export type Edit =
  | { op: 'test' | 'add' | 'replace'; path: string; value: unknown }
  | { op: 'remove'; path: string }

/** Puts another value in the place of one that is there. */
export const replaced = (path: string, from: unknown, to: unknown): Edit[] => [
  { op: 'test', path, value: from },
  { op: 'replace', path, value: to },
]

export const removed = (path: string, from: unknown): Edit[] => [
  { op: 'test', path, value: from },
  { op: 'remove', path },
]

/** Adds a member to an object that is known by another of its members. */
export const added = (known: { path: string; value: unknown }, path: string, value: unknown): Edit[] => [
  { op: 'test', path: known.path, value: known.value },
  { op: 'add', path, value },
]

export const remedy = (
  skill: string,
  object: Place,
  edits: readonly Edit[],
  summary: string,
): { remedy: Remedy } => ({
  remedy: { skill, input: { object: nameOf(object), edits: [...edits] }, summary },
})

/** A remedy within a pod template; none where only its pods are known, for they can not be edited. */
export const templateRemedy = (
  skill: string,
  workload: Workload,
  edits: readonly Edit[],
  summary: string,
): { remedy?: Remedy } => (workload.declared ? remedy(skill, workload, edits, summary) : {})

/** A member's name within a JSON Pointer. */
export const pointer = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1')

/** Whether the object that it would change is known and has what each edit expects. */
export function applies(cluster: Cluster, { input }: Remedy): boolean {
  const target = cluster.objects.find(one => nameOf(one) === input.object)
  const edits = (input.edits ?? []) as readonly Edit[]
  return (
    target !== undefined &&
    edits.every(edit => edit.op !== 'test' || isDeepStrictEqual(valueAt(target.raw, edit.path), edit.value))
  )
}

/** RFC 6901; undefined where nothing is. */
const valueAt = (value: unknown, path: string): unknown =>
  path
    .split('/')
    .slice(1)
    .map(part => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<unknown>(
      (at, part) =>
        at !== null && typeof at === 'object' && Object.hasOwn(at, part)
          ? (at as Record<string, unknown>)[part]
          : undefined,
      value,
    )
