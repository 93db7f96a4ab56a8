import type { KnownValues } from './known-values.ts'
import { listsOf } from './list.ts'
import { Mark, Word } from './scanner.ts'
import { areValues, isValueSlot, type Slot } from './slot.ts'
import type { Tables } from './tables.ts'
import { highOpened, keyOf, lowOpened, openAt, type Template } from './template.ts'

const maxRounds = 8
/** Equals sign: what follows it in a line is the value of a key. */
const equals = 61
/** How many templates may have a word at its place for it to count as rare there; tried one after the other. */
const rarities = [1, 3, 10]
/** Fewest templates that tell that the values of keys, or words that are rare at their place, are values. */
const leastKeyed = 4
const leastRare = 8

/** What a merge works on, and whom it tells about ids. */
export interface Merging {
  tables: Tables
  known: KnownValues
  /** Called with the former id of each template that became part of another or got another id. */
  joined(formerId: string, into: Template): void
}

/**
 * Joins templates that differ in values only, which is what Brain's longest common patterns come to (Yu et al., TSC 2023):
 * at one position, at all values of keys, at all words that are rare at their place, or in one list.
 * @returns how many templates there are less
 */
export function mergeTemplates(merging: Merging): number {
  const before = merging.tables.size
  // What is learned about values at one length may settle a question at another.
  for (let round = 0, size = -1; round < 2 && size !== merging.tables.size; round++) {
    size = merging.tables.size
    for (const templates of [...merging.tables.lengths()]) {
      const rest = mergeSlots(merging, templates)
      mergeGroups(merging, rest, keyed, leastKeyed)
      const counts = countsOf(rest)
      for (const most of rarities) mergeGroups(merging, rest.filter(isLive), rareIn(counts, most), leastRare)
    }
  }
  mergeLists(merging)
  return before - merging.tables.size
}

const isLive = ({ into }: Template): boolean => into === undefined

/** Joins templates that differ at one position, until there is no more to join; answers what is left. */
function mergeSlots(merging: Merging, templates: Template[]): Template[] {
  let live = templates
  for (let round = 0; round < maxRounds; round++) {
    for (const { index, templates: all } of slotsOf(live)) {
      const slot = { index, templates: all.filter(isLive) }
      if (slot.templates.length > 1 && isValueSlot(slot, merging.known))
        join(merging, [index], slot.templates)
    }
    const rest = live.filter(isLive)
    if (rest.length === live.length) break
    live = rest
  }
  return live
}

/** Positions where several templates differ while they are equal elsewhere, those with most templates first. */
function slotsOf(templates: readonly Template[]): Slot[] {
  const seen = new Map<number, Template | (Slot & { templates: Template[] })>()
  const slots: Slot[] = []
  for (const template of templates) {
    for (let index = 0; index < template.hashes.length; index++) {
      if (template.kinds[index] === Mark) continue
      const hash = template.hashes[index] ?? 0
      const key = keyOf(
        lowOpened(template.low, hash, index) ^ (index + 1),
        highOpened(template.high, hash, index) ^ Math.imul(index + 1, 0x9e3779b1),
      )
      const found = seen.get(key)
      if (!found) seen.set(key, template)
      else if ('index' in found) found.templates.push(template)
      else {
        const slot = { index, templates: [found, template] }
        seen.set(key, slot)
        slots.push(slot)
      }
    }
  }
  return slots.sort((a, b) => b.templates.length - a.templates.length || a.index - b.index)
}

type Positions = (template: Template) => number[]

/** Joins templates that are equal but for the positions that the function gives for each. */
function mergeGroups(
  merging: Merging,
  templates: readonly Template[],
  positionsOf: Positions,
  least: number,
): void {
  const groups = new Map<string, { positions: number[]; templates: Template[] }>()
  for (const template of templates) {
    const positions = positionsOf(template)
    if (positions.length === 0 || 2 * positions.length > template.hashes.length) continue
    let { low, high } = template
    for (const index of positions) {
      low = lowOpened(low, template.hashes[index] ?? 0, index)
      high = highOpened(high, template.hashes[index] ?? 0, index)
    }
    const key = `${keyOf(low, high)} ${positions.join()}`
    const group = groups.get(key)
    if (group) group.templates.push(template)
    else groups.set(key, { positions, templates: [template] })
  }
  for (const group of groups.values()) {
    if (group.templates.length < least) continue
    const varying = group.positions.filter(
      i => new Set(group.templates.map(({ hashes }) => hashes[i])).size > 1,
    )
    if (areValues(group.positions, varying, group.templates, least)) join(merging, varying, group.templates)
  }
}

const keyed: Positions = ({ kinds, hashes }) =>
  kinds.flatMap((kind, i) => (kind === Word && hashes[i - 1] === equals ? [i] : []))

/** How many templates have a word at its place. */
function countsOf(templates: readonly Template[]): Map<number, number> {
  const counts = new Map<number, number>()
  for (const { hashes } of templates) {
    for (let i = 0; i < hashes.length; i++) {
      const key = keyOf(hashes[i] ?? 0, i)
      counts.set(key, (counts.get(key) ?? 0) + 1)
    }
  }
  return counts
}

const rareIn =
  (counts: ReadonlyMap<number, number>, most: number): Positions =>
  ({ kinds, hashes }) =>
    kinds.flatMap((kind, i) =>
      kind === Word && (counts.get(keyOf(hashes[i] ?? 0, i)) ?? 0) <= most ? [i] : [],
    )

/** Joins templates that differ in one list only. */
function mergeLists({ tables, joined }: Merging): void {
  for (const { templates, reduced } of listsOf(tables)) {
    const left = templates.filter(isLive)
    if (left.length < 2) continue
    for (const template of left) tables.remove(template)
    const same = tables.find(reduced)
    const into = same ?? {
      ...reduced,
      count: 0,
      levels: reduced.levels.map(() => 0),
      first: left[0]?.first ?? 0,
    }
    into.lists = union([into, reduced].map(({ lists }) => lists))
    for (const template of left) absorb(into, template)
    if (!same) tables.add(into)
    for (const { id } of left) joined(id, into)
  }
}

function join(
  { tables, known, joined }: Merging,
  positions: readonly number[],
  templates: readonly Template[],
): void {
  const [into, ...others] = [...templates].sort((a, b) => a.first - b.first)
  if (!into) return
  const ids = templates.map(({ id }) => id)
  for (const template of templates) {
    tables.remove(template)
    for (const index of positions) known.add(template, index)
  }
  into.lists = union(templates.map(({ lists }) => lists))
  openAt(into, union([positions, ...others.map(({ open }) => open)]))
  for (const other of others) absorb(into, other)
  // One that had a value there from the start may be equal now.
  const twin = tables.find(into)
  if (twin?.id === into.id) {
    tables.remove(twin)
    absorb(into, twin)
  }
  tables.add(into)
  for (const id of ids) joined(id, into)
}

function absorb(into: Template, other: Template): void {
  into.count += other.count
  into.first = Math.min(into.first, other.first)
  into.last = Math.max(into.last, other.last)
  other.levels.forEach((lines, level) => {
    into.levels[level] = (into.levels[level] ?? 0) + lines
  })
  other.into = into
}

const union = (lists: readonly (readonly number[])[]): number[] =>
  [...new Set(lists.flat())].sort((a, b) => a - b)
