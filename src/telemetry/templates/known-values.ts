import { Word } from './scanner.ts'
import type { Template } from './template.ts'

const maxPlaces = 512
const maxValues = 256

/** Words that turned out to be values, by the word before them: `user` has been followed by `root`, `git` and others. */
export class KnownValues {
  readonly #places: Map<number, Set<number>>

  constructor(known: Iterable<readonly [number, readonly number[]]> = []) {
    this.#places = new Map(Array.from(known, ([place, values]) => [place, new Set(values)]))
  }

  add({ kinds, hashes }: Template, index: number): void {
    const place = hashes[index - 1]
    if (place === undefined || kinds[index - 1] !== Word || kinds[index] !== Word) return
    const values = this.#places.get(place) ?? new Set()
    if (values.size < maxValues) values.add(hashes[index] ?? 0)
    if (this.#places.size < maxPlaces) this.#places.set(place, values)
  }

  has({ kinds, hashes }: Template, index: number): boolean {
    return (
      kinds[index - 1] === Word &&
      (this.#places.get(hashes[index - 1] ?? 0)?.has(hashes[index] ?? 0) ?? false)
    )
  }

  entries(): [number, number[]][] {
    return Array.from(this.#places, ([place, values]) => [place, [...values]])
  }
}
