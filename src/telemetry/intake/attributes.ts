import type { Attributes } from '../signals/signal.ts'

/**
 * What one signal may carry. Senders are not trusted: what is longer is cut and what is more is left out, so that a
 * signal can not take more memory than this. 128 attributes is OpenTelemetry's default limit.
 */
export const limits = {
  attributes: 128,
  /** Characters of a key, of a value, of a name, and of a log record's body. */
  key: 256,
  value: 4096,
  name: 1024,
  body: 65_536,
  /** Events of one span. */
  events: 32,
  /** Depth of values in values. */
  depth: 16,
} as const

/** The text, cut after so many UTF-16 units, never inside a pair. */
export function cut(text: string, length: number): string {
  if (text.length <= length) return text
  const last = text.charCodeAt(length - 1)
  return text.slice(0, last >= 0xd800 && last < 0xdc00 ? length - 1 : length)
}

/**
 * Attributes from whatever a source has: texts, numbers and booleans as they are, other values as JSON, nothing of
 * null, of numbers that JSON does not know, and of what is beyond the limits.
 */
export function attributesOf(values: Readonly<Record<string, unknown>>): Attributes {
  const attributes: Record<string, string | number | boolean> = {}
  let count = 0
  for (const [key, value] of Object.entries(values)) {
    const plain = plainValue(value)
    if (plain === undefined || key === '') continue
    if (++count > limits.attributes) break
    attributes[cut(key, limits.key)] = plain
  }
  return attributes
}

function plainValue(value: unknown): string | number | boolean | undefined {
  if (typeof value === 'string') return cut(value, limits.value)
  if (typeof value === 'boolean') return value
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined
  if (typeof value === 'bigint')
    return Number.isSafeInteger(Number(value)) ? Number(value) : cut(String(value), limits.value)
  if (value === null || typeof value !== 'object') return undefined
  return cut(JSON.stringify(value) ?? '', limits.value)
}
