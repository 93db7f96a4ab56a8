import { z } from 'zod'
import type { Skill } from '../skill.ts'
import type { When } from './moments.ts'
import type { FoundName } from './names.ts'
import { type SlotKind, slotKindOf, thingsOf } from './slot.ts'
import type { Slots } from './slots.ts'
import { lengthWords, momentWords } from './wall-text.ts'

/** A skill's input as far as the words say it. */
export interface Filled {
  input: Readonly<Record<string, unknown>>
  /** In words, by field: `service checkout`, `since 12:00 UTC`. */
  said: readonly string[]
  /** What was taken for something, or not used. */
  notes: readonly string[]
}

export interface Filling {
  when: When
  /** `Kind/namespace/name` of objects, by name in lower case. */
  objects: Readonly<Record<string, readonly string[]>>
}

/** The fields of a skill's input, in order. */
export const fieldsOf = ({ input }: Pick<Skill, 'input'>): Readonly<Record<string, z.ZodType>> =>
  input instanceof z.ZodObject ? (input.shape as Record<string, z.ZodType>) : {}

interface Form {
  fields: Readonly<Record<string, z.ZodType>>
  filling: Filling
  notes: string[]
  /** Writes the first value that the field's schema takes; false when it takes none or is filled. */
  set(field: string, values: readonly unknown[], words: string): boolean
  of(kind: SlotKind): string[]
}

/** Fills what a skill takes with what a question says; whether that is enough is for the skill's input to say. */
export function filled(skill: Pick<Skill, 'input'>, slots: Slots, filling: Filling): Filled {
  const fields = fieldsOf(skill)
  const [input, said, notes]: [Record<string, unknown>, string[], string[]] = [{}, [], []]
  const form: Form = {
    fields,
    filling,
    notes,
    set(field, values, words) {
      const value = values.find(candidate => fields[field]?.safeParse(candidate).success)
      if (value === undefined || Object.hasOwn(input, field)) return false
      input[field] = value
      said.push(`${field} ${words}`)
      return true
    },
    // A field that is said by its name goes first: `raise max to 12`.
    of: kind =>
      Object.keys(fields)
        .filter(field => slotKindOf(field) === kind)
        .sort((a, b) => Number(isWord(b, slots)) - Number(isWord(a, slots))),
  }
  fillNames(form, slots)
  fillTimes(form, slots)
  fillAmounts(form, slots)
  for (const [field, schema] of Object.entries(fields)) {
    const word = wordsOf(schema).find(option =>
      slots.tokens.some(({ text }) => text === option.toLowerCase()),
    )
    if (word !== undefined) form.set(field, [word], word)
  }
  return { input, said, notes }
}

function fillNames({ fields, filling, notes, set, of }: Form, { names, commits }: Slots): void {
  for (const name of names.found) {
    if (name.written !== undefined) notes.push(`I took "${name.written}" for ${name.name}.`)
    const placed = placesOf(name, fields).some(field => set(field, spellings(name, filling), name.name))
    if (!placed && !name.things.includes('namespace')) notes.push(`I did not use ${name.name}.`)
  }
  for (const { revision } of commits.slice(0, 1))
    if (!of('commit').some(field => set(field, [revision], revision.slice(0, 12))))
      notes.push(`I did not use commit ${revision.slice(0, 12)}.`)
}

function fillTimes({ filling: { when }, notes, set, of }: Form, { times }: Slots): void {
  const { since, until, duration } = times
  const began =
    since !== undefined && of('since').some(field => set(field, momentForms(since), momentWords(since, when)))
  if (until !== undefined && (began || since === undefined))
    of('until').some(field => set(field, momentForms(until), momentWords(until, when)))
  const long =
    !began &&
    duration !== undefined &&
    of('duration').some(field => set(field, lengthForms(field, duration), lengthWords(duration)))
  if (since !== undefined && !began && !long)
    notes.push(`I did not use the time ${momentWords(since, when)}.`)
}

function fillAmounts({ notes, set, of }: Form, { amounts }: Slots): void {
  for (const { kind, text, value, relative } of amounts) {
    if (relative) {
      notes.push(`"${text}" says how much more or less; say the number that you want.`)
      continue
    }
    const forms = kind === 'quantity' ? [text, value] : [value, text]
    if (
      !amountKinds(kind)
        .flatMap(of)
        .some(field => set(field, forms, text))
    )
      notes.push(`I did not use ${text}.`)
  }
}

/** Fields that a name may go to, the best first; of equals those that have to be filled. */
function placesOf({ things }: FoundName, fields: Form['fields']): string[] {
  const names = Object.keys(fields)
  if (things.includes('incident')) return names.filter(field => slotKindOf(field) === 'incident')
  if (things.includes('namespace')) return names.filter(field => slotKindOf(field) === 'namespace')
  const optional = (field: string) => Number(fields[field]?.safeParse(undefined).success ?? false)
  return names
    .flatMap((field, place) => {
      const rank = thingsOf(field).findIndex(thing => things.includes(thing))
      return rank < 0 ? [] : [{ field, rank, place }]
    })
    .sort((a, b) => a.rank - b.rank || optional(a.field) - optional(b.field) || a.place - b.place)
    .map(({ field }) => field)
}

/** As it is called, and as `Kind/namespace/name` where it is one object. */
const spellings = ({ name }: FoundName, { objects }: Filling): string[] =>
  [...(objects[name.toLowerCase()] ?? []).slice(0, 1), name].toSorted(
    (a, b) => a.split('/').length - b.split('/').length,
  )

export const momentForms = (at: number): unknown[] => [new Date(at).toISOString().replace('.000Z', 'Z'), at]

function lengthForms(field: string, ms: number): unknown[] {
  const unit = { days: 86_400_000, hours: 3_600_000, minutes: 60_000 }[field]
  return unit === undefined ? [lengthWords(ms), ms] : [Math.max(1, Math.round(ms / unit))]
}

/** A count may be a quantity (of cores) and not the other way. */
const amountKinds = (kind: 'count' | 'quantity' | 'share'): readonly SlotKind[] =>
  kind === 'count' ? ['count', 'quantity'] : [kind]

const isWord = (field: string, { tokens }: Slots): boolean =>
  tokens.some(({ text }) => text === field.toLowerCase())

/** The words of an enum. */
function wordsOf(schema: z.ZodType): string[] {
  let inner: unknown = schema
  while (inner instanceof z.ZodOptional || inner instanceof z.ZodDefault || inner instanceof z.ZodPrefault)
    inner = inner.unwrap()
  return inner instanceof z.ZodEnum ? inner.options.filter(option => typeof option === 'string') : []
}
