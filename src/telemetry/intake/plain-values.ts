import type { Attributes, Resource } from '../signals/signal.ts'
import { attributesOf, cut, limits } from './attributes.ts'
import { isSecretName, MASK, redact } from './redaction.ts'

/** A text that people read, without secrets. */
export const message = (text: string, most: number = limits.value): string =>
  cut(redact(cut(text, limits.body)), most)

/** Attributes of what is told, without secrets; what is undefined or empty is left out. */
export function cleanAttributes(values: Readonly<Record<string, unknown>>): Attributes {
  const clean = Object.entries(values).flatMap(([key, value]) => {
    if (value === undefined || value === null || value === '') return []
    if (typeof value === 'string') return [[key, isSecretName(key) ? MASK : message(value)]]
    return [[key, typeof value === 'object' ? message(JSON.stringify(value)) : value]]
  })
  return attributesOf(Object.fromEntries(clean))
}

/** The resource with what is known of it. */
export function resource(
  known: { service: string | undefined } & { [K in keyof Omit<Resource, 'service'>]: string | undefined },
): Resource {
  const { service, ...rest } = known
  const given = Object.entries(rest).filter((entry): entry is [string, string] => Boolean(entry[1]))
  return {
    service: cut(service ?? '', limits.key),
    ...Object.fromEntries(given.map(([key, value]) => [key, cut(value, limits.key)])),
  }
}
