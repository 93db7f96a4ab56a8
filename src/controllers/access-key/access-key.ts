import { AccessKey } from '../../api/kinds/access-key.ts'
import { type Reconciler, ready, requeueIn, Stalled } from '../runtime/reconciler.ts'

const LONGEST_WAIT_MS = 3_600_000

/** Says whether a key is accepted now, and when that ends. */
export const accessKeyReconciler: Reconciler<typeof AccessKey> = {
  name: 'access-key',
  kind: AccessKey,
  async reconcile(key, { clock }) {
    if (key.spec.suspend)
      return {
        ready: {
          status: 'False',
          reason: 'Suspended',
          message: 'spec.suspend is true: the gateway refuses the key',
        },
      }
    if (!key.spec.expires) return ready('Accepted', 'the gateway accepts the key')
    const expires = Date.parse(key.spec.expires)
    if (Number.isNaN(expires))
      throw new Stalled(
        'InvalidTime',
        `spec.expires "${key.spec.expires}" is not an RFC 3339 time: the gateway refuses the key`,
      )
    const left = expires - clock.now()
    if (left <= 0)
      return {
        ready: {
          status: 'False',
          reason: 'Expired',
          message: `expired at ${key.spec.expires}: give out a new key`,
        },
      }
    return requeueIn(
      Math.min(left, LONGEST_WAIT_MS),
      ready('Accepted', `the gateway accepts the key until ${key.spec.expires}`),
    )
  },
}
