import { Word } from './scanner.ts'
import { isValueSlot, type Slot } from './slot.ts'
import type { Tables } from './tables.ts'
import { highOpened, keyOf, lowOpened, openAt, type Template } from './template.ts'

const maxRounds = 8

/** Told for each template that became part of another, and for each that got another id: what was its id. */
export type Joined = (oldId: string, into: Template) => void

/**
 * Joins templates that differ in a value only, which is what Brain's longest common patterns come to (Yu et al., TSC 2023).
 * @returns how many there are less
 */
export function mergeTemplates(tables: Tables, joined: Joined): number {
  let merged = 0
  for (const templates of [...tables.lengths()]) {
    let live = templates
    for (let round = 0; round < maxRounds && live.length > 1; round++) {
      for (const slot of slotsOf(live)) {
        const left = { ...slot, templates: slot.templates.filter(({ into }) => !into) }
        if (left.templates.length > 1 && isValueSlot(left)) join(tables, left, joined)
      }
      const rest = live.filter(({ into }) => !into)
      merged += live.length - rest.length
      if (rest.length === live.length) break
      live = rest
    }
  }
  return merged
}

function join(tables: Tables, { index, templates }: Slot, joined: Joined): void {
  const [into, ...others] = [...templates].sort((a, b) => a.first - b.first)
  if (!into) return
  for (const template of templates) tables.remove(template)
  const ids = templates.map(({ id }) => id)
  openAt(into, [index, ...others.flatMap(({ open }) => open)])
  for (const other of others) absorb(into, other)
  tables.add(into)
  for (const id of ids) joined(id, into)
}

function absorb(into: Template, other: Template): void {
  into.count += other.count
  into.last = Math.max(into.last, other.last)
  other.levels.forEach((lines, level) => {
    into.levels[level] = (into.levels[level] ?? 0) + lines
  })
  other.into = into
}

/** Positions where several templates differ while they are equal elsewhere, those with most templates first. */
function slotsOf(templates: readonly Template[]): Slot[] {
  const seen = new Map<number, Template | (Slot & { templates: Template[] })>()
  const slots: Slot[] = []
  for (const template of templates) {
    for (let index = 0; index < template.tokens.length; index++) {
      if (template.kinds[index] === Word && !/\p{L}/u.test(template.tokens[index] ?? '')) continue
      const hash = template.hashes[index] as number
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
