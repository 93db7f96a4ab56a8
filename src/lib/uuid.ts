import { randomFillSync } from 'node:crypto'
import type { Clock } from './clock.ts'

/** One draw from the system is dear, so random bytes come from a pool that each id uses 16 of once. */
const pool = Buffer.alloc(16 * 256)
let used = pool.length

/** UUID version 7 (RFC 9562 §5.7): sorts by its creation time in milliseconds. */
export function uuidv7(clock: Clock): string {
  if (used === pool.length) {
    randomFillSync(pool)
    used = 0
  }
  const bytes = pool.subarray(used, used + 16)
  used += 16
  bytes.writeUIntBE(clock.now(), 0, 6)
  bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f)
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f)
  const hex = bytes.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
