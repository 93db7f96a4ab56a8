import type { Case } from '../channel.ts'

/** When the evidence was taken, as far as anything tells: the incident, a printed date, or the last entry of a log. */
export function nowOf({ incident, cluster, logs }: Case): number | undefined {
  const told = incident.detectedAt ?? incident.startedAt
  if (told !== undefined) return told
  for (const { command, text } of cluster.outputs) {
    if (!/^date\b/.test(command)) continue
    const [, date, time] = /(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)/.exec(text.slice(0, 2000)) ?? []
    const at = Date.parse(`${date}T${time}Z`)
    if (!Number.isNaN(at)) return at
  }
  let last: number | undefined
  for (const { at } of logs) if (last === undefined || at > last) last = at
  return last
}
