import { checkTaken, type Sender, SendFailed, type ToldIncident } from '../sender.ts'

/**
 * PagerDuty Events API v2 (https://developer.pagerduty.com/docs/send-alert-event): one alert for each incident, told
 * apart by dedup_key. Recovering and quiet changes stay here: they call nobody.
 */
export const pagerduty: Sender = {
  type: 'pagerduty',
  endpoint: 'https://events.pagerduty.com/v2/enqueue',
  together: 1,
  async send({ incidents }, { url, key }, { post, signal }) {
    if (!key) throw new SendFailed('the routing key is empty', false)
    for (const incident of incidents) {
      const action = actionOf(incident)
      if (!action) continue
      const body = JSON.stringify({
        routing_key: key,
        event_action: action,
        dedup_key: `keelway/${incident.uid}`,
        ...(action === 'trigger' ? triggered(incident) : {}),
      })
      checkTaken(await post({ url, headers: { 'content-type': 'application/json' }, body, signal }))
    }
  },
}

function actionOf({ phase, entries }: ToldIncident): 'trigger' | 'acknowledge' | 'resolve' | undefined {
  if (phase === 'Closed') return 'resolve'
  const whats = entries.map(({ what }) => what)
  const acknowledged = whats.lastIndexOf('Acknowledged')
  const calling = Math.max(
    ...(['Opened', 'Reopened', 'Escalated'] as const).map(what => whats.lastIndexOf(what)),
  )
  if (calling > acknowledged) return 'trigger'
  return acknowledged >= 0 ? 'acknowledge' : undefined
}

function triggered(incident: ToldIncident): object {
  const { title, severity, services, startedAt, symptoms, namespace, name, link } = incident
  return {
    client: 'Keelway',
    ...(link === undefined ? {} : { client_url: link, links: [{ href: link, text: 'Look it up' }] }),
    payload: {
      summary: title.slice(0, 1024),
      source: (services[0] ?? `${namespace}/${name}`).slice(0, 1024),
      severity: severity === 'page' ? 'critical' : 'warning',
      timestamp: startedAt,
      group: namespace,
      class: 'incident',
      custom_details: { incident: `${namespace}/${name}`, services, symptoms },
    },
  }
}
