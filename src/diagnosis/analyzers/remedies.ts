import { nameOf } from '../cluster.ts'
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
