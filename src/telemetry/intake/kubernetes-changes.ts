import type { Kind, Resource as KubernetesObject } from '../../api/kind.ts'
import { changeOf, imagesIn, type Remembered, type SeenChange } from './kubernetes-change.ts'
import { checkKubernetesSettings, type KubernetesSettings } from './kubernetes-events.ts'
import { follow } from './kubernetes-follow.ts'
import { changingKinds } from './kubernetes-kinds.ts'
import { fieldsDigest, type ObjectFields, objectFields } from './kubernetes-object-fields.ts'
import { placed, resourceOfChain } from './kubernetes-owners.ts'
import { KubernetesUsers } from './kubernetes-users.ts'
import { createOutbox } from './outbox.ts'
import type { Source } from './source.ts'

/** Objects remembered over a restart; of others it is not known afterwards whether they changed meanwhile. */
const MAX_REMEMBERED = 5_000

interface Position {
  /** Kinds that were listed once: only of them it is known what is new. */
  listed: string[]
  objects: Record<string, Remembered>
}

/**
 * Changes of what runs in a cluster and how, by watch: created, changed and deleted objects with the fields that
 * differ. What changed while nobody watched is found after a restart by comparing with what was remembered.
 */
export const kubernetesChanges: Source<KubernetesSettings> = {
  type: 'kubernetes-changes',
  summary: 'Changes of workloads, configuration and policies in a Kubernetes cluster, by watch',
  async open(settings, context) {
    checkKubernetesSettings(settings)
    const { client, namespaces } = settings
    const { clock } = context
    const outbox = createOutbox(context)
    const closing = new AbortController()
    const objects = new KnownObjects((await context.load()) as Position | undefined)
    const served = await client.serves()
    const troubles = new Map<string, string>()

    const tell = async (seen: Omit<SeenChange, 'now' | 'resource'>) => {
      const usedBy = objects.users.of(seen.object)
      const change = changeOf({
        ...seen,
        usedBy,
        now: clock.now(),
        resource: resourceOf(seen.object, usedBy),
      })
      await outbox.put(change ? [change] : [], objects.position())
    }
    const followKind = (kind: Kind, namespace: string | undefined) => {
      const name = `${kind.plural}/${namespace ?? ''}`
      return follow({
        client,
        kind,
        namespace,
        clock,
        signal: closing.signal,
        async listed(list) {
          const first = !objects.listed.has(name)
          for (const object of list.filter(isTold)) {
            const seen = objects.see(object)
            if (!first && seen.differs) await tell({ object, ...seen })
          }
          for (const object of objects.missing(kind.kind, namespace, list))
            await tell({ object, ...objects.drop(object) })
          objects.listed.add(name)
          await outbox.put([], objects.position())
        },
        async changed(type, object) {
          if (!isTold(object)) return
          if (type === 'DELETED') return tell({ object, ...objects.drop(object) })
          const seen = objects.see(object)
          if (seen.differs) await tell({ object, ...seen })
        },
        trouble(what) {
          if (what === undefined) troubles.delete(name)
          else troubles.set(name, what)
          outbox.trouble([...troubles.values()][0])
        },
      })
    }

    const present = changingKinds.filter(kind =>
      served.has(`${kind.group ? `${kind.group}/` : ''}${kind.version}/${kind.kind}`),
    )
    const running = Promise.all(
      present.flatMap(kind =>
        (kind.scope === 'Cluster' ? [undefined] : (namespaces ?? [undefined])).map(namespace =>
          followKind(kind, namespace),
        ),
      ),
    )
    return {
      status: () => outbox.status(),
      async close() {
        closing.abort(new Error('the source was closed'))
        await outbox.close()
        await running
      },
    }
  },
}

/** Configuration that one workload uses is that workload's. */
function resourceOf(object: KubernetesObject, usedBy: readonly string[]) {
  const own = resourceOfChain([placed(object)])
  const [workload] = usedBy
  if (own.service !== '' || usedBy.length !== 1 || !workload) return own
  return { ...own, workload, service: workload.slice(workload.indexOf('/') + 1) }
}

/** Programs write these to each other all the time; and Helm keeps its own history in Secrets. */
function isTold({ kind, metadata, type }: KubernetesObject): boolean {
  if (kind === 'Secret' && typeof type === 'string')
    return !type.startsWith('helm.sh/') && type !== 'kubernetes.io/service-account-token'
  if (kind !== 'ConfigMap') return true
  return (
    metadata.name !== 'kube-root-ca.crt' &&
    metadata.annotations?.['control-plane.alpha.kubernetes.io/leader'] === undefined
  )
}

/** What is known of every object: its fields, from which changes are found. */
class KnownObjects {
  readonly users = new KubernetesUsers()
  readonly listed: Set<string>
  readonly #known = new Map<string, { fields: ObjectFields; object: KubernetesObject }>()
  readonly #saved: Map<string, Remembered>
  readonly #remembered: Map<string, Remembered>
  /** Nothing had to be forgotten: what is not remembered is new. */
  readonly #complete: boolean

  constructor(saved: Position | undefined) {
    this.listed = new Set(saved?.listed)
    this.#saved = new Map(Object.entries(saved?.objects ?? {}))
    this.#complete = this.#saved.size < MAX_REMEMBERED
    this.#remembered = new Map(this.#saved)
  }

  see(object: KubernetesObject): { differs: boolean } & Pick<SeenChange, 'before' | 'after' | 'remembered'> {
    const key = keyOf(object)
    const known = this.#known.get(key)
    const saved = known ? undefined : this.#saved.get(key)
    const after = objectFields(object)
    this.users.see(object)
    // Only what names the object and its service is kept beside the fields.
    this.#known.set(key, {
      fields: after,
      object: { ...object, spec: undefined, status: undefined, data: undefined },
    })
    const now = rememberedOf(object, after)
    const differs = known !== undefined || (saved ? !same(saved, now) : this.#complete)
    this.#remember(key, now)
    return { differs, before: known?.fields, after, remembered: saved }
  }

  drop(object: KubernetesObject): Pick<SeenChange, 'before' | 'after' | 'remembered'> {
    const key = keyOf(object)
    const before = this.#known.get(key)?.fields
    const remembered = this.#saved.get(key)
    this.#known.delete(key)
    this.#saved.delete(key)
    this.#remembered.delete(key)
    this.users.drop(object)
    return { before, after: undefined, remembered }
  }

  /** What was there before and is not in the list. */
  missing(
    kind: string,
    namespace: string | undefined,
    list: readonly KubernetesObject[],
  ): KubernetesObject[] {
    const present = new Set(list.map(keyOf))
    return [...new Set([...this.#known.keys(), ...this.#saved.keys()])].flatMap(key => {
      const [keyKind, keyNamespace = '', name = ''] = key.split('/')
      if (keyKind !== kind || present.has(key) || (namespace !== undefined && keyNamespace !== namespace))
        return []
      const metadata = { name, ...(keyNamespace && { namespace: keyNamespace }) }
      return [this.#known.get(key)?.object ?? { apiVersion: '', kind, metadata }]
    })
  }

  position(): Position {
    return { listed: [...this.listed], objects: Object.fromEntries(this.#remembered) }
  }

  #remember(key: string, what: Remembered): void {
    this.#remembered.delete(key)
    this.#remembered.set(key, what)
    const [oldest] = this.#remembered.keys()
    if (this.#remembered.size > MAX_REMEMBERED && oldest !== undefined) this.#remembered.delete(oldest)
  }
}

const same = (a: Remembered, b: Remembered): boolean => a.digest === b.digest && a.version === b.version

const keyOf = ({ kind, metadata }: KubernetesObject): string =>
  `${kind}/${metadata.namespace ?? ''}/${metadata.name}`

function rememberedOf(object: KubernetesObject, fields: ObjectFields): Remembered {
  const replicas = fields.get('spec.replicas')?.text
  const images = imagesIn(fields)
  const version = object.metadata.resourceVersion
  return {
    digest: fieldsDigest(fields),
    ...(object.kind === 'Secret' && version !== undefined && { version }),
    ...(Object.keys(images).length > 0 && { images }),
    ...(replicas !== undefined && { replicas }),
  }
}
