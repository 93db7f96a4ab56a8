/** Words for levels as loggers write them, by OpenTelemetry's severity number. */
const levels: Readonly<Record<string, number>> = {
  trace: 1,
  verbose: 1,
  debug: 5,
  fine: 5,
  info: 9,
  information: 9,
  informational: 9,
  notice: 10,
  warn: 13,
  warning: 13,
  error: 17,
  err: 17,
  severe: 17,
  critical: 18,
  crit: 18,
  alert: 19,
  fatal: 21,
  emergency: 21,
  emerg: 21,
  panic: 21,
}

/** The OpenTelemetry severity number of a level's name in any case, 0 of others. */
export function severityOf(level: string): number {
  if (level.length > 16) return 0
  return levels[level.toLowerCase()] ?? 0
}
