import type { Clock } from '../lib/clock.ts'
import type { Random } from '../lib/random.ts'
import type { Store } from '../store/store.ts'
import type { PolicyCache } from './policies.ts'
import type { Registry } from './served-kind.ts'
import type { StoredObjects } from './stored-object.ts'

/** What verbs and chores work on. */
export interface Backend {
  store: Store
  registry: Registry
  objects: StoredObjects
  clock: Clock
  random: Random
  policies: PolicyCache
}
