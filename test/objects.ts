import { conditionOf } from '../src/api/conditions.ts'
import { apiVersionOf, type Kind, type Resource } from '../src/api/kind.ts'
import type { World } from './world.ts'

/** Creates an object in namespace default and lets the loop come to rest. */
export async function create(world: World, kind: Kind, name: string, content: object): Promise<void> {
  await world.client.create(kind, {
    apiVersion: apiVersionOf(kind),
    kind: kind.kind,
    metadata: { name, namespace: 'default' },
    ...content,
  })
  await world.settle()
}

export async function change(world: World, kind: Kind, name: string, spec: object): Promise<void> {
  await world.client.patch(kind, name, 'default', { spec })
  await world.settle()
}

/** Status, reason and message of Ready, in one line. */
export async function readyOf(world: World, kind: Kind, name: string): Promise<string> {
  const object = (await world.client.get(kind, name, 'default')) as unknown as Resource
  const { status, reason, message } = conditionOf(object as never, 'Ready') ?? {}
  return `${status} ${reason}: ${message}`
}

export async function statusOf(world: World, kind: Kind, name: string): Promise<Record<string, unknown>> {
  const object = (await world.client.get(kind, name, 'default')) as unknown as Resource
  return (object.status ?? {}) as Record<string, unknown>
}

/** Rows as JSON lines, stored; returns their digest. */
export const store = (world: World, rows: readonly object[]): Promise<string> =>
  world.blobs.put(Buffer.from(rows.map(row => `${JSON.stringify(row)}\n`).join('')))
