import type { Resource } from '../../api/kind.ts'
import type { ProposalDraft } from '../../api/kinds/proposal.ts'
import { isObject, partsOf, pointer, sameValue, valueAt } from './pointer.ts'

export type Operation = NonNullable<ProposalDraft['changes'][number]['operations']>[number]

/** A tested value longer than this tells no more than a part of it would. */
const tested = 2000

/**
 * Changes of one declared object as operations of RFC 6902. Each begins with `test` of what was seen, so that it is void
 * when Git says something else by then.
 */
export class Edit {
  readonly #declared: Resource
  readonly #made = new Map<string, unknown>()
  readonly #tests: Operation[] = []
  readonly #writes: Operation[] = []

  constructor(declared: Resource) {
    this.#declared = declared
  }

  /** Adds or replaces a value; parents that are missing are made. Nothing happens where it says so already. */
  set(path: string, value: unknown): this {
    const seen = valueAt(this.#declared, path)
    if (sameValue(seen, value)) return this
    if (seen !== undefined) {
      this.test(path)
      this.#writes.push({ op: 'replace', path, value })
      return this
    }
    const parts = partsOf(path)
    for (let length = 1; length < parts.length; length++) {
      const parent = pointer(...parts.slice(0, length))
      const there = valueAt(this.#declared, parent)
      if ((there !== undefined && there !== null) || this.#made.has(parent)) continue
      // A key without a value (`resources:`) is null in YAML.
      if (there === null) this.test(parent)
      else this.#testParentOf(parent)
      this.#made.set(parent, true)
      this.#writes.push({ op: there === null ? 'replace' : 'add', path: parent, value: {} })
    }
    if (![...this.#made.keys()].some(made => path.startsWith(`${made}/`))) this.#testParentOf(path)
    this.#writes.push({ op: 'add', path, value })
    return this
  }

  remove(path: string): this {
    if (valueAt(this.#declared, path) === undefined) return this
    this.test(path)
    this.#writes.push({ op: 'remove', path })
    return this
  }

  /** Makes the edit void when another value stands there by then; of long values, of their name. */
  test(path: string): this {
    const value = valueAt(this.#declared, path)
    const known = this.#tests.some(operation => operation.path === path)
    if (known || value === undefined) return this
    if (JSON.stringify(value).length <= tested) this.#tests.push({ op: 'test', path, value })
    else if (isObject(value) && typeof value.name === 'string') this.test(`${path}/name`)
    return this
  }

  /** What a value is added to has to be what it was: with the value there already, it is not. */
  #testParentOf(path: string): void {
    const parts = partsOf(path).slice(0, -1)
    if (parts.length === 0) this.test('/metadata/name')
    else this.test(pointer(...parts))
    if (this.#tests.length === 0) this.test('/metadata/name')
  }

  get empty(): boolean {
    return this.#writes.length === 0
  }

  /** Tests first: nothing is written unless all of them hold. */
  get operations(): Operation[] {
    return [...this.#tests, ...this.#writes]
  }
}
