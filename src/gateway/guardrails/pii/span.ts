/** Kinds of personal data, named as in Microsoft Presidio so that findings compare across tools. */
export const structuredPiiTypes = [
  'CREDIT_CARD',
  'EMAIL_ADDRESS',
  'PHONE_NUMBER',
  'IBAN_CODE',
  'US_SSN',
  'IP_ADDRESS',
  'DOMAIN_NAME',
  'ZIP_CODE',
  'US_DRIVER_LICENSE',
] as const
/** Found by their surroundings only, so less sure. */
export const contextualPiiTypes = [
  'PERSON',
  'GPE',
  'STREET_ADDRESS',
  'ORGANIZATION',
  'DATE_TIME',
  'AGE',
  'TITLE',
  'NRP',
] as const
export const piiTypes = [...structuredPiiTypes, ...contextualPiiTypes] as const
export type PiiType = (typeof piiTypes)[number]

/** One place of a text with personal data, in UTF-16 units. */
export interface PiiSpan {
  start: number
  end: number
  type: PiiType
  /** In [0, 1]: checked by a checksum or parser near 1, by surroundings alone near .5. */
  score: number
}

/**
 * The spans that remain when none may overlap: the surer one stays, of equals the longer. Sweeps once from the left,
 * so the order of the given spans does not matter.
 */
export function withoutOverlaps(spans: PiiSpan[]): PiiSpan[] {
  const sorted = spans.sort((a, b) => a.start - b.start || b.end - a.end)
  const kept: PiiSpan[] = []
  for (const span of sorted) {
    const last = kept.at(-1)
    if (!last || span.start >= last.end) kept.push(span)
    else if (span.score > last.score) {
      kept.pop()
      const before = kept.at(-1)
      if (!before || span.start >= before.end) kept.push(span)
      else kept.push(last)
    }
  }
  return kept
}
