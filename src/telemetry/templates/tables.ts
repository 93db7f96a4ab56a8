import { highOpened, keyOf, lowOpened, type Template } from './template.ts'

interface Table {
  open: readonly number[]
  templates: Map<number, Template>
}

/**
 * Finds the template of a line: by number of tokens, then by the positions that are open, then by the hash of all other
 * tokens. A tree of fixed depth as Drain's (He et al., ICWS 2017), whose leaves are exact: nothing is compared by similarity.
 */
export class Tables {
  readonly #lengths = new Map<number, Table[]>()
  size = 0

  add(template: Template): void {
    const tables = this.#lengths.get(template.hashes.length) ?? []
    this.#lengths.set(template.hashes.length, tables)
    const name = template.open.join()
    let table = tables.find(({ open }) => open.join() === name)
    if (!table) {
      table = { open: template.open, templates: new Map() }
      tables.push(table)
      tables.sort((a, b) => a.open.length - b.open.length || (a.open.join() < b.open.join() ? -1 : 1))
    }
    const key = keyOf(template.low, template.high)
    if (!table.templates.has(key)) this.size++
    table.templates.set(key, template)
  }

  remove(template: Template): void {
    const tables = this.#lengths.get(template.hashes.length)
    const name = template.open.join()
    const at = tables?.findIndex(({ open }) => open.join() === name) ?? -1
    const table = tables?.[at]
    if (!tables || !table) return
    const key = keyOf(template.low, template.high)
    if (table.templates.get(key) !== template) return
    table.templates.delete(key)
    this.size--
    if (table.templates.size === 0) tables.splice(at, 1)
  }

  /** The template with the fewest open positions that the line fits. */
  find(like: Pick<Template, 'hashes' | 'low' | 'high'>): Template | undefined {
    for (const { open, templates } of this.#lengths.get(like.hashes.length) ?? []) {
      let { low, high } = like
      for (const index of open) {
        low = lowOpened(low, like.hashes[index] ?? 0, index)
        high = highOpened(high, like.hashes[index] ?? 0, index)
      }
      const found = templates.get(keyOf(low, high))
      if (found) return found
    }
    return undefined
  }

  *[Symbol.iterator](): Generator<Template> {
    for (const templates of this.lengths()) yield* templates
  }

  /** All templates with one number of tokens, for each such number. */
  *lengths(): Generator<Template[]> {
    for (const tables of this.#lengths.values())
      yield tables.flatMap(({ templates }) => [...templates.values()])
  }
}
