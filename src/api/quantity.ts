/** Kubernetes' quantities (apimachinery: api/resource): `500m`, `1.5Gi`, `2e3`. Exact, in whole billionths. */
const form = /^([+-]?)(\d{0,40})(?:\.(\d{0,40}))?([eE][+-]?\d{1,2}|[a-zA-Z]{0,2})$/

const NANO = 9
const decimal: Record<string, number> = {
  n: -9,
  u: -6,
  m: -3,
  '': 0,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
}
const binary: Record<string, bigint> = {
  Ki: 1n << 10n,
  Mi: 1n << 20n,
  Gi: 1n << 30n,
  Ti: 1n << 40n,
  Pi: 1n << 50n,
  Ei: 1n << 60n,
}

/** The quantity in billionths, rounded away from zero as Kubernetes does; undefined for text that is none. */
export function parseQuantity(text: string): bigint | undefined {
  const match = form.exec(text)
  if (!match) return undefined
  const [, sign = '', whole = '', fraction = '', unit = ''] = match
  if (whole === '' && fraction === '') return undefined
  const digits = BigInt(whole + fraction)
  const multiplier = binary[unit]
  const power = multiplier ? 0 : exponentOf(unit)
  if (power === undefined) return undefined
  const nano = scaled(digits * (multiplier ?? 1n), power - fraction.length + NANO)
  return sign === '-' ? -nano : nano
}

export const isQuantity = (text: string): boolean => parseQuantity(text) !== undefined

const exponentOf = (unit: string): number | undefined =>
  /^[eE][+-]?\d/.test(unit) ? Number(unit.slice(1)) : Object.hasOwn(decimal, unit) ? decimal[unit] : undefined

function scaled(value: bigint, power: number): bigint {
  if (power >= 0) return value * 10n ** BigInt(power)
  const divisor = 10n ** BigInt(-power)
  return (value + divisor - 1n) / divisor
}

/** Whether one quantity, as text or number, is more than another; false when either is none. */
export function exceeds(one: string | number, other: string | number): boolean {
  const [a, b] = [one, other].map(value => parseQuantity(String(value)))
  return a !== undefined && b !== undefined && a > b
}
