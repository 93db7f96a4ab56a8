import { z } from 'zod'
import { extensionKinds } from './extension-kinds.ts'
import { number, object, text, textMap, texts, time } from './fields.ts'
import type { KindShape } from './kind-shape.ts'
import { platformKinds } from './platform-kinds.ts'
import { ownerReferences } from './pod.ts'
import { trafficKinds } from './traffic-kinds.ts'
import { workloadKinds } from './workload-kinds.ts'

/** What is read of an object's metadata. */
export const metadata = object({
  name: text,
  namespace: text,
  uid: text,
  resourceVersion: text,
  generation: number,
  creationTimestamp: time,
  deletionTimestamp: time,
  labels: textMap,
  annotations: textMap,
  finalizers: texts,
  ownerReferences,
})

/** Every kind that is known. */
export const kinds = { ...workloadKinds, ...trafficKinds, ...platformKinds, ...extensionKinds } as const

export type Kinds = typeof kinds
export type KindName = keyof Kinds

interface Known {
  /** Empty in objects that a text told of. */
  apiVersion: string
  /** `Kind`; of kinds whose group is not the expected one `Kind.group`. */
  kind: string
  name: string
  /** Empty for objects of the cluster; `default` where a namespaced one says none. */
  namespace: string
  metadata: NonNullable<z.output<typeof metadata>>
  /** Path of the file that tells of it. */
  file: string
  /** It runs, or ran: a server or its client printed it. Of a manifest it is only known what it should be. */
  live: boolean
  /** As it was given. */
  raw: Readonly<Record<string, unknown>>
}
export type ClusterObject<K extends KindName> = Known & z.output<z.ZodObject<Kinds[K]['shape']>>
/** An object of whatever kind. */
export type AnyObject = Known

export const isKnown = (name: string): name is KindName => Object.hasOwn(kinds, name)
export const scopeOf = (name: string): 'Cluster' | undefined =>
  isKnown(name) ? (kinds[name] as KindShape).scope : undefined

const schemas = new Map<string, z.ZodType>(
  Object.entries(kinds).map(([name, { shape }]) => [name, z.object(shape as z.ZodRawShape)]),
)

/** The fields of an object of a known kind that are read. */
export const fieldsOf = (name: KindName, value: unknown): Record<string, unknown> =>
  (schemas.get(name)?.safeParse(value).data as Record<string, unknown> | undefined) ?? {}
