import type { Kind } from '../../api/kind.ts'
import { AccessKey } from '../../api/kinds/access-key.ts'
import { Namespace, Secret } from '../../api/kinds/core.ts'
import { ModelRoute } from '../../api/kinds/model-route.ts'
import { RouteRelease } from '../../api/kinds/route-release.ts'
import type { GatewayControl } from '../../gateway/gateway.ts'
import { makeSnapshot } from '../../gateway/snapshot.ts'
import { done, type Reconciler } from '../runtime/reconciler.ts'
import { snapshotContent } from './content.ts'

/** There is one snapshot for all; every change wakes the namespace that every cluster has. */
const ONE = 'default'

/** Publishes to gateways what resources say is served, whenever that changes. */
export function gatewayConfigReconciler({
  gateway,
}: {
  gateway: GatewayControl
}): Reconciler<typeof Namespace> {
  let published: { digest: string; at: number } | undefined
  return {
    name: 'gateway-config',
    kind: Namespace,
    conditions: false,
    watches: [ModelRoute, RouteRelease, AccessKey, Secret].map((kind: Kind) => ({
      kind,
      wakes: () => [{ name: ONE }],
    })),
    async reconcile(namespace, context) {
      if (namespace.metadata.name !== ONE) return done
      const at = Math.max(context.clock.now(), (published?.at ?? 0) + 1)
      const snapshot = makeSnapshot(snapshotContent(context, at), at)
      if (snapshot.digest === published?.digest) return done
      await gateway.publish(snapshot)
      published = { digest: snapshot.digest, at }
      return done
    },
  }
}
