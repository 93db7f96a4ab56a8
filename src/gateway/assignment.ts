import { hash } from 'node:crypto'
import type { RouteSnapshot } from './snapshot.ts'

/** Which release answers a call, and what the call counts as. */
export interface Assignment {
  arm: 'stable' | 'candidate'
  /** Key into the snapshot's releases. */
  release: string
  /** Unit of statistics, 16 hexadecimal digits. */
  unit: string
}

/** What a call says of its session. */
export interface Caller {
  /** The call's id. */
  call: string
  accessKey: string
  /** Header `x-keelway-session`. */
  session?: string | undefined
  /** The request's field `user`. */
  user?: string | undefined
}

/**
 * Sticky assignment: the unit is a hash of route and session, its first 32 bits scaled to [0, 100) are the bucket,
 * and buckets below the weight get the candidate. A session therefore stays with the candidate while the weight rises,
 * on every gateway, without any shared state.
 */
export function assign(route: RouteSnapshot, caller: Caller): Assignment | undefined {
  const session = route.unit === 'call' ? `call:${caller.call}` : sessionOf(caller)
  const unit = hash('sha256', `${route.namespace}/${route.name}\0${session}`).slice(0, 16)
  const { candidate, stable } = route
  if (candidate && candidate.weight > 0 && bucketOf(unit) < candidate.weight)
    return { arm: 'candidate', release: candidate.release, unit }
  return stable === undefined ? undefined : { arm: 'stable', release: stable, unit }
}

/** In [0, 100). */
export const bucketOf = (unit: string): number => (Number.parseInt(unit.slice(0, 8), 16) / 0x100000000) * 100

function sessionOf({ session, accessKey, user, call }: Caller): string {
  if (session) return `session:${session}`
  return user ? `user:${accessKey}/${user}` : `call:${call}`
}
