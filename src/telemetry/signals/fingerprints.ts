/** 64 bits of a text: two FNV-1a hashes with different beginnings, mixed. Not against people who want collisions. */
export function fingerprintOf(text: string): { high: number; low: number } {
  let low = 0x811c9dc5 | 0
  let high = 0x9e3779b9 | 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    low = Math.imul(low ^ code, 0x01000193)
    high = Math.imul(high ^ code, 0x85ebca6b) ^ (high >>> 15)
  }
  low ^= low >>> 16
  low = Math.imul(low, 0x7feb352d)
  low ^= low >>> 15
  return { high: high ^ (low >>> 7), low }
}

/** A set of fingerprints with open addressing, about 16 bytes each: a Set of texts would take ten times that. */
class Generation {
  #slots = new Int32Array(2 * 4096)
  size = 0
  /** Time of the newest signal in it. */
  newest = -Infinity

  /** Where it is, or the free slot for it. */
  #slot(high: number, low: number): number {
    const mask = this.#slots.length / 2 - 1
    let slot = low & mask
    for (;;) {
      const [a, b] = [this.#slots[2 * slot], this.#slots[2 * slot + 1]]
      if ((a === high && b === low) || (a === 0 && b === 0)) return slot
      slot = (slot + 1) & mask
    }
  }

  has(high: number, low: number): boolean {
    const slot = this.#slot(high, low)
    return this.#slots[2 * slot] === high && this.#slots[2 * slot + 1] === low
  }

  add(high: number, low: number): void {
    if (this.size * 4 > this.#slots.length) this.#grow()
    const slot = this.#slot(high, low)
    this.#slots[2 * slot] = high
    this.#slots[2 * slot + 1] = low
    this.size++
  }

  #grow(): void {
    const old = this.#slots
    this.#slots = new Int32Array(old.length * 2)
    for (let i = 0; i < old.length; i += 2) {
      const [high = 0, low = 0] = [old[i], old[i + 1]]
      if (high === 0 && low === 0) continue
      const slot = this.#slot(high, low)
      this.#slots[2 * slot] = high
      this.#slots[2 * slot + 1] = low
    }
  }
}

/**
 * Remembers which signals were seen, the newest one or two million of them. Of older ones it says that it does not
 * know, and the store looks them up.
 */
export class Fingerprints {
  readonly #capacity: number
  #recent = new Generation()
  #before = new Generation()
  /** Signals up to this time may have been forgotten. */
  #forgotten: number

  constructor({ capacity = 1_000_000, forgotten = -Infinity } = {}) {
    this.#capacity = capacity
    this.#forgotten = forgotten
  }

  /** Remembers it. `unknown`: it is new, or so old that it may have been forgotten. */
  add(text: string, at: number): 'new' | 'seen' | 'unknown' {
    const found = fingerprintOf(text)
    // The empty slot.
    const high = found.high === 0 && found.low === 0 ? 1 : found.high
    const { low } = found
    if (this.#recent.has(high, low) || this.#before.has(high, low)) return 'seen'
    this.#recent.add(high, low)
    this.#recent.newest = Math.max(this.#recent.newest, at)
    if (this.#recent.size >= this.#capacity) {
      this.#forgotten = Math.max(this.#forgotten, this.#before.newest)
      this.#before = this.#recent
      this.#recent = new Generation()
    }
    return at <= this.#forgotten ? 'unknown' : 'new'
  }
}
