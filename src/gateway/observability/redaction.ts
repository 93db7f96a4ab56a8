import type { Detector, Zone } from '../guardrails/detector.ts'

/** Masks what must not be kept of a text; undefined when that can not be told. */
export type Redact = (text: string) => string | undefined

/** Detectors of what must not stand in a record. */
const wanted = ['pii', 'secrets'] as const
const zone: Zone = 'output'
/** A detector may stop at some number of findings, so a text is looked at until nothing is found any more. */
const maxPasses = 4

/**
 * Masks personal data and secrets: what a detector finds becomes `[CLASS]`, such as `[EMAIL_ADDRESS]`. Without both
 * detectors nothing can be told to be clean, so nothing is kept.
 */
export function redactor(detectors: readonly Detector[]): Redact {
  const rules = wanted.flatMap(name => {
    const detector = detectors.find(detector => detector.name === name)
    return detector ? [{ detect: detector.create({}), threshold: detector.threshold(zone) }] : []
  })
  if (rules.length < wanted.length) return () => undefined
  const spansIn = (text: string): Span[] =>
    rules.flatMap(({ detect, threshold }) =>
      detect(text, zone).flatMap(({ start, end, reason, score }) =>
        start === undefined || end === undefined || score < threshold ? [] : [{ start, end, reason }],
      ),
    )
  return text => {
    let masked = text
    for (let pass = 0; pass < maxPasses; pass++) {
      const spans = spansIn(masked)
      if (spans.length === 0) return masked
      masked = maskedText(masked, spans)
    }
    return undefined
  }
}

interface Span {
  start: number
  end: number
  reason: string
}

function maskedText(text: string, spans: Span[]): string {
  let masked = ''
  let at = 0
  for (const { start, end, reason } of spans.sort((a, b) => a.start - b.start || b.end - a.end)) {
    if (start >= at) masked += `${text.slice(at, start)}[${reason}]`
    at = Math.max(at, end)
  }
  return masked + text.slice(at)
}
