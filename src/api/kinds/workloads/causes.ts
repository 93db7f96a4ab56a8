import { shown } from '../../causes.ts'
import type { Cause } from '../../errors.ts'
import { isEmptySelector, type LabelSelector } from '../../label-selector.ts'
import { isDnsLabel, isQualifiedName } from '../../metadata.ts'
import { isQuantity } from '../../quantity.ts'

/** What is wrong with a field, in the words of Kubernetes' own validation (apimachinery: util/validation/field). */
export const required = (field: string, why = ''): Cause => ({
  reason: 'FieldValueRequired',
  message: why ? `Required value: ${why}` : 'Required value',
  field,
})
export const invalid = (field: string, value: unknown, why: string): Cause => ({
  reason: 'FieldValueInvalid',
  message: `Invalid value: ${shown(value)}: ${why}`,
  field,
})
export const forbidden = (field: string, why: string): Cause => ({
  reason: 'FieldValueForbidden',
  message: `Forbidden: ${why}`,
  field,
})
export const duplicate = (field: string, value: unknown): Cause => ({
  reason: 'FieldValueDuplicate',
  message: `Duplicate value: ${shown(value)}`,
  field,
})
export const notFound = (field: string, value: unknown): Cause => ({
  reason: 'FieldValueNotFound',
  message: `Not found: ${shown(value)}`,
  field,
})
export const notSupported = (field: string, value: unknown, supported: readonly string[]): Cause => ({
  reason: 'FieldValueNotSupported',
  message: `Unsupported value: ${shown(value)}: supported values: ${supported.map(one => `"${one}"`).join(', ')}`,
  field,
})

/** `field is immutable`, unless both say the same. */
export const immutable = (field: string, now: unknown, before: unknown): Cause[] =>
  sameValue(now, before) ? [] : [invalid(field, now, 'field is immutable')]

/** Whether two JSON values are equal; the order of members does not count. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a) || Array.isArray(b))
    return (
      Array.isArray(a) &&
      Array.isArray(b) &&
      a.length === b.length &&
      a.every((item, i) => sameValue(item, b[i]))
    )
  const keys = new Set([...Object.keys(a), ...Object.keys(b)])
  const [x, y] = [a, b] as Record<string, unknown>[]
  return [...keys].every(key => sameValue(x?.[key], y?.[key]))
}

export const labelCauses = (field: string, name: string): Cause[] =>
  isDnsLabel(name)
    ? []
    : [
        invalid(
          field,
          name,
          "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc'), 63 characters at most",
        ),
      ]

export const portCauses = (field: string, port: number): Cause[] =>
  port >= 1 && port <= 65_535 ? [] : [invalid(field, port, 'must be between 1 and 65535, inclusive')]

/** A port's number, or its name: a letter among lower case letters, digits and single hyphens, 15 at most. */
export const namedPortCauses = (field: string, port: string | number): Cause[] =>
  typeof port === 'number' ? portCauses(field, port) : portNameCauses(field, port)

export const portNameCauses = (field: string, name: string): Cause[] =>
  name.length <= 15 && /^[a-z0-9]+(-[a-z0-9]+)*$/.test(name) && /[a-z]/.test(name)
    ? []
    : [
        invalid(
          field,
          name,
          'must be a port name: at most 15 lower case letters, digits and single hyphens, with at least one letter',
        ),
      ]

export const atLeast = (field: string, value: number | undefined, least: number): Cause[] =>
  value === undefined || value >= least
    ? []
    : [invalid(field, value, `must be greater than or equal to ${least}`)]

export const quantityCauses = (field: string, value: string | number): Cause[] => {
  const text = String(value)
  if (!isQuantity(text))
    return [invalid(field, value, 'quantities must match a number with an optional unit such as 500m or 1Gi')]
  return text.startsWith('-') && !/^-0*(\.0*)?[a-zA-Z]*$/.test(text)
    ? [invalid(field, value, 'must be greater than or equal to 0')]
    : []
}

export function selectorCauses(field: string, selector: LabelSelector): Cause[] {
  const causes: Cause[] = []
  for (const key of Object.keys(selector.matchLabels ?? {}))
    if (!isQualifiedName(key)) causes.push(invalid(`${field}.matchLabels`, key, 'is not the name of a label'))
  selector.matchExpressions?.forEach(({ key, operator, values = [] }, i) => {
    const at = `${field}.matchExpressions[${i}]`
    if (!isQualifiedName(key)) causes.push(invalid(`${at}.key`, key, 'is not the name of a label'))
    if (operator === 'In' || operator === 'NotIn') {
      if (values.length === 0)
        causes.push(required(`${at}.values`, "must be specified when `operator` is 'In' or 'NotIn'"))
    } else if (operator === 'Exists' || operator === 'DoesNotExist') {
      if (values.length > 0)
        causes.push(
          forbidden(`${at}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"),
        )
    } else causes.push(invalid(`${at}.operator`, operator, 'not a valid selector operator'))
  })
  return causes
}

/** Of a selector that must choose something. */
export const namedSelectorCauses = (field: string, selector: LabelSelector): Cause[] =>
  isEmptySelector(selector)
    ? [invalid(field, selector, 'empty selector is invalid for this kind')]
    : selectorCauses(field, selector)
