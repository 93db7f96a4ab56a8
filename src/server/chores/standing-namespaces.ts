import { isAlreadyExists } from '../../api/errors.ts'
import type { Backend } from '../backend.ts'
import { standingNamespaces } from '../behaviours/namespace.ts'
import { createFrom } from '../create.ts'

/** Makes the namespaces that always exist. */
export async function createStandingNamespaces(backend: Backend): Promise<void> {
  const served = backend.registry.byPath('', 'v1', 'namespaces')
  if (!served) return
  const place = { served, namespace: undefined, name: undefined, subresource: undefined }
  for (const name of standingNamespaces) {
    const value = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }
    const options = {
      user: 'system:apiserver',
      groups: [],
      own: true,
      manager: 'keelway',
      dryRun: false,
      fieldValidation: 'Warn',
    } as const
    try {
      await createFrom(backend, place, { value, duplicates: [] }, options)
    } catch (error) {
      if (!isAlreadyExists(error)) throw error
    }
  }
}
