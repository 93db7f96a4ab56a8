import { addressIn } from '../address.ts'
import type { Family } from '../family.ts'

const forms =
  /(?:could not|cannot|unable to|failed to|timed? ?out) (?:acquire|obtain|get|borrow|waiting for|check ?out)[^.]{0,60}(?:connection|resource|client|object)?[^.]{0,40}\bpool\b|pool(?:ed)? ?(?:is )?(?:exhaust\w{0,3}|full|depleted|starv\w{0,4})|connection pool[^.]{0,60}(?:exhaust|timeout|timed out|limit|full|empty|depleted)|Connection is not available, request timed out|QueuePool limit|TimeoutError: ResourceRequest timed out|pool\.acquire|PoolTimeout|Timeout waiting for connection from pool|no (?:idle|free|available) connections?|remaining connection slots|waiting for (?:a )?(?:free |available )?connection/i

/** Every connection of a pool is in use. */
export const pool: Family = {
  name: 'connection-pool',
  class: 'dependency',
  words: [
    'pool',
    'connection is not available',
    'no idle connection',
    'no free connection',
    'no available connection',
    'waiting for',
  ],
  read(text) {
    if (!forms.test(text) || (/queue/i.test(text) && addressIn(text) && !/\bpool\b/i.test(text)))
      return undefined
    const waited = /(?:after|in|within) (\d{1,9} ?(?:ms|milliseconds|s|sec|seconds|m)\b)/i.exec(text)?.[1]
    return {
      means: `runs out of ${/database|jdbc|sql|hikari|postgres|mysql|\bdb\b/i.test(text) ? 'database ' : ''}connections: its connection pool is exhausted${waited ? ` and a caller waited ${waited} in vain` : ''}`,
      fix: 'Look for connections that are not given back and for slow queries that hold them; then size the pool to the load and to what the server allows.',
      tells: 0.9,
    }
  },
}
