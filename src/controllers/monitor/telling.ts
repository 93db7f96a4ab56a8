import { type ObjectMeta, subjectOf } from '../../api/kind.ts'
import type { Monitor } from '../../api/kinds/monitor.ts'
import type { EventRecord, Resource } from '../../telemetry/signals/signal.ts'
import type { SignalStore } from '../../telemetry/signals/signal-store.ts'
import type { Draft } from '../runtime/reconciler.ts'
import type { Symptom } from './finding.ts'

/** A symptom that was told longer ago is told again. */
const rememberedMs = 45 * 86_400_000
const mostEvents = 10_000

/**
 * Tells the store that a symptom began, got another severity, or is over: once each, also when the process ends between
 * the store and the Monitor's status, since the store is asked for what it was told last.
 */
export async function tell(
  { metadata, status }: Pick<Draft<Monitor>, 'metadata' | 'status'>,
  symptom: (Symptom & { resource: Resource }) | undefined,
  signals: Pick<SignalStore, 'append' | 'events'>,
  now: number,
): Promise<void> {
  if (status.symptom?.severity === symptom?.severity) return
  const key = subjectOf({ kind: 'Monitor', metadata })
  const last = await lastTold(key, signals, now)
  const open = last && last.until === undefined ? last : undefined
  // Two events of one key and one time would count as one.
  const at = Math.max(now, (last?.at ?? 0) + 1)
  if (symptom && open?.attributes.severity !== symptom.severity)
    await signals.append([eventOf(symptom, metadata, { key, resource: symptom.resource, at })])
  else if (!symptom && open)
    await signals.append([{ ...open, at, until: at, message: `over: ${open.message}` }])
  if (!symptom) delete status.symptom
  else
    status.symptom = {
      severity: symptom.severity,
      since: status.symptom?.since ?? text(open?.at ?? at),
      message: symptom.message,
    }
}

async function lastTold(
  key: string,
  signals: Pick<SignalStore, 'events'>,
  now: number,
): Promise<EventRecord | undefined> {
  const window = { from: now - rememberedMs, to: now + 60_000 }
  const found = await signals.events({ source: 'slo', window, limit: mostEvents })
  return found.filter(event => event.key === key).sort((a, b) => b.at - a.at)[0]
}

const eventOf = (
  { severity, reason, message }: Symptom,
  { name, namespace = '' }: ObjectMeta,
  told: Pick<EventRecord, 'key' | 'resource' | 'at'>,
): EventRecord => ({
  kind: 'event',
  source: 'slo',
  ...told,
  reason,
  severity: severity === 'page' ? 'error' : 'warning',
  message,
  count: 1,
  attributes: { severity, monitor: name, namespace },
})

const text = (at: number): string => new Date(at).toISOString().replace(/\.\d+Z$/, 'Z')
