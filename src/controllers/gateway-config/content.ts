import { AccessKey } from '../../api/kinds/access-key.ts'
import { Budget } from '../../api/kinds/budget.ts'
import { Secret } from '../../api/kinds/core.ts'
import { ModelRoute } from '../../api/kinds/model-route.ts'
import { RouteRelease } from '../../api/kinds/route-release.ts'
import {
  type AccessKeySnapshot,
  type BudgetSnapshot,
  type Bundle,
  type RateLimits,
  type ReleaseSnapshot,
  type RouteSnapshot,
  releaseKey,
  type SnapshotContent,
} from '../../gateway/snapshot.ts'
import { definedOnly } from '../../lib/defined.ts'
import { digestOfValue } from '../../lib/digest.ts'
import { parseDuration } from '../../lib/duration.ts'
import { answering } from '../runtime/model-names.ts'
import type { Cache } from '../runtime/reconciler.ts'

/** Phases in which a release may be asked: by users when it has weight, by its evaluation before. */
const served = new Set(['Gated', 'RollingOut', 'Held', 'Live'])

/** Phases in which a candidate gets its weight; Live until the route has made it the stable one. */
const trial = new Set(['RollingOut', 'Held', 'Live'])

/**
 * What gateways serve, from resources alone. A candidate is in a route only while its release says so:
 * a closed gate or a verdict takes it out even before the route's own status has caught up.
 */
export function snapshotContent({ informer }: Cache, now: number): SnapshotContent {
  const releases = new Map(
    informer(RouteRelease)
      .list()
      .filter(isServed)
      .map(release => [keyOf(release), release]),
  )
  const routes = informer(ModelRoute).list()
  return {
    routes: answering(routes)
      .map(route => routeSnapshot(route, releases))
      .sort((a, b) => compare(a.namespace + a.name, b.namespace + b.name)),
    releases: Object.fromEntries([...releases].map(([key, release]) => [key, releaseSnapshot(release)])),
    accessKeys: informer(AccessKey)
      .list()
      .filter(key => accepted(key, now))
      .map(accessKeySnapshot)
      .sort((a, b) => compare(a.hash, b.hash)),
    budgets: informer(Budget)
      .list()
      .map(budgetSnapshot)
      .sort((a, b) => compare(a.namespace + a.name, b.namespace + b.name)),
    secrets: secretsOf(
      [...releases.values()].map(({ spec }) => spec.bundle as unknown as Bundle),
      { informer },
    ),
  }
}

function routeSnapshot(
  { metadata, spec, status }: ModelRoute,
  releases: Map<string, RouteRelease>,
): RouteSnapshot {
  const namespace = metadata.namespace ?? ''
  const find = (name: string | undefined) => (name ? releases.get(releaseKey(namespace, name)) : undefined)
  const stable = find(status?.stable)
  const candidate = find(status?.candidate)
  const trying = trial.has(candidate?.status?.phase ?? '')
  const { weight = 0, shadow = false, phaseId = '' } = candidate?.status ?? {}
  return {
    namespace,
    name: metadata.name,
    model: spec.model,
    ...(stable ? { stable: keyOf(stable) } : {}),
    ...(stable && candidate && trying ? { candidate: { release: keyOf(candidate), weight, shadow } } : {}),
    phase: trying ? phaseId : '',
    unit: spec.rollout.unit,
    record: { content: spec.record.content, redact: spec.record.redact },
    ...(spec.cache
      ? {
          cache: {
            ttlMs: parseDuration(spec.cache.ttl),
            maxBytes: spec.cache.maxBytes,
            scope: spec.cache.scope,
          },
        }
      : {}),
  }
}

/** A bundle somebody edited is not what gates and rollout judged, so it leaves the snapshot. */
function isServed(release: RouteRelease): boolean {
  if (!served.has(release.status?.phase ?? '')) return false
  const known = intact.get(release)
  if (known !== undefined) return known
  const found = digestOfValue(release.spec.bundle) === release.spec.digest
  intact.set(release, found)
  return found
}

/** Cached objects are frozen, so each needs its digest checked once. */
const intact = new WeakMap<RouteRelease, boolean>()

const keyOf = ({ metadata }: RouteRelease): string => releaseKey(metadata.namespace ?? '', metadata.name)

const releaseSnapshot = ({ metadata, spec }: RouteRelease): ReleaseSnapshot => ({
  namespace: metadata.namespace ?? '',
  route: spec.route,
  name: metadata.name,
  digest: spec.digest,
  bundle: spec.bundle as unknown as Bundle,
})

const accepted = ({ spec }: AccessKey, now: number): boolean =>
  !spec.suspend && (!spec.expires || Date.parse(spec.expires) > now)

const accessKeySnapshot = ({ metadata, spec }: AccessKey): AccessKeySnapshot => ({
  namespace: metadata.namespace ?? '',
  name: metadata.name,
  hash: spec.hash,
  routes: spec.routes,
  ...(spec.expires ? { expiresAt: Date.parse(spec.expires) } : {}),
  ...(spec.team ? { team: spec.team } : {}),
  ...(spec.limits ? { limits: definedOnly(spec.limits) as RateLimits } : {}),
})

const budgetSnapshot = ({ metadata, spec }: Budget): BudgetSnapshot =>
  definedOnly({ namespace: metadata.namespace ?? '', name: metadata.name, ...spec }) as BudgetSnapshot

/** Only the keys that releases in use refer to leave the control plane. */
function secretsOf(bundles: Bundle[], { informer }: Cache): Record<string, string> {
  const wanted = new Set(
    bundles
      .flatMap(bundle =>
        bundle.serve === 'provider'
          ? [bundle, ...(bundle.alternatives ?? []), ...(bundle.fallbacks ?? [])]
          : [],
      )
      .map(({ provider }) => provider.secret)
      .filter(path => path !== undefined),
  )
  const found: Record<string, string> = {}
  for (const path of [...wanted].sort()) {
    const [namespace, name = '', key = ''] = path.split('/')
    const value = informer(Secret).get(name, namespace)?.data?.[key]
    if (value !== undefined) found[path] = Buffer.from(value, 'base64').toString('utf8')
  }
  return found
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
