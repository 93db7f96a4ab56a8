import { resourceKey } from './identity.ts'
import { type Cell, type ColumnBatch, type DictionaryTable, dictionaries } from './schema.ts'
import type { Resource } from './signal.ts'

/** Most rows of each dictionary: what comes after shares one row, so that ids in names can not fill memory. */
const limits: Record<DictionaryTable, number> = {
  resources: 200_000,
  names: 100_000,
  series: 1_000_000,
  templates: 100_000,
}

/** What stands for everything that found no room (`otel.metric.overflow` of OpenTelemetry is the same idea). */
export const overflow = '(other)'

/** Numbers for values that repeat. A number is given at once; its row is written with the next batch. */
class Dictionary {
  readonly #ids = new Map<string, number>()
  readonly #table: DictionaryTable
  #unsaved: Cell[][] = []
  #next = 1

  constructor(table: DictionaryTable) {
    this.#table = table
  }

  find(key: string): number | undefined {
    return this.#ids.get(key)
  }

  full(): boolean {
    return this.#ids.size >= limits[this.#table]
  }

  add(key: string, row: readonly Cell[]): number {
    const id = this.#next++
    this.#ids.set(key, id)
    this.#unsaved.push([id, ...row])
    return id
  }

  load(key: string, id: number): void {
    this.#ids.set(key, id)
    this.#next = Math.max(this.#next, id + 1)
  }

  unsaved(): ColumnBatch {
    const columns = Object.keys(dictionaries[this.#table]).map((_, i) =>
      this.#unsaved.map(row => row[i] ?? null),
    )
    return { table: this.#table, rows: this.#unsaved.length, columns }
  }

  saved(rows: number): void {
    this.#unsaved = this.#unsaved.slice(rows)
  }
}

export interface StoredSeries {
  name: string
  unit: string
  type: string
  attributes: string
}

export class Dictionaries {
  readonly #tables = {
    resources: new Dictionary('resources'),
    names: new Dictionary('names'),
    series: new Dictionary('series'),
    templates: new Dictionary('templates'),
  }
  /** Sources hand in one object for many signals. */
  #known = new WeakMap<Resource, number>()

  resource(resource: Resource): number {
    const known = this.#known.get(resource)
    if (known !== undefined) return known
    const id = this.#resourceId(resource)
    this.#known.set(resource, id)
    return id
  }

  #resourceId(resource: Resource): number {
    const { resources } = this.#tables
    const bounded = boundedResource(resource)
    const key = resourceKey(bounded)
    const found = resources.find(key)
    if (found !== undefined) return found
    const { service, namespace, workload, version, instance } = bounded
    if (resources.full())
      return instance !== undefined
        ? this.#resourceId({ ...bounded, instance: undefined } as unknown as Resource)
        : (resources.find(resourceKey({ service: overflow })) ??
            resources.add(resourceKey({ service: overflow }), [null, overflow, null, null, null, null]))
    const row = [service, namespace ?? null, workload ?? null, version ?? null]
    const { instance: _, ...plain } = bounded
    const parent = instance === undefined ? null : this.#resourceId(plain)
    return resources.add(key, [parent, ...row, instance ?? null])
  }

  name(text: string): number {
    const { names } = this.#tables
    const name = text.length > 256 ? text.slice(0, 256) : text
    const found = names.find(name)
    if (found !== undefined) return found
    if (names.full() && name !== overflow) return names.find(overflow) ?? names.add(overflow, [overflow])
    return names.add(name, [clean(name)])
  }

  series(resource: number, { name, unit, type, attributes }: StoredSeries): number {
    const { series } = this.#tables
    const key = `${resource}\n${name}\n${attributes}`
    const found = series.find(key)
    if (found !== undefined) return found
    const overflown = '{"otel.metric.overflow":true}'
    if (series.full() && attributes !== overflown)
      return this.series(resource, { name, unit, type, attributes: overflown })
    return series.add(key, [resource, clean(name), clean(unit), type, attributes])
  }

  template(hash: string, template: string, example: string): number {
    const { templates } = this.#tables
    const found = templates.find(hash)
    if (found !== undefined) return found
    if (templates.full() && hash !== overflow) return this.template(overflow, overflow, '')
    return templates.add(hash, [clean(hash), clean(template), clean(example.slice(0, 1024))])
  }

  load(table: DictionaryTable, row: Readonly<Record<string, Cell>>): void {
    this.#tables[table].load(keyOfRow(table, row), Number(row.id))
  }

  /** Rows to write before those that mention them; call `saved` when they are. */
  unsaved(): ColumnBatch[] {
    return Object.values(this.#tables).map(table => table.unsaved())
  }

  saved(batches: readonly ColumnBatch[]): void {
    for (const { table, rows } of batches)
      if (table in dictionaries) this.#tables[table as DictionaryTable].saved(rows)
  }
}

export function keyOfRow(table: DictionaryTable, row: Readonly<Record<string, Cell>>): string {
  const text = (name: string) => String(row[name] ?? '')
  switch (table) {
    case 'resources':
      return ['service', 'namespace', 'workload', 'version', 'instance'].map(text).join('\n')
    case 'names':
      return text('name')
    case 'series':
      return `${text('resource')}\n${text('name')}\n${text('attributes')}`
    case 'templates':
      return text('hash')
  }
}

const boundedResource = (resource: Resource): Resource => {
  const part = (name: keyof Resource) => {
    const text = resource[name]
    return text === undefined || text === ''
      ? {}
      : { [name]: clean(text.slice(0, 256)).replaceAll('\n', ' ') }
  }
  return {
    service: '',
    ...part('service'),
    ...part('namespace'),
    ...part('workload'),
    ...part('version'),
    ...part('instance'),
  }
}

/** Half a surrogate pair and NUL are text in JavaScript and in no database. */
export function clean(text: string): string {
  const whole = text.isWellFormed() ? text : text.toWellFormed()
  return whole.includes('\0') ? whole.replaceAll('\0', '\ufffd') : whole
}
