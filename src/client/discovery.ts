import { ApiError, isNotFound } from '../api/errors.ts'
import type { Clock } from '../lib/clock.ts'
import type { ResourceLocation } from './client.ts'
import { groupVersionPath } from './location.ts'
import type { Transport } from './transport.ts'

/** Kinds come (a CRD is installed) more often than they go, so what is there is kept longer than what is not. */
const KEEP_MS = 60_000
const LOOK_AGAIN_MS = 2_000

/**
 * What a server has, from its legacy discovery documents (`/api`, `/apis`, `/apis/<group>/<version>`), which every
 * Kubernetes API server answers. Answers are kept for a minute; a missing kind is looked up again after two seconds.
 */
export class Discovery {
  readonly #transport: Transport
  readonly #clock: Clock
  readonly #cache = new Map<string, { at: number; locations: Promise<ResourceLocation[]> }>()

  constructor(transport: Transport, clock: Clock) {
    this.#transport = transport
    this.#clock = clock
  }

  async locate(apiVersion: string, kind: string): Promise<ResourceLocation | undefined> {
    const ofKind = (locations: ResourceLocation[]) => locations.find(location => location.kind === kind)
    return (
      ofKind(await this.#groupVersion(apiVersion, KEEP_MS)) ??
      ofKind(await this.#groupVersion(apiVersion, LOOK_AGAIN_MS))
    )
  }

  /** `apiVersion/Kind` of everything; groups that fail just now (an aggregated API that is down) are left out. */
  async serves(): Promise<ReadonlySet<string>> {
    const [core, groups] = await Promise.all([
      this.#transport.request({ method: 'GET', path: '/api' }) as Promise<{ versions?: string[] }>,
      this.#transport.request({ method: 'GET', path: '/apis' }) as Promise<{
        groups?: { versions?: { groupVersion?: string }[] }[]
      }>,
    ])
    const versions = [
      ...(core.versions ?? []),
      ...(groups.groups ?? []).flatMap(group =>
        (group.versions ?? []).map(({ groupVersion }) => groupVersion),
      ),
    ].filter(version => typeof version === 'string')
    const found = await Promise.allSettled(
      versions.map(version => this.#groupVersion(version, LOOK_AGAIN_MS)),
    )
    return new Set(
      found
        .flatMap(result => (result.status === 'fulfilled' ? result.value : []))
        .map(({ apiVersion, kind }) => `${apiVersion}/${kind}`),
    )
  }

  #groupVersion(apiVersion: string, keepMs: number): Promise<ResourceLocation[]> {
    const known = this.#cache.get(apiVersion)
    if (known && this.#clock.now() - known.at < keepMs) return known.locations
    const locations = this.#fetch(apiVersion)
    this.#cache.set(apiVersion, { at: this.#clock.now(), locations })
    // A failed look-up is not an answer; the next caller asks again.
    locations.catch(() => this.#cache.delete(apiVersion))
    return locations
  }

  async #fetch(apiVersion: string): Promise<ResourceLocation[]> {
    try {
      const list = (await this.#transport.request({ method: 'GET', path: groupVersionPath(apiVersion) })) as {
        resources?: { name?: unknown; kind?: unknown; namespaced?: unknown }[]
      }
      if (!Array.isArray(list?.resources))
        throw new ApiError('InternalError', `discovery of ${apiVersion} has no list of resources`)
      return list.resources.flatMap(({ name, kind, namespaced }) =>
        typeof name === 'string' && typeof kind === 'string' && !name.includes('/')
          ? [{ apiVersion, kind, plural: name, namespaced: namespaced === true }]
          : [],
      )
    } catch (error) {
      if (isNotFound(error)) return []
      throw error
    }
  }
}
