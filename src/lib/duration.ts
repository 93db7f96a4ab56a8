const units: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** The form of a duration in resources, such as `500ms`, `30s`, `1h30m`. */
export const durationPattern = '^([0-9]+(ms|s|m|h|d))+$'

/**
 * Milliseconds of a duration such as `1h30m`.
 * @throws RangeError when the text has another form.
 */
export function parseDuration(text: string): number {
  if (!new RegExp(durationPattern).test(text))
    throw new RangeError(`"${text}" is not a duration such as 500ms, 30s or 1h30m`)
  let total = 0
  for (const [, amount, unit] of text.matchAll(/([0-9]+)(ms|s|m|h|d)/g))
    total += Number(amount) * (units[unit ?? ''] ?? 0)
  return total
}
