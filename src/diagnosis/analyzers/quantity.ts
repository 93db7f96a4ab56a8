/** Kubernetes' suffixes of quantities (kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity). */
const factors: Readonly<Record<string, number>> = {
  ...{ n: 1e-9, u: 1e-6, m: 1e-3, '': 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15, E: 1e18 },
  ...{ Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50, Ei: 2 ** 60 },
}

/** Cores, bytes or pieces; undefined when it is no quantity. */
export function quantity(text: string | undefined): number | undefined {
  const match = /^([+-]?\d{0,18}(?:\.\d{0,18})?)(?:[eE]([+-]?\d{1,2}))?([A-Za-z]{0,2})$/.exec(
    text?.trim() ?? '',
  )
  const factor = factors[match?.[3] ?? '']
  if (!match || !/\d/.test(match[1] ?? '') || factor === undefined) return undefined
  return Number(match[1]) * 10 ** Number(match[2] ?? 0) * factor
}

/** A quantity of a resource as people write it. */
export function amount(value: number, resource: string): string {
  if (/cpu$/.test(resource))
    return value < 1 || value % 1 !== 0 ? `${Math.round(value * 1000)}m` : String(value)
  if (!/(memory|storage)$/.test(resource)) return String(value)
  for (const unit of ['Ti', 'Gi', 'Mi', 'Ki'] as const) {
    const size = value / (factors[unit] ?? 1)
    if (size >= 1) return `${Math.round(size * 10) / 10}${unit}`
  }
  return `${value}`
}
