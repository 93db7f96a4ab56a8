/** Quantities of Kubernetes (apimachinery's resource.Quantity): `250m`, `1.5`, `512Mi`, `2G`, `1e3`. */

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

/** Cores, bytes or a count; undefined when the text is no quantity. */
export function parseQuantity(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined
  if (typeof value !== 'string' || value.length > 40) return undefined
  const exponent = /^([+-]?[0-9]{1,20}(?:\.[0-9]{0,20})?)[eE]([+-]?[0-9]{1,2})$/.exec(value)
  if (exponent) return Number(value)
  const match = /^([+-]?[0-9]{1,20}(?:\.[0-9]{0,20})?)([A-Za-z]{0,2})$/.exec(value)
  const factor = suffixes[match?.[2] ?? '?']
  return match === null || factor === undefined ? undefined : Number(match[1]) * factor
}

/** Cores, rounded up to a thousandth: `250m`, `2`. */
export function cpuText(cores: number): string {
  const milli = Math.max(1, Math.ceil(cores * 1000 - 1e-6))
  return milli % 1000 === 0 ? String(milli / 1000) : `${milli}m`
}

/** Bytes, rounded up to a mebibyte: `410Mi`, `2Gi`. */
export function memoryText(bytes: number): string {
  const mebibytes = Math.max(1, Math.ceil(bytes / 2 ** 20 - 1e-9))
  return mebibytes % 1024 === 0 ? `${mebibytes / 1024}Gi` : `${mebibytes}Mi`
}

/** In the unit of a resource, such as `requests.memory`: bytes for memory and storage, cores for cpu, else a count. */
export function quantityText(resource: string, amount: number): string {
  if (/(^|\.)(memory|storage|ephemeral-storage)$/.test(resource)) return memoryText(amount)
  return /(^|\.)cpu$/.test(resource) ? cpuText(amount) : String(Math.ceil(amount - 1e-9))
}
