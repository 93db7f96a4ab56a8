import type { Kind } from '../../api/kind.ts'
import { AccessKey } from '../../api/kinds/access-key.ts'
import { Budget } from '../../api/kinds/budget.ts'
import { Namespace, Secret } from '../../api/kinds/core.ts'
import { ModelRoute } from '../../api/kinds/model-route.ts'
import { RouteRelease } from '../../api/kinds/route-release.ts'
import type { GatewayControl } from '../../gateway/gateway.ts'
import { makeSnapshot, type SnapshotContent } from '../../gateway/snapshot.ts'
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
  let published: { outline: string; digest: string; at: number } | undefined
  return {
    name: 'gateway-config',
    kind: Namespace,
    conditions: false,
    watches: [ModelRoute, RouteRelease, AccessKey, Budget, Secret].map((kind: Kind) => ({
      kind,
      wakes: () => [{ name: ONE }],
    })),
    async reconcile(namespace, context) {
      if (namespace.metadata.name !== ONE) return done
      const at = Math.max(context.clock.now(), (published?.at ?? 0) + 1)
      const content = snapshotContent(context, at)
      const outline = outlineOf(content)
      if (outline === published?.outline) return done
      const snapshot = makeSnapshot(content, at)
      if (snapshot.digest !== published?.digest) await gateway.publish(snapshot)
      published = { outline, digest: snapshot.digest, at }
      return done
    },
  }
}

/**
 * What tells one content from another: digests stand for bundles. Most changes of a resource, such as a new source
 * revision, change nothing that is served, and a digest over hundreds of bundles for each of them would take seconds.
 */
const outlineOf = ({ releases, ...rest }: SnapshotContent): string =>
  JSON.stringify([rest, Object.entries(releases).map(([key, { route, digest }]) => [key, route, digest])])
