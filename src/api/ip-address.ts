/** An address of the internet protocol as a number of 32 or 128 bits. */
export interface Address {
  bits: 32 | 128
  value: bigint
}

/** Reads an address as Go's netip does, without zones and without leading zeros; undefined for other text. */
export function parseAddress(text: string): Address | undefined {
  if (text.length > 45) return undefined
  if (!text.includes(':')) {
    const value = parseV4(text)
    return value === undefined ? undefined : { bits: 32, value }
  }
  const [head = '', tail, ...more] = text.split('::')
  if (more.length > 0) return undefined
  const [before, after] = [groups(head, tail === undefined), groups(tail ?? '', true)]
  if (!before || !after) return undefined
  const missing = 8 - before.length - after.length
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined
  const all = [...before, ...Array<bigint>(missing).fill(0n), ...after]
  return { bits: 128, value: all.reduce((value, group) => (value << 16n) | group, 0n) }
}

function parseV4(text: string): bigint | undefined {
  const parts = text.split('.')
  if (parts.length !== 4) return undefined
  let value = 0n
  for (const part of parts) {
    if (!/^(0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return undefined
    value = (value << 8n) | BigInt(part)
  }
  return value
}

/** Groups of four digits; the last may be an address of the old form where the text ends. */
function groups(text: string, atEnd: boolean): bigint[] | undefined {
  if (text === '') return []
  const parts = text.split(':')
  const found: bigint[] = []
  for (const [i, part] of parts.entries()) {
    if (part.includes('.')) {
      const value = i === parts.length - 1 && atEnd ? parseV4(part) : undefined
      if (value === undefined) return undefined
      found.push(value >> 16n, value & 0xffffn)
    } else if (/^[0-9a-fA-F]{1,4}$/.test(part)) found.push(BigInt(`0x${part}`))
    else return undefined
  }
  return found
}

/** The one way to write it (RFC 5952). */
export function canonicalAddress({ bits, value }: Address): string {
  if (bits === 32) return [24n, 16n, 8n, 0n].map(shift => (value >> shift) & 255n).join('.')
  const all = Array.from({ length: 8 }, (_, i) => ((value >> BigInt(112 - 16 * i)) & 0xffffn).toString(16))
  let [start, length] = [0, 1]
  for (let i = 0; i < 8; i++) {
    let run = 0
    while (all[i + run] === '0') run++
    if (run > length) [start, length] = [i, run]
  }
  if (length === 1) return all.join(':')
  return `${all.slice(0, start).join(':')}::${all.slice(start + length).join(':')}`
}
