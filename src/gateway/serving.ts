import type { Provider, ProviderContext } from './providers/provider.ts'
import { openRelease, type Release } from './release.ts'
import { type AccessKeySnapshot, type RouteSnapshot, releaseKey, type Snapshot } from './snapshot.ts'

/** A snapshot made ready: every lookup of the data path is one step, and nothing is loaded any more. */
export interface Serving {
  digest: string
  at: number
  /** By `namespace/name`. */
  releases: ReadonlyMap<string, Release>
  key(hash: string): AccessKeySnapshot | undefined
  /** The route that `key` may call under this model name. */
  route(key: AccessKeySnapshot, model: string): RouteSnapshot | undefined
  /** The routes that `key` may call, by model name. */
  routes(key: AccessKeySnapshot): RouteSnapshot[]
  secret(name: string | undefined): string | undefined
}

/**
 * Opens all releases of a snapshot; those that `before` has open already are taken over.
 * @throws BlobMissing when content of a release cannot be had now.
 */
export async function openServing(
  { digest, at, content }: Snapshot,
  providers: readonly Provider[],
  context: ProviderContext,
  before: Serving | undefined,
): Promise<Serving> {
  const releases = new Map<string, Release>()
  for (const snapshot of Object.values(content.releases)) {
    const name = releaseKey(snapshot.namespace, snapshot.name)
    const open = before?.releases.get(name)
    releases.set(
      name,
      open?.snapshot.digest === snapshot.digest ? open : await openRelease(snapshot, providers, context),
    )
  }
  const keys = new Map(content.accessKeys.map(key => [key.hash, key]))
  const routes = new Map<string, RouteSnapshot>()
  // Of two routes with one model name the first by name counts, on every gateway alike.
  for (const route of [...content.routes].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const name = `${route.namespace}/${route.model}`
    if (!routes.has(name)) routes.set(name, route)
  }
  const allowed = (key: AccessKeySnapshot, route: RouteSnapshot): boolean =>
    route.namespace === key.namespace && (key.routes.length === 0 || key.routes.includes(route.name))
  return {
    digest,
    at,
    releases,
    key: hash => keys.get(hash),
    route: (key, model) => {
      const route = routes.get(`${key.namespace}/${model}`)
      return route && allowed(key, route) ? route : undefined
    },
    routes: key => [...routes.values()].filter(route => allowed(key, route)),
    secret: name => (name === undefined ? undefined : content.secrets[name]),
  }
}

/** Digests of all content that a snapshot needs. */
export const contentOf = ({ content }: Snapshot): Set<string> =>
  new Set(
    Object.values(content.releases).flatMap(({ bundle }) =>
      bundle.serve === 'model' ? [bundle.artefact] : (bundle.provider.cassette?.digest ?? []),
    ),
  )
