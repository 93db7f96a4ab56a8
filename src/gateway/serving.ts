import { BlobMissing, type Provider } from './providers/provider.ts'
import { openRelease, type Release, type ReleaseContext } from './release.ts'
import {
  type AccessKeySnapshot,
  type Bundle,
  type RouteSnapshot,
  releaseKey,
  type Snapshot,
} from './snapshot.ts'

/** A snapshot made ready: every lookup of the data path is one step, and nothing is loaded any more. */
export interface Serving {
  digest: string
  at: number
  /** Why content of some release could not be had; its routes serve what they served before. */
  missing: string | undefined
  /** What each route does now, by `namespace/name`. */
  configured: ReadonlyMap<string, RouteSnapshot>
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
 * Opens all releases of a snapshot; those that `before` has open already are taken over. Content that cannot be had now
 * holds up its own route only: that one goes on as before, or without its candidate, and all others are as the snapshot
 * says.
 */
export async function openServing(
  { digest, at, content }: Snapshot,
  providers: readonly Provider[],
  context: ReleaseContext,
  before: Serving | undefined,
): Promise<Serving> {
  const releases = new Map<string, Release>()
  let missing: string | undefined
  for (const snapshot of Object.values(content.releases)) {
    const name = releaseKey(snapshot.namespace, snapshot.name)
    const known = before?.releases.get(name)
    const open =
      known?.snapshot.digest === snapshot.digest
        ? known
        : await openRelease(snapshot, providers, context).catch(unlessMissing)
    if (typeof open === 'string') missing = `${name}: ${open}`
    else releases.set(name, open)
  }
  const configured = new Map<string, RouteSnapshot>()
  for (const route of content.routes) {
    const name = `${route.namespace}/${route.name}`
    configured.set(name, servable(route, releases, before, before?.configured.get(name)))
  }
  const keys = new Map(content.accessKeys.map(key => [key.hash, key]))
  const routes = new Map<string, RouteSnapshot>()
  // Of two routes with one model name the first by name counts, on every gateway alike.
  for (const route of [...configured.values()].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const name = `${route.namespace}/${route.model}`
    if (!routes.has(name)) routes.set(name, route)
  }
  const allowed = (key: AccessKeySnapshot, route: RouteSnapshot): boolean =>
    route.namespace === key.namespace && (key.routes.length === 0 || key.routes.includes(route.name))
  return {
    digest,
    at,
    missing,
    configured,
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

/** The message of content that is missing; other errors go on. */
function unlessMissing(error: unknown): string {
  if (error instanceof BlobMissing) return error.message
  throw error
}

/** A route with only releases that are open; the release it had before is kept open for it. */
function servable(
  { stable, candidate, ...route }: RouteSnapshot,
  releases: Map<string, Release>,
  before: Serving | undefined,
  last: RouteSnapshot | undefined,
): RouteSnapshot {
  if (stable === undefined) return route
  if (releases.has(stable)) {
    const tried = candidate && releases.has(candidate.release) ? { candidate } : {}
    return { ...route, stable, ...tried }
  }
  const kept = last?.stable === undefined ? undefined : before?.releases.get(last.stable)
  if (last?.stable === undefined || kept === undefined) return route
  releases.set(last.stable, kept)
  return { ...route, stable: last.stable }
}

/** Digests of all content that a snapshot needs. */
export const contentOf = ({ content }: Snapshot): Set<string> =>
  new Set(Object.values(content.releases).flatMap(({ bundle }) => digestsOf(bundle)))

const digestsOf = (bundle: Bundle): string[] =>
  bundle.serve === 'model'
    ? [bundle.artefact]
    : [bundle, ...(bundle.alternatives ?? []), ...(bundle.fallbacks ?? [])].flatMap(
        ({ provider }) => provider.cassette?.digest ?? [],
      )
