import { isNotFound } from '../../api/errors.ts'
import type { Entry } from '../../store/store.ts'
import type { Backend } from '../backend.ts'
import { removeObject } from '../delete.ts'
import type { ServedKind } from '../served-kind.ts'
import { changeAs, keyOf } from './chore-write.ts'
import type { Observer } from './feed.ts'
import type { WorkQueue } from './work-queue.ts'

/** Empties namespaces that are being deleted, then lets them go (kubernetes: pkg/controller/namespace). */
export function namespaceDeletion(backend: Backend, queue: WorkQueue): Observer {
  const terminating = new Set<string>()
  const isNamespace = ({ resource }: ServedKind) => resource === 'namespaces'
  const sweep = (name: string) => queue.add(`namespace ${name}`, () => sweepNamespace(backend, name))
  return {
    present(served, entry) {
      if (!isNamespace(served) || !isTerminating(backend, served, entry)) return
      terminating.add(entry.name)
      sweep(entry.name)
    },
    gone(served, { name, namespace }) {
      if (isNamespace(served)) {
        terminating.delete(name)
        // For what was created while the last look at it was on its way.
        sweep(name)
      } else if (terminating.has(namespace)) sweep(namespace)
    },
  }
}

const isTerminating = ({ objects }: Backend, served: ServedKind, entry: Entry): boolean =>
  objects.parse(served, entry).metadata.deletionTimestamp !== undefined

async function sweepNamespace(backend: Backend, name: string): Promise<void> {
  const { store, registry } = backend
  const namespaces = registry.byPath('', 'v1', 'namespaces')
  const key = { resource: 'namespaces', namespace: '', name }
  const entry = await store.get(key)
  // A new namespace of the same name keeps its objects.
  if (!namespaces || (entry && !isTerminating(backend, namespaces, entry))) return
  let left = 0
  for (const served of registry.all) {
    if (!served.namespaced) continue
    const { entries } = await store.list(served.resource, { namespace: name })
    const removed = await Promise.all(
      entries.map(async found => {
        try {
          const { gone } = await removeObject(backend, served, keyOf(found), {
            propagationPolicy: 'Background',
            preconditions: { uid: found.uid },
          })
          return gone
        } catch (error) {
          if (isNotFound(error)) return true
          throw error
        }
      }),
    )
    left += removed.filter(gone => !gone).length
  }
  // Whoever removes the last finalizer wakes this again.
  if (left > 0 || !entry) return
  const emptied = { finalizers: [] }
  await changeAs(
    'namespace-controller',
    backend,
    namespaces,
    key,
    object => ({ ...object, spec: emptied }),
    'finalize',
  )
}
