import { z } from 'zod'
import type { IntentModel } from './intent/intent.ts'
import type { Known } from './known-names.ts'
import type { ModelReading } from './model-path.ts'
import type { Skill } from './skill.ts'
import { type Filled, fieldsOf, filled } from './slots/fill.ts'
import { maskedText } from './slots/masked.ts'
import type { When } from './slots/moments.ts'
import { slotKindOf } from './slots/slot.ts'
import { type Slots, slotsOf } from './slots/slots.ts'

/** A request as a skill takes it. */
export interface Understood {
  skill: Skill
  /** As the skill's schema gives it back. */
  input: unknown
  namespace: string
  /** `I understood: diagnose service checkout since 12:00 UTC.` */
  sentence: string
  notes: readonly string[]
  /** Who read it. */
  by: 'words' | 'model'
}

export type Understanding = Understood | { unclear: string; notes: readonly string[] }

export interface Reading {
  skills: readonly Skill[]
  intent: IntentModel
  known: Known
  namespace: string
  when: When
}

/** What the words say by themselves: the skill by the intent model, its input by grammar. */
export function understandWords(question: string, reading: Reading): Understanding & { slots: Slots } {
  const { known, when, intent } = reading
  const slots = slotsOf(question, { known: known.names, when, ordinary: intent.ordinary })
  const { skill: name, nearest, confidence } = intent.classify(maskedText(slots))
  const skill = reading.skills.find(candidate => candidate.name === name)
  if (!skill)
    return { slots, notes: [], unclear: offer(reading.skills, confidence > 0.25 ? nearest : undefined) }
  const [ambiguous] = slots.names.ambiguous
  if (ambiguous)
    return {
      slots,
      notes: [],
      unclear: `"${ambiguous.written}" may be ${ambiguous.among.join(' or ')}: say which one.`,
    }
  return { slots, ...understood(skill, slots, reading) }
}

function understood(skill: Skill, slots: Slots, reading: Reading): Understanding {
  const { when, known } = reading
  const fill = filled(skill, slots, { when, objects: known.objects })
  const [stranger] = slots.names.unknown
  const names = Object.keys(fill.input).some(
    field => slotKindOf(field) === 'name' || slotKindOf(field) === 'incident',
  )
  if (stranger && !names) return { unclear: unknownName(stranger, reading), notes: fill.notes }
  return checked(skill, fill, { ...reading, by: 'words', namespace: namespaceOf(slots, reading.namespace) })
}

const namespaceOf = ({ names }: Slots, asked: string): string =>
  names.found.find(({ things }) => things.includes('namespace'))?.name ?? asked

function checked(
  skill: Skill,
  { input, said, notes }: Filled,
  { by, namespace }: { by: 'words' | 'model'; namespace: string },
): Understanding {
  const parsed = skill.input.safeParse(input)
  if (!parsed.success) {
    const missing = parsed.error.issues.map(
      ({ path, message }) => `${path.join('.') || 'input'} (${message})`,
    )
    return {
      unclear: `I understood that you ask for ${skill.name}, but not: ${missing.slice(0, 3).join(', ')}.`,
      notes,
    }
  }
  const place = said.some(words => words.startsWith('namespace ')) ? '' : ` in namespace ${namespace}`
  return {
    skill,
    input: parsed.data,
    namespace,
    by,
    notes,
    sentence: `I understood: ${[skill.name, ...said].join(' ')}${place}.`,
  }
}

/**
 * What a model made of the words, checked like anything that comes from outside: names that it fills in must be known or
 * stand in the question, and what the grammar found goes before what it says.
 * @returns a reason when it can not be used
 */
export function understandModel(
  reading: Exclude<ModelReading, { problem: string }>,
  slots: Slots,
  of: Reading,
): Understanding | { problem: string } {
  if ('none' in reading) return { unclear: offer(of.skills, undefined), notes: [] }
  const skill = of.skills.find(({ name }) => name === reading.skill)
  if (!skill) return { problem: `${reading.skill} is no skill` }
  const words = filled(skill, slots, { when: of.when, objects: of.known.objects })
  const fields = fieldsOf(skill)
  const input: Record<string, unknown> = {}
  for (const [field, value] of Object.entries(reading.input)) {
    if (!Object.hasOwn(fields, field))
      return { problem: `${skill.name} takes no ${field.replace(/[^\w]/g, '').slice(0, 40)}` }
    if (typeof value === 'string' && !isSaid(field, value, slots, of.known))
      return {
        problem: `it names ${JSON.stringify(value.slice(0, 60))}, which is neither known nor asked about`,
      }
    input[field] = value
  }
  const added = Object.keys(input).filter(field => !Object.hasOwn(words.input, field))
  const understanding = checked(
    skill,
    {
      ...words,
      input: { ...input, ...words.input },
      said: [...words.said, ...added.map(field => `${field} ${textOf(input[field])}`)],
    },
    { by: 'model', namespace: namespaceOf(slots, of.namespace) },
  )
  return 'unclear' in understanding ? { problem: understanding.unclear } : understanding
}

/** Times and numbers are checked by the skill; names must come from somewhere. */
function isSaid(field: string, value: string, { text }: Slots, { names, objects }: Known): boolean {
  const kind = slotKindOf(field)
  if (kind !== 'name' && kind !== 'incident' && kind !== 'namespace' && kind !== 'commit') return true
  const lower = value.toLowerCase()
  if (text.toLowerCase().includes(lower) && lower !== '') return true
  const known = Object.values(names).some((list: readonly string[]) => list.includes(value))
  return known || Object.values(objects).some(list => list.includes(value))
}

const textOf = (value: unknown): string =>
  (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''))
    .replace(/[\p{Cc}\p{Cf}]+/gu, ' ')
    .slice(0, 100)

/** Typed input of a program or of another skill. */
export function understandInput(skill: Skill, input: unknown, namespace: string): Understanding {
  const fields = z.record(z.string(), z.unknown()).catch({}).parse(input)
  const said = Object.entries(fields).map(([field, value]) => `${field} ${textOf(value)}`)
  return checked(skill, { input: fields, said: said.slice(0, 20), notes: [] }, { by: 'words', namespace })
}

/** What it can do, for who asked for something else. */
export function offer(skills: readonly Skill[], nearest: string | undefined): string {
  const near = skills.find(({ name }) => name === nearest)
  const list = skills.map(
    ({ name, phrases }) =>
      `  ${name}: ${(phrases[0] ?? '').replace(/\{(\w+)\}/g, (_, slot: string) => slot.toUpperCase())}`,
  )
  return [
    near
      ? `I am not sure what you ask for; the nearest that I can do is ${near.name}: ${near.summary}`
      : 'That is nothing that I can do.',
    'You can ask for:',
    ...list,
  ].join('\n')
}

function unknownName(
  { written, thing, near }: Slots['names']['unknown'][number],
  { known }: Reading,
): string {
  const services = known.names.services.slice(0, 8)
  const others = near.length > 0 ? near : services
  return `I know no ${thing ?? 'thing'} "${written}"${others.length > 0 ? `; there are ${others.join(', ')}` : ''}.`
}
