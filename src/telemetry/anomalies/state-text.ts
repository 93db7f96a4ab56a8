/** Numbers of a state keep all their bits: arrays as base64, and what JSON has no word for by name. */
const ARRAYS = { Float64Array, Uint32Array, Int8Array } as const
const NUMBERS: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
}

type Kept = Float64Array | Uint32Array | Int8Array

/** A plain tree of numbers and typed arrays as text, little-endian. */
export const stateText = (state: object): string =>
  JSON.stringify(state, (_key, value: unknown) => {
    if (typeof value === 'number' && !Number.isFinite(value)) return { number: String(value) }
    if (!ArrayBuffer.isView(value)) return value
    const kept = value as Kept
    const bytes = Buffer.from(kept.buffer, kept.byteOffset, kept.byteLength)
    return { array: kept.constructor.name, base64: bytes.toString('base64') }
  })

/** The tree again. @throws SyntaxError when the text is no JSON */
export const stateOf = (text: string): unknown =>
  JSON.parse(text, (_key, value: unknown) => {
    if (typeof value !== 'object' || value === null) return value
    if ('number' in value && typeof value.number === 'string') return NUMBERS[value.number] ?? Number.NaN
    if (!('array' in value && 'base64' in value && typeof value.base64 === 'string')) return value
    const kind = ARRAYS[value.array as keyof typeof ARRAYS]
    const bytes = Buffer.from(value.base64, 'base64')
    return kind ? new kind(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)) : value
  })
