import type { Kind, Resource } from '../api/kind.ts'
import { badRequest } from './refusals.ts'

/** Decides which objects a list or watch shows. */
export interface Selector {
  /** Names this single object when the selector allows no other. */
  name?: string
  /** Absent when everything matches. */
  matches?: (object: Resource) => boolean
}

type Test = (object: Resource) => boolean

/** @throws ApiError BadRequest */
export function parseSelector(kind: Kind, query: URLSearchParams): Selector {
  const labels = query.get('labelSelector') ?? ''
  const fields = query.get('fieldSelector') ?? ''
  const requirements = fields ? parseFieldSelector(kind, fields) : []
  const tests = [...requirements.map(({ test }) => test), ...(labels ? parseLabelSelector(labels) : [])]
  const name = requirements.find(({ field, equals }) => field === 'metadata.name' && equals)?.value
  return {
    ...(name !== undefined && { name }),
    ...(tests.length > 0 && { matches: object => tests.every(test => test(object)) }),
  }
}

const labelKey = `(?:[a-zA-Z0-9.-]+/)?[A-Za-z0-9](?:[A-Za-z0-9_.-]*[A-Za-z0-9])?`
const labelValue = `(?:[A-Za-z0-9](?:[A-Za-z0-9_.-]*[A-Za-z0-9])?)?`
const exists = new RegExp(`^(!?)\\s*(${labelKey})$`)
const comparison = new RegExp(`^(${labelKey})\\s*(==|=|!=|>|<)\\s*(${labelValue})$`)
const membership = new RegExp(`^(${labelKey})\\s+(in|notin)\\s*\\(([^()]*)\\)$`)
const setValue = new RegExp(`^${labelValue}$`)

/** The grammar of apimachinery's pkg/labels. */
function parseLabelSelector(text: string): Test[] {
  return splitOutsideParentheses(text).map(part => {
    const test = labelTest(part)
    if (!test) throw badRequest(`unable to parse requirement: "${part.slice(0, 256)}" is not a requirement`)
    return object => test(object.metadata.labels ?? {})
  })
}

function labelTest(part: string): ((labels: Record<string, string>) => boolean) | undefined {
  const [, not, present] = exists.exec(part) ?? []
  if (present !== undefined) return labels => Object.hasOwn(labels, present) !== (not === '!')
  const [, key = '', operator, value = ''] = comparison.exec(part) ?? []
  if (operator) return compare(key, operator, value)
  const [, member = '', relation, list = ''] = membership.exec(part) ?? []
  if (!relation) return undefined
  const values = list.split(',').map(item => item.trim())
  if (!values.every(item => setValue.test(item))) return undefined
  return labels => {
    const held = labels[member]
    return relation === 'in' ? held !== undefined && values.includes(held) : !values.includes(held ?? '\0')
  }
}

function compare(key: string, operator: string, value: string) {
  if (operator === '!=') return (labels: Record<string, string>) => labels[key] !== value
  if (operator === '=' || operator === '==') return (labels: Record<string, string>) => labels[key] === value
  if (!/^-?[0-9]+$/.test(value)) return undefined
  const bound = BigInt(value)
  return (labels: Record<string, string>) => {
    const held = labels[key]
    if (held === undefined || !/^-?[0-9]+$/.test(held)) return false
    return operator === '>' ? BigInt(held) > bound : BigInt(held) < bound
  }
}

function splitOutsideParentheses(text: string): string[] {
  const parts: string[] = []
  let [depth, start] = [0, 0]
  for (let i = 0; i <= text.length; i++) {
    const character = text[i]
    if (character === '(') depth++
    if (character === ')') depth--
    if (character === undefined || (character === ',' && depth === 0)) {
      parts.push(text.slice(start, i).trim())
      start = i + 1
    }
  }
  return parts
}

interface FieldRequirement {
  field: string
  equals: boolean
  value: string
  test: Test
}

/** The grammar of apimachinery's pkg/fields. */
function parseFieldSelector(kind: Kind, text: string): FieldRequirement[] {
  return splitUnescaped(text).map(part => {
    const [, field = '', operator = '', raw = ''] = /^([^=!]+)(==|=|!=)(.*)$/s.exec(part) ?? []
    if (!operator)
      throw badRequest(`invalid selector: '${part.slice(0, 256)}'; can't understand '${part.slice(0, 256)}'`)
    if (field !== 'metadata.name' && field !== 'metadata.namespace' && !kind.selectableFields.includes(field))
      throw badRequest(`field label not supported: ${field}`)
    const value = raw.replace(/\\([\\,=])/g, '$1')
    const equals = operator !== '!='
    const read = fieldReader(field)
    return { field, equals, value, test: object => (read(object) === value) === equals }
  })
}

const splitUnescaped = (text: string): string[] =>
  (text.match(/(?:\\.|[^,\\])+/gs) ?? []).map(part => part.trim()).filter(Boolean)

function fieldReader(field: string): (object: Resource) => string {
  // Kubernetes' one selectable field that is not a path (registry/core/event).
  const path = (field === 'source' ? 'source.component' : field).split('.')
  return object => {
    let value: unknown = object
    for (const step of path) value = (value as Record<string, unknown> | null | undefined)?.[step]
    return value === undefined || value === null ? '' : String(value)
  }
}
