import { Secret } from '../../api/kinds/core.ts'
import { Dataset } from '../../api/kinds/dataset.ts'
import { ModelProvider } from '../../api/kinds/model-provider.ts'
import { revisionOf, settledFor } from '../../api/source.ts'
import { digestOfValue } from '../../lib/digest.ts'
import { type Reconciler, ready, Waiting } from '../runtime/reconciler.ts'
import { usersOf } from '../runtime/users-of.ts'

/** Ready when what a provider refers to (its key, its recorded answers) is there. */
export const modelProviderReconciler: Reconciler<typeof ModelProvider> = {
  name: 'model-provider',
  kind: ModelProvider,
  watches: [
    { kind: Secret, wakes: usersOf(ModelProvider, ({ spec }) => [spec.key?.name]) },
    { kind: Dataset, wakes: usersOf(ModelProvider, ({ spec }) => [spec.cassette?.ref]) },
  ],
  async reconcile(provider, { informer }) {
    const { namespace } = provider.metadata
    const { key, cassette } = provider.spec
    if (key && !informer(Secret).get(key.name, namespace)?.data?.[key.key]) {
      throw new Waiting(
        'SecretMissing',
        `Secret ${key.name} has no key "${key.key}": create it in namespace ${namespace}`,
      )
    }
    const recorded = cassette && informer(Dataset).get(cassette.ref, namespace)
    if (cassette && !(recorded && settledFor(provider, recorded))) {
      throw new Waiting('DatasetNotReady', `Dataset ${cassette.ref} is not ready at this revision`)
    }
    provider.status.digest = digestOfValue({ spec: provider.spec, cassette: recorded?.status?.digest })
    provider.status.revision = revisionOf(provider)
    return ready('Complete', 'all it refers to is there')
  },
}
