import type { Resource } from '../../api/kind.ts'
import type { Informer } from '../../client/informer.ts'
import { isLater } from '../../client/resource-version.ts'

/** Expectations older than this are dropped: better an old cache than an object that is never looked at again. */
export const EXPECTATION_MS = 30_000

/**
 * Read your own writes: what calls for a key wrote, until the cache shows it. A key with open expectations is not
 * reconciled, or it would act on a state older than its own deeds and do them twice.
 * (kube-controller-manager's ControllerExpectations, by version instead of by count.)
 */
export class Expectations {
  readonly #open = new Map<string, { met: () => boolean; since: number }[]>()

  /** The key's call wrote an object that is now at `version`. */
  written(key: string, informer: Informer, version: string, now: number): void {
    this.#add(key, () => !isLater(version, informer.resourceVersion()), now)
  }

  /** The key's call deleted an object. */
  deleted(key: string, informer: Informer, object: Resource, now: number): void {
    const { name, namespace, uid } = object.metadata
    const met = () => {
      const cached = informer.get(name, namespace)
      return cached?.metadata.uid !== uid || cached?.metadata.deletionTimestamp !== undefined
    }
    this.#add(key, met, now)
  }

  /** Whether something the key wrote is not in the cache yet. */
  open(key: string, now: number): boolean {
    const left = this.#open.get(key)?.filter(({ met, since }) => now - since < EXPECTATION_MS && !met())
    if (left?.length) this.#open.set(key, left)
    else this.#open.delete(key)
    return left !== undefined && left.length > 0
  }

  forget(key: string): void {
    this.#open.delete(key)
  }

  #add(key: string, met: () => boolean, now: number): void {
    if (met()) return
    this.#open.set(key, [...(this.#open.get(key) ?? []), { met, since: now }])
  }
}
