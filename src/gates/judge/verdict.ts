/** Longer answers of a judge are no verdict. */
const LONGEST = 16 * 1024
const LONGEST_REASON = 500

/**
 * The one JSON object that a judge was asked for, in a code fence or bare. Anything else is no verdict: a judge that
 * talks may have been talked to, and a guess would look like a measurement.
 * @returns undefined when it is not that, or its verdict is none of `allowed`
 */
export function parseVerdict(
  text: string,
  allowed: readonly string[],
): { verdict: string; reason: string } | undefined {
  if (text.length > LONGEST) return undefined
  const bare = text
    .trim()
    .replace(/^```(?:json)?\n/, '')
    .replace(/\n```$/, '')
  let value: unknown
  try {
    value = JSON.parse(bare)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const { verdict, reason = '', ...more } = value as Record<string, unknown>
  if (Object.keys(more).length > 0 || typeof reason !== 'string') return undefined
  const given = typeof verdict === 'number' ? String(verdict) : verdict
  if (typeof given !== 'string' || !allowed.includes(given)) return undefined
  return { verdict: given, reason: reason.slice(0, LONGEST_REASON) }
}
