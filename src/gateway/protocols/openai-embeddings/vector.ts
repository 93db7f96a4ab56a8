import { endianness } from 'node:os'

const isLittleEndian = endianness() === 'LE'

/** A vector as standard base64 (RFC 4648 §4) of little-endian 32-bit floats, which the `openai` clients ask for. */
export function vectorToBase64(vector: readonly number[]): string {
  const bytes = Buffer.from(Float32Array.from(vector).buffer)
  return (isLittleEndian ? bytes : bytes.swap32()).toString('base64')
}

/** The numbers of a base64 vector; undefined when the text is none. */
export function vectorFromBase64(text: string): number[] | undefined {
  const bytes = Buffer.from(text, 'base64')
  if (bytes.length % 4 !== 0 || Math.ceil(bytes.length / 3) * 4 !== text.length) return undefined
  const copy = new Uint8Array(bytes).buffer
  if (!isLittleEndian) Buffer.from(copy).swap32()
  return Array.from(new Float32Array(copy))
}
