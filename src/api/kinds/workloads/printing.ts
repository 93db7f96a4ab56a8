import { humanAge } from '../../../lib/age.ts'
import type { Column, Resource } from '../../kind.ts'
import { isEmptySelector, type LabelSelector, selectorText } from '../../label-selector.ts'

/** How kubectl's columns of Kubernetes' own kinds are filled (pkg/printers/internalversion). */
type Json = Record<string, unknown>

const own = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Json)[name]
    : undefined

/** The value at `spec.template.spec`, or undefined where the way ends. */
export const at = (value: unknown, path: string): unknown => path.split('.').reduce(own, value)
export const itemsAt = (value: unknown, path: string): Json[] => {
  const found = at(value, path)
  return Array.isArray(found) ? (found as Json[]) : []
}
export const numberAt = (value: unknown, path: string, fallback = 0): number => {
  const found = at(value, path)
  return typeof found === 'number' ? found : fallback
}
export const textAt = (value: unknown, path: string, fallback = ''): string => {
  const found = at(value, path)
  return found === undefined || found === null ? fallback : String(found)
}

export const orNone = (text: string): string => (text === '' ? '<none>' : text)

type Read = NonNullable<Column['read']>

export const computed = (
  name: string,
  path: string,
  read: Read,
  more: Partial<Pick<Column, 'type' | 'priority' | 'description'>> = {},
): Column => ({ name, path, read, ...more })

/** A count that Go prints as 0 where it is absent. */
export const count = (name: string, path: string, fallback = 0): Column =>
  computed(name, `.${path}`, object => numberAt(object, path, fallback), { type: 'integer' })

/** A text that Go prints as `<none>` where it is absent. */
export const named = (name: string, path: string, priority = 0, fallback = '<none>'): Column =>
  computed(name, `.${path}`, object => textAt(object, path, fallback) || fallback, { priority })

export const age: Column = {
  name: 'Age',
  path: '.metadata.creationTimestamp',
  type: 'date',
  description: 'Time since the object was created.',
}

/** Time that went by, `<none>` where it is not known. */
export const since = (name: string, path: string): Column =>
  computed(
    name,
    `.${path}`,
    (object, now) => {
      const start = Date.parse(textAt(object, path))
      return Number.isNaN(start) ? '<none>' : humanAge(now - start)
    },
    {},
  )

/** Names and images of the containers, and the selector: what `-o wide` adds to a workload. */
export const containersAndSelector = (template: string, selector = 'spec.selector'): Column[] => [
  computed(
    'Containers',
    `.${template}.containers[*].name`,
    object => list(itemsAt(object, `${template}.containers`), 'name'),
    { priority: 1 },
  ),
  computed(
    'Images',
    `.${template}.containers[*].image`,
    object => list(itemsAt(object, `${template}.containers`), 'image'),
    { priority: 1 },
  ),
  ...(selector
    ? [computed('Selector', `.${selector}`, object => selectorOf(object, selector), { priority: 1 })]
    : []),
]

const list = (items: readonly Json[], name: string): string => items.map(item => textAt(item, name)).join(',')

export function selectorOf(object: Resource, path: string): string {
  const selector = at(object, path) as LabelSelector | undefined
  return selector === undefined || isEmptySelector(selector) ? '<none>' : selectorText(selector)
}

/** `a=b,c=d`, as a map of labels is printed. */
export const labelsText = (labels: unknown): string =>
  orNone(
    Object.entries((labels as Json | undefined) ?? {})
      .map(([key, value]) => `${key}=${value}`)
      .sort()
      .join(','),
  )

export { humanAge }
