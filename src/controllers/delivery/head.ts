import { Secret } from '../../api/kinds/core.ts'
import { type Commit, GitError, type Remote } from '../../git/git.ts'
import { remoteOf } from '../../git/remote.ts'
import { digestOfValue } from '../../lib/digest.ts'
import { parseDuration } from '../../lib/duration.ts'
import { SYNC_REQUESTED } from './hook.ts'
import type { Memory, Work } from './memory.ts'

const RETRY_MS = 2000
const MAX_RETRY_MS = 60_000

export interface Fetched {
  remote: Remote
  /** The newest commit known; absent when it could never be fetched. */
  head?: Commit
  fault?: string
  /** Milliseconds until it is fetched again. */
  nextMs: number
}

/** The newest commit, asked of the repository only when it is time to. */
export async function fetchHead(work: Work, signal: AbortSignal): Promise<Fetched> {
  const { delivery, context, git, memory } = work
  const { spec, metadata } = delivery
  const secret = spec.credentials && context.informer(Secret).get(spec.credentials.name, metadata.namespace)
  const remote = remoteOf(delivery, secret)
  const intervalMs = Math.max(1000, parseDuration(spec.interval))
  const now = context.clock.now()
  const wanted = digestOfValue([
    spec.repository,
    spec.ref,
    secret?.metadata.resourceVersion,
    metadata.annotations?.[SYNC_REQUESTED],
  ])
  const waitMs = memory.fetchFailures > 0 ? Math.min(intervalMs, backOff(memory.fetchFailures)) : intervalMs
  const same = memory.fetchedFor === wanted
  const known = ({ head, fault }: Memory) => ({
    ...(head && { head }),
    ...(fault !== undefined && { fault }),
  })
  if (same && now - memory.fetchedAt < waitMs)
    return { remote, ...known(memory), nextMs: memory.fetchedAt + waitMs - now }
  if (!same) delete memory.head
  Object.assign(memory, { fetchedFor: wanted, fetchedAt: now })
  try {
    if (spec.credentials && !secret)
      throw new GitError(`Secret ${spec.credentials.name}, named in spec.credentials, is not there`, false)
    memory.head = await git.fetch(remote, signal)
    memory.fetchFailures = 0
    delete memory.fault
    return { remote, head: memory.head, nextMs: intervalMs }
  } catch (error) {
    context.signal.throwIfAborted()
    if (!(error instanceof GitError) && !signal.aborted) throw error
    memory.fetchFailures++
    memory.fault = error instanceof Error ? error.message : String(error)
    return { remote, ...known(memory), nextMs: Math.min(intervalMs, backOff(memory.fetchFailures)) }
  }
}

/** Milliseconds to wait after so many failures in a row. */
export const backOff = (failures: number): number =>
  Math.min(MAX_RETRY_MS, RETRY_MS * 2 ** Math.min(failures, 10))
