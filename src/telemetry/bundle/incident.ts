import type { Fields } from '../intake/fields.ts'
import { momentText } from './moment-text.ts'

/** What was told of an incident; times in milliseconds since the epoch. */
export interface BundleIncident {
  name?: string
  startedAt?: number
  detectedAt?: number
  /** Who reported it, often not the cause. */
  service?: string
  /** All that were seen to suffer. */
  services?: readonly string[]
  summary?: string
  /** As whoever told them writes them. */
  alerts: readonly Readonly<Record<string, unknown>>[]
}

const most = { alerts: 1_000, summary: 20_000 } as const

/** @throws Malformed */
export function incidentOf(fields: Fields): BundleIncident {
  const [name, service] = [fields.optionalText('name'), fields.optionalText('service')]
  const [startedAt, detectedAt] = [fields.optionalTime('startedAt'), fields.optionalTime('detectedAt')]
  const summary = fields.optionalText('summary')?.slice(0, most.summary)
  const services = fields.raw('services')
  return {
    ...(name !== undefined && { name }),
    ...(startedAt !== undefined && { startedAt }),
    ...(detectedAt !== undefined && { detectedAt }),
    ...(service !== undefined && { service }),
    ...(Array.isArray(services) && { services: services.map(String) }),
    ...(summary !== undefined && { summary }),
    alerts: fields
      .list('alerts', most.alerts)
      .map(alert => Object.fromEntries(alert.names().map(key => [key, alert.raw(key)]))),
  }
}

export const incidentJson = ({ startedAt, detectedAt, ...incident }: BundleIncident): object => ({
  ...(startedAt !== undefined && { startedAt: momentText(startedAt) }),
  ...(detectedAt !== undefined && { detectedAt: momentText(detectedAt) }),
  ...incident,
})
