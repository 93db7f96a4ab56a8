import type { Resource } from '../../api/kind.ts'
import type { Key } from '../../store/store.ts'
import type { Backend } from '../backend.ts'
import { change } from '../change.ts'
import type { Endpoint } from '../prepare.ts'
import type { ServedKind } from '../served-kind.ts'

/** Changes an object in the server's own name. */
export async function changeAs(
  manager: string,
  backend: Backend,
  served: ServedKind,
  key: Key,
  propose: (object: Resource) => Resource,
  endpoint: Endpoint = 'main',
): Promise<void> {
  await change(backend, served, key, {
    user: 'system:apiserver',
    groups: ['system:masters'],
    manager,
    dryRun: false,
    fieldValidation: 'Ignore',
    endpoint,
    propose,
    inspect: () => {},
  })
}

export const keyOf = ({ resource, namespace, name }: Key): Key => ({ resource, namespace, name })

export const idOf = ({ resource, namespace, name }: Key): string => `${resource}/${namespace}/${name}`
