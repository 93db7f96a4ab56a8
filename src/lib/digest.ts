import { createHash } from 'node:crypto'

/** JSON with one spelling per value (RFC 8785): keys sorted by UTF-16 code units, ECMAScript numbers. */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null'
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`)
  return `{${members.join(',')}}`
}

/** `sha256:<hex>` of bytes or text. */
export const digestOf = (content: string | Uint8Array): string =>
  `sha256:${createHash('sha256').update(content).digest('hex')}`

/** `sha256:<hex>` of a value's canonical JSON: equal content has an equal digest. */
export const digestOfValue = (value: unknown): string => digestOf(canonicalJson(value))

/** The first characters of a digest's hex part, for names and screens. */
export const shortDigest = (digest: string, length = 10): string =>
  digest.replace(/^sha256:/, '').slice(0, length)
