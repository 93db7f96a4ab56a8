export type Gravity = 'fatal' | 'error' | 'warning' | 'information' | 'unknown'

/** How grave an entry says it is, by OpenTelemetry's severity number. */
export function gravityOf(severity: number): Gravity {
  if (severity >= 21) return 'fatal'
  if (severity >= 17) return 'error'
  if (severity >= 13) return 'warning'
  return severity >= 1 ? 'information' : 'unknown'
}
