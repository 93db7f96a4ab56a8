import type { Case } from '../../channel.ts'
import type { Saying } from './symptom.ts'

const most = { alerts: 100, events: 2_000, kept: 60, text: 1_000 } as const

/** What the alert and the events of Kubernetes say. */
export function alertSayings({ incident, events }: Pick<Case, 'incident' | 'events'>): Saying[] {
  const told: Saying[] = []
  if (incident.summary !== undefined)
    told.push(saying(incident.summary, incident.service ?? '', 0.7, 'incident.json'))
  for (const alert of incident.alerts.slice(0, most.alerts)) {
    const text = ['metric', 'name', 'monitor', 'alertname', 'summary', 'description', 'message']
      .map(key => alert[key])
      .filter(value => typeof value === 'string')
      .join(' ')
    const service = typeof alert.service === 'string' ? alert.service : (incident.service ?? '')
    if (text !== '' && text !== incident.summary) told.push(saying(text, service, 0.6, 'incident.json'))
  }
  const happened = new Map<string, Saying>()
  for (const event of events.slice(0, most.events)) {
    if (event.severity === 'info') continue
    const key = `${event.resource.service}\n${event.reason}`
    if (happened.has(key) || happened.size === most.kept) continue
    happened.set(key, {
      ...saying(`${event.reason}: ${event.message}`, event.resource.service, 0.6, 'events'),
      ...{ count: event.count, at: event.at },
    })
  }
  return [...told, ...happened.values()]
}

const saying = (text: string, service: string, weight: number, source: string): Saying => ({
  ...{ text: text.slice(0, most.text), service, weight, source, count: 1 },
})

/** Names of the metrics that the alerts are about. */
export const alertedMetrics = ({ incident }: Pick<Case, 'incident'>): Set<string> =>
  new Set(
    incident.alerts
      .slice(0, most.alerts)
      .map(({ metric }) => metric)
      .filter(metric => typeof metric === 'string'),
  )
