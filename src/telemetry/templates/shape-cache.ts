import type { Template } from './template.ts'

const size = 1 << 16

/** Remembers the template of lines by their hash. A fixed size: of two lines that fall on one place the later stays. */
export class ShapeCache {
  readonly #lows = new Int32Array(size)
  readonly #highs = new Int32Array(size)
  readonly #templates: (Template | undefined)[] = new Array(size).fill(undefined)

  get(low: number, high: number): Template | undefined {
    const at = (low ^ (high >>> 7)) & (size - 1)
    return this.#lows[at] === low && this.#highs[at] === high ? this.#templates[at] : undefined
  }

  set(low: number, high: number, template: Template): void {
    const at = (low ^ (high >>> 7)) & (size - 1)
    this.#lows[at] = low
    this.#highs[at] = high
    this.#templates[at] = template
  }

  /** Lets go of templates that are none any more, which it would keep in memory. */
  sweep(): void {
    for (let at = 0; at < size; at++) {
      const template = this.#templates[at]
      if (template !== undefined && (template.dropped || template.into)) this.#templates[at] = undefined
    }
  }
}
