import { z } from 'zod'
import { startTestServer } from '../../../test/api-server.ts'
import { apiVersionOf, defineKind, type Kind } from '../../api/kind.ts'
import { kinds } from '../../api/kinds/index.ts'
import { createClient } from '../../client/api-client.ts'
import type { Client, NewResource } from '../../client/client.ts'
import { systemClock } from '../../lib/clock.ts'
import { seededRandom } from '../../lib/random.ts'
import { changingKinds } from './kubernetes-kinds.ts'

const anything = () => z.record(z.string(), z.unknown()).optional()
const open = (kind: Kind): Kind => ({
  ...kind,
  spec: anything() as z.ZodType,
  status: anything() as z.ZodType,
})
const extra = (group: string, kind: string, plural: string): Kind =>
  defineKind({ group, version: 'v1', kind, plural, summary: `${kind}.`, example: {} })

/** Kinds of Kubernetes with any spec, beside our own. */
const served: readonly Kind[] = [
  ...kinds,
  ...[
    ...changingKinds.filter(kind => !kinds.includes(kind)),
    extra('', 'Pod', 'pods'),
    extra('apps', 'ReplicaSet', 'replicasets'),
    extra('batch', 'Job', 'jobs'),
  ].map(open),
]

/** A real API server in this process that has the kinds of a cluster. */
export interface Cluster extends AsyncDisposable {
  client: Client
  /** Creates or changes an object; the kind and name of another one make that its manager. */
  apply(
    kind: string,
    name: string,
    content: object,
    managedBy?: readonly [kind: string, name: string],
  ): Promise<void>
  remove(kind: string, name: string): Promise<void>
}

export async function startCluster(): Promise<Cluster> {
  const server = await startTestServer({ kinds: served })
  const client = createClient(server.transport, { clock: systemClock, random: seededRandom(1) })
  const kindOf = (name: string): Kind => {
    const kind = served.find(each => each.kind === name)
    if (!kind) throw new Error(`there is no kind ${name}`)
    return kind
  }
  const namespaceOf = (kind: Kind) => (kind.scope === 'Cluster' ? undefined : 'shop')
  const ownerOf = async (name: string, objectName: string) => {
    const kind = kindOf(name)
    const { metadata } = await client.get(kind, objectName, namespaceOf(kind))
    return {
      apiVersion: apiVersionOf(kind),
      kind: name,
      name: objectName,
      uid: metadata.uid,
      controller: true,
    }
  }
  await client.create(kindOf('Namespace'), { metadata: { name: 'shop' } })
  return {
    client,
    async apply(name, objectName, content, managedBy) {
      const kind = kindOf(name)
      const namespace = namespaceOf(kind)
      const place = { name: objectName, ...(namespace && { namespace }) }
      const [manager, managerName] = managedBy ?? []
      const metadata =
        manager && managerName ? { ownerReferences: [await ownerOf(manager, managerName)] } : {}
      const found = (await client.find(kind, objectName, namespace)) as { metadata: object } | undefined
      const object = { ...content, metadata: { ...place, ...metadata } } as NewResource
      if (found) {
        const next = { ...found, ...content, metadata: { ...found.metadata, ...metadata } }
        await client.update(kind, next as never)
      } else await client.create(kind, object)
    },
    remove: (name, objectName) => client.delete(kindOf(name), objectName, namespaceOf(kindOf(name))),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}
