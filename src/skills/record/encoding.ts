/**
 * Values as JSON from which they come back bit for bit: what JSON does not know (undefined, NaN, -0, bytes, typed
 * arrays, Maps, Sets) stands as an object with the one key `$`. Depth is bounded by what the readers return.
 */
export function encoded(value: unknown): unknown {
  if (value === undefined) return { $: 'undefined' }
  if (typeof value === 'number')
    return Number.isFinite(value) && !Object.is(value, -0)
      ? value
      : { $: 'number', of: Object.is(value, -0) ? '-0' : String(value) }
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value !== 'object') throw new TypeError(`a ${typeof value} can not be recorded`)
  if (Array.isArray(value)) return value.map(encoded)
  if (ArrayBuffer.isView(value)) {
    const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')
    return { $: value instanceof Float64Array ? 'float64' : 'bytes', of: bytes }
  }
  if (value instanceof Map) return { $: 'map', of: [...value].map(encoded) }
  if (value instanceof Set) return { $: 'set', of: [...value].map(encoded) }
  const members: [string, unknown][] = []
  // In one order, so that a copy from a record is told from the first in no way.
  for (const [key, member] of Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    if (member !== undefined) members.push([key, encoded(member)])
  const plain = Object.fromEntries(members)
  return Object.hasOwn(plain, '$') ? { $: 'object', of: members } : plain
}

/** @throws TypeError when it was not written by {@link encoded} */
export function decoded(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map(decoded)
  if (!Object.hasOwn(value, '$'))
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, decoded(member)]))
  const { $: tag, of } = value as { $: unknown; of?: unknown }
  switch (tag) {
    case 'undefined':
      return undefined
    case 'number':
      return Number(of)
    case 'float64': {
      // Copied, so that it begins where a Float64Array may.
      const bytes = new Uint8Array(Buffer.from(String(of), 'base64'))
      return new Float64Array(bytes.buffer, 0, bytes.byteLength / 8)
    }
    case 'bytes':
      return new Uint8Array(Buffer.from(String(of), 'base64'))
    case 'map':
      return new Map(pairs(of))
    case 'set':
      return new Set((Array.isArray(of) ? of : []).map(decoded))
    case 'object':
      return Object.fromEntries(pairs(of).map(([key, member]) => [String(key), member]))
    default:
      throw new TypeError(`a record holds a value of unknown form "${String(tag)}"`)
  }
}

const pairs = (of: unknown): [unknown, unknown][] =>
  (Array.isArray(of) ? of : []).map(pair => {
    const [key, member] = Array.isArray(pair) ? pair : []
    return [decoded(key), decoded(member)]
  })
