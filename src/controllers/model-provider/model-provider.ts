import { Secret } from '../../api/kinds/core.ts'
import { Dataset } from '../../api/kinds/dataset.ts'
import { ModelProvider } from '../../api/kinds/model-provider.ts'
import { revisionOf } from '../../api/source.ts'
import { digestOfValue } from '../../lib/digest.ts'
import { type Reconciler, ready, Waiting } from '../runtime/reconciler.ts'
import { settled } from '../runtime/settled.ts'
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
    const secret = key && informer(Secret).get(key.name, namespace)
    if (key && !secret) {
      const make = `kubectl create secret generic ${key.name} -n ${namespace} --from-literal=${key.key}=…`
      throw new Waiting('SecretMissing', `there is no Secret ${namespace}/${key.name}; make it with ${make}`)
    }
    if (key && !secret?.data?.[key.key]) {
      const has = Object.keys(secret?.data ?? {}).join(', ') || 'none'
      throw new Waiting(
        'SecretKeyMissing',
        `Secret ${namespace}/${key.name} lacks the key that spec.key.key names, ${key.key}; its keys are ${has}`,
      )
    }
    const recorded =
      cassette && settled(provider, Dataset, cassette.ref, informer(Dataset).get(cassette.ref, namespace))
    provider.status.digest = digestOfValue({ spec: provider.spec, cassette: recorded?.status?.digest })
    provider.status.revision = revisionOf(provider)
    return ready('Complete', 'all it refers to is there')
  },
}
