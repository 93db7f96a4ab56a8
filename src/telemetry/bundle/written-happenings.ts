import type { Resource as KubernetesObject } from '../../api/kind.ts'
import type { ChangeRecord } from '../signals/signal.ts'
import { changeJson } from './changes.ts'
import { eventLine } from './events.ts'
import { momentText } from './moment-text.ts'
import { spread } from './spread.ts'
import { pretty, type Writing } from './writing.ts'

const most = { events: 9_000, changes: 5_000, objects: 20_000 } as const
/** Changes show their effect later. */
const changesBeforeMs = 24 * 3_600_000
const symptoms = new Set(['alert', 'slo', 'anomaly'])

/** events/: what was told in the window. Gives what of it are symptoms. */
export async function writeEvents({
  query,
  sources,
  draft,
  clean,
  wants,
}: Writing): Promise<Record<string, unknown>[]> {
  const { items, complete } = await spread({ from: query.from, to: query.to }, most.events, (window, limit) =>
    sources.signals.events({ window, limit }),
  )
  if (!complete) draft.leaveOut(`events: about ${most.events}, spread over the window`)
  const events = items
    .filter(({ resource }) => wants(resource.service))
    .sort((a, b) => a.at - b.at || (a.key < b.key ? -1 : 1))
    .map(clean.event)
  if (events.length > 0) await draft.put('events/events.jsonl', `${events.map(eventLine).join('\n')}\n`)
  return events
    .filter(({ source }) => symptoms.has(source))
    .map(({ at, source, reason, severity, message, resource }) => ({
      at: momentText(at),
      title: reason,
      source,
      severity,
      ...(resource.service !== '' && { service: resource.service }),
      description: message,
    }))
}

/** changes/: of the window and the day before it. */
export async function writeChanges({ query, sources, draft, clean, wants }: Writing): Promise<void> {
  const window = { from: query.from - changesBeforeMs, to: query.to }
  const found = await sources.signals.changes({ window, limit: most.changes + 1 })
  if (found.length > most.changes) draft.leaveOut(`changes before the newest ${most.changes}`)
  const changes = found.slice(-most.changes).filter(({ resource }) => wants(resource.service))
  const taken = new Set<string>()
  for (const change of changes.sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1)))
    await draft.put(`changes/${nameOf(change, taken)}.json`, pretty(changeJson(clean.change(change))))
}

const orderOf = ({ at, id, resource }: ChangeRecord): string =>
  `${String(at).padStart(20, '0')}\n${id}\n${JSON.stringify(resource)}`

function nameOf({ at, id }: ChangeRecord, taken: Set<string>): string {
  const time = new Date(at).toISOString().replace(/[-:]|\.\d+/g, '')
  const name = `${time}-${id.replace(/[^\w-]+/g, '-').slice(0, 24)}`
  for (let number = 1; ; number++) {
    const one = number === 1 ? name : `${name}-${number}`
    if (taken.has(one.toLowerCase())) continue
    taken.add(one.toLowerCase())
    return one
  }
}

/** kubernetes/: one List a kind. Gives the kinds of which all are in it. */
export async function writeObjects({ sources, draft, clean }: Writing): Promise<string[]> {
  const kinds = new Map<string, KubernetesObject[]>()
  let count = 0
  const whole = new Set<string>()
  for await (const object of sources.objects?.(draft.leaveOut, kind => whole.add(kind)) ?? none()) {
    if (++count > most.objects) {
      draft.leaveOut(`objects of Kubernetes beyond the first ${most.objects}`)
      whole.clear()
      break
    }
    const same = kinds.get(object.kind) ?? []
    kinds.set(object.kind, same)
    same.push(clean.object(object))
  }
  const key = ({ metadata }: KubernetesObject) => `${metadata.namespace ?? ''}/${metadata.name}`
  for (const [kind, objects] of [...kinds].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const items = objects.sort((a, b) => (key(a) < key(b) ? -1 : 1))
    const text = `${JSON.stringify({ apiVersion: 'v1', kind: 'List', items })}\n`
    if (Buffer.byteLength(text) > draft.left()) whole.delete(kind)
    await draft.put(`kubernetes/${kind.toLowerCase()}.json`, text)
  }
  return [...whole].sort()
}

async function* none(): AsyncGenerator<KubernetesObject> {}
