import type { Change } from './store.ts'

const capacity = 1024
/** UTF-16 code units of values a ring may hold. */
const largestVolume = 8 * 1024 * 1024

/** The last changes of one resource in memory, so that a watch that resumes soon costs no reads. */
export class EventRing {
  #changes: Change[] = []
  #volume = 0
  /** The ring holds every change of its resource after this revision. */
  #base: number

  constructor(base: number) {
    this.#base = base
  }

  push(change: Change): void {
    this.#changes.push(change)
    this.#volume += volume(change)
    while (this.#changes.length > capacity || (this.#volume > largestVolume && this.#changes.length > 1))
      this.#dropHalf()
  }

  /** Changes after `revision`, or undefined when the ring no longer holds them all. */
  after(revision: number, limit: number): Change[] | undefined {
    if (revision < this.#base) return undefined
    let [low, high] = [0, this.#changes.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#changes[middle]?.entry.revision ?? 0) > revision) high = middle
      else low = middle + 1
    }
    return this.#changes.slice(low, low + limit)
  }

  /** Halves, so that the cost of moving the rest is shared by many pushes. */
  #dropHalf(): void {
    const dropped = this.#changes.splice(0, this.#changes.length >> 1)
    for (const change of dropped) this.#volume -= volume(change)
    this.#base = dropped.at(-1)?.entry.revision ?? this.#base
  }
}

const volume = ({ entry, previous = '' }: Change): number => entry.value.length + previous.length
