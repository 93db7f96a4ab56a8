import type { LogRecord } from '../signals/signal.ts'
import { logLine } from './logs.ts'
import { spread } from './spread.ts'
import type { Writing } from './writing.ts'

const most = { lines: 100_000, ofService: 9_000, rare: 100, ofRare: 5 } as const

/** logs/: spread over the window, with examples of the rarest templates, which say the most. */
export async function writeLogs(writing: Writing): Promise<void> {
  const { draft, services, clean } = writing
  const share = Math.min(most.ofService, Math.ceil(most.lines / Math.max(1, services.length)))
  for (const [index, service] of services.entries()) {
    const lines = (await recordsOf(writing, service, share)).map(record => logLine(clean.log(record)))
    const room = draft.left() / (services.length - index)
    const kept = fitting(lines, room)
    if (kept.length < lines.length)
      draft.leaveOut(
        `${lines.length - kept.length} of ${lines.length} chosen log lines of ${service}: no room`,
      )
    if (kept.length > 0) await draft.put(`logs/${writing.nameOf(service)}.log`, `${kept.join('\n')}\n`)
  }
}

async function recordsOf({ query, sources, draft }: Writing, service: string, share: number) {
  const { signals } = sources
  const window = { from: query.from, to: query.to }
  const resource = { service }
  const { items, complete } = await spread(window, share, (window, limit) =>
    signals.logs({ resource, window, limit }),
  )
  const records: LogRecord[] = items
  if (!complete) {
    const templates = await signals.templates({ resource, window, limit: 10_000 })
    draft.leaveOut(
      `log lines of ${service}: about ${share} of ${templates.reduce((sum, { count }) => sum + count, 0)}`,
    )
    const seen = new Set(records.map(keyOf))
    for (const { id } of templates
      .sort((a, b) => a.count - b.count || (a.id < b.id ? -1 : 1))
      .slice(0, most.rare))
      for (const log of await signals.logs({ resource, template: id, window, limit: most.ofRare }))
        if (!seen.has(keyOf(log))) records.push(log)
  }
  const keys = new Map(records.map(record => [record, keyOf(record)]))
  return records.sort((a, b) => a.at - b.at || ((keys.get(a) ?? '') < (keys.get(b) ?? '') ? -1 : 1))
}

/** Two lines of one time are in the order of their text, whatever the order they were told in. */
const keyOf = ({ at, body, resource, spanId }: LogRecord): string =>
  JSON.stringify([at, body, resource.instance, spanId])

/** As many as there is room for, every so many. */
function fitting(lines: readonly string[], room: number): string[] {
  const total = lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0)
  if (total <= room) return [...lines]
  const kept: string[] = []
  let left = room
  const stride = total / Math.max(1, room)
  for (let at = 0; at < lines.length; at += stride) {
    const line = lines[Math.floor(at)] ?? ''
    left -= Buffer.byteLength(line) + 1
    if (left < 0) break
    kept.push(line)
  }
  return kept
}
