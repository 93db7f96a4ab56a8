import type { ObjectReference, Placed } from '../kubernetes-owners.ts'
import type { CommandOutput } from './command-output.ts'
import { type PrintedEvent, printedEvent } from './printed-event.ts'

/** What `kubectl describe` prints of one object. */
export interface Description {
  /** As the command had it, such as `pod`; absent when the text alone is there. */
  kind?: string
  name: string
  namespace?: string
  fields: readonly DescribedField[]
  events: readonly Readonly<Record<string, string>>[]
}

/** A line `Name: value` with what is indented below it. */
export interface DescribedField {
  name: string
  value: string
  fields: readonly DescribedField[]
}

const MAX_LINES = 100_000
const MAX_DEPTH = 16

/** The objects described in a text, whatever the command was: it begins with `Name:`. */
export function descriptionsIn({ text, kind, namespace }: CommandOutput): Description[] {
  if (!/^Name:\s/.test(text)) return []
  return text.split(/^(?=Name:\s)/m).map(part => {
    const lines = part.split('\n', MAX_LINES)
    const at = lines.findIndex(line => /^Events:/.test(line))
    const fields = fieldsIn(at < 0 ? lines : lines.slice(0, at))
    const told = (name: string) => fields.find(field => field.name === name)?.value
    const within = told('Namespace') ?? namespace
    return {
      ...(kind !== undefined && { kind }),
      name: told('Name') ?? '',
      ...(within && { namespace: within }),
      fields,
      events: at < 0 ? [] : eventsIn(lines.slice(at + 1)),
    }
  })
}

interface Open {
  indent: number
  field: { name: string; value: string; fields: DescribedField[] }
}

function fieldsIn(lines: readonly string[]): DescribedField[] {
  const top: DescribedField[] = []
  const open: Open[] = []
  for (const line of lines) {
    if (line.trim() === '') continue
    const indent = line.length - line.trimStart().length
    while (open.length > 0 && (open.at(-1)?.indent ?? 0) >= indent) open.pop()
    const parent = open.at(-1)?.field
    const match = /^([^:]{1,100}):(?:\s+(.*))?$/.exec(line.trim())
    // Deep below a value is more of it, such as one label a line or a script.
    if (!match || (parent && parent.value !== '' && indent > 12) || open.length === MAX_DEPTH) {
      if (parent) parent.value = parent.value === '' ? line.trim() : `${parent.value}\n${line.trim()}`
      continue
    }
    const field = { name: match[1] ?? '', value: match[2]?.trim() ?? '', fields: [] }
    ;(parent?.fields ?? top).push(field)
    open.push({ indent, field })
  }
  return top
}

/** The table below `Events:`: type, reason, age, from and message, apart by two spaces. */
function eventsIn(lines: readonly string[]): Record<string, string>[] {
  return lines.flatMap(line => {
    const [type = '', reason = '', age = '', from = '', ...rest] = line.trim().split(/ {2,}/)
    if (!/^(Normal|Warning)$/.test(type) || rest.length === 0) return []
    return [{ type, reason, age, from, message: rest.join('  ') }]
  })
}

/** Where the object belongs: what manages it, and which image it runs. */
export function describedPlace(description: Description): Placed {
  const { fields, namespace } = description
  const reference = referenceOf(description)
  const [, kind, name] = /^(\w{1,63})\/(\S{1,253})$/.exec(valueIn(fields, 'Controlled By') ?? '') ?? []
  const containers = fields.find(field => field.name === 'Containers')
  const image = valueIn(containers?.fields[0]?.fields ?? [], 'Image')
  return {
    reference,
    attributes: image ? { 'container.image.name': image } : {},
    ...(kind && name && { owner: { kind, name, namespace } }),
  }
}

const valueIn = (fields: readonly DescribedField[], name: string): string | undefined =>
  fields.find(field => field.name === name)?.value

const referenceOf = ({ kind = '', name, namespace }: Description): ObjectReference => ({
  kind: kind.charAt(0).toUpperCase() + kind.slice(1).replace(/s$/, ''),
  name,
  namespace,
})

export const describedEvents = (description: Description, at: number): PrintedEvent[] =>
  description.events.map(({ type = '', reason = '', age = '', from, message = '' }) =>
    printedEvent(referenceOf(description), { type, reason, age, from, message }, at),
  )
