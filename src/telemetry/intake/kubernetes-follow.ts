import { ApiError } from '../../api/errors.ts'
import type { Kind, Resource } from '../../api/kind.ts'
import type { Client } from '../../client/client.ts'
import type { Clock } from '../../lib/clock.ts'

export interface FollowOptions {
  client: Client
  kind: Kind
  /** Absent: all namespaces. */
  namespace?: string | undefined
  clock: Clock
  signal: AbortSignal
  /** Goes on after this version, without a list, if the server still can. */
  from?: string | undefined
  /** Everything there is, after each list. */
  listed(objects: Resource[], resourceVersion: string): Promise<void>
  changed(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: Resource): Promise<void>
  /** What keeps it from following; nothing: all is well. */
  trouble(what?: string): void
}

const PAUSE_MS = { first: 500, most: 30_000 }
/** A watch that ends sooner than this counts as failed (client-go's VeryShortWatchError). */
const SHORT_WATCH_MS = 1_000

/**
 * Lists and then watches one kind until `signal` aborts, and waits for what is done with each object before it takes
 * the next. An informer would read ahead of a store that is behind; this lets the server wait.
 */
export async function follow(options: FollowOptions): Promise<void> {
  const { kind, clock, signal, trouble } = options
  const reached: Reached = { version: options.from ?? '', failures: 0, expired: false }
  while (!signal.aborted) {
    try {
      await listAndWatch(options, reached)
    } catch (error) {
      if (signal.aborted) return
      if (error instanceof ApiError && error.reason === 'Expired') {
        reached.version = ''
        // The list that the first of them asks for need not wait.
        reached.failures = reached.expired ? reached.failures + 1 : 0
        reached.expired = true
      } else {
        trouble(`${kind.plural}: ${error instanceof Error ? error.message : String(error)}`)
        reached.failures++
      }
    }
    if (reached.failures > 0) await rest(clock, reached.failures, signal)
  }
}

interface Reached {
  version: string
  failures: number
  /** The last answer was that the version is too old. */
  expired: boolean
}

async function listAndWatch(options: FollowOptions, reached: Reached): Promise<void> {
  const { client, kind, namespace, clock, signal, listed, changed, trouble } = options
  const where = namespace === undefined ? {} : { namespace }
  if (reached.version === '') {
    const list = await client.list(kind, where)
    if (signal.aborted) return
    await listed(list.items as unknown as Resource[], list.resourceVersion)
    reached.version = list.resourceVersion
  }
  trouble()
  const began = clock.now()
  for await (const event of client.watch(kind, { ...where, resourceVersion: reached.version, signal })) {
    if (signal.aborted) return
    reached.failures = 0
    reached.expired = false
    if (event.type === 'BOOKMARK') reached.version = event.resourceVersion
    else {
      const object = event.object as unknown as Resource
      await changed(event.type, object)
      reached.version = object.metadata.resourceVersion ?? reached.version
    }
  }
  reached.failures = clock.now() - began < SHORT_WATCH_MS ? reached.failures + 1 : 0
}

const rest = (clock: Clock, failures: number, signal: AbortSignal): Promise<void> =>
  clock.sleep(Math.min(PAUSE_MS.most, PAUSE_MS.first * 2 ** Math.min(failures - 1, 10)), signal).catch(() => {
    // Closed: the loop ends.
  })
