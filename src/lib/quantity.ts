const suffixes: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
}

/** Amount of a Kubernetes quantity such as `250m`, `512Mi` or `1e3` (resource.Quantity); undefined when it is none. */
export function parseQuantity(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined
  if (typeof value !== 'string' || value.length > 40) return undefined
  if (/^[+-]?[0-9]{1,20}(\.[0-9]{0,20})?[eE][+-]?[0-9]{1,2}$/.test(value)) return Number(value)
  const [, amount, suffix = ''] = /^([+-]?[0-9]{1,20}(?:\.[0-9]{0,20})?)([A-Za-z]{0,2})$/.exec(value) ?? []
  const factor = suffixes[suffix]
  return amount === undefined || factor === undefined ? undefined : Number(amount) * factor
}
