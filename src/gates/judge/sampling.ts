import { createHash } from 'node:crypto'

/**
 * Whether a call is in a share of all calls. It depends on the call's id and the purpose alone: not on what was said,
 * so that the share stands for the whole, and not on when it is asked, so that a restart draws the same calls.
 * @param purpose shares for different purposes are independent
 * @param percent in [0, 100]
 */
export const isSampled = (call: string, purpose: string, percent: number): boolean =>
  percent >= 100 || placeOf(call, purpose) < percent / 100

/** Where a call stands in a random order of all calls for a purpose, in [0, 1). */
export const placeOf = (call: string, purpose: string): number =>
  createHash('sha256').update(`${purpose}/${call}`).digest().readUInt32BE(0) / 2 ** 32
