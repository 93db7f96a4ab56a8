import type { EventRecord, Resource } from '../signals/signal.ts'
import { cut } from './attributes.ts'
import { Fields, Malformed, parseJson } from './fields.ts'
import { cleanAttributes, message, resource } from './plain-values.ts'
import { webhook } from './webhook.ts'

/** Alerts of Prometheus by Alertmanager's webhook, version 4 (prometheus.io/docs/alerting/latest/configuration, webhook_config). */
export const alertmanager = webhook({
  type: 'alertmanager',
  summary: 'Alerts that fire and resolve, by the webhook of Alertmanager',
  paths: ['/v1/alertmanager'],
  read({ body }) {
    const payload = new Fields(parseJson(body))
    const version = payload.text('version')
    if (version !== '4') throw new Malformed(`version is ${cut(version, 20)}; this is for version 4`)
    const common = { receiver: payload.optionalText('receiver'), url: payload.optionalText('externalURL') }
    return payload.list('alerts').map(alert => alertRecord(alert, common))
  },
})

function alertRecord(
  alert: Fields,
  common: { receiver: string | undefined; url: string | undefined },
): EventRecord {
  const status = alert.text('status')
  if (status !== 'firing' && status !== 'resolved')
    throw new Malformed(`${alert.path('status')} is neither firing nor resolved`)
  const labels = alert.texts('labels')
  const annotations = alert.texts('annotations')
  const startsAt = alert.time('startsAt')
  const name = labels.alertname ?? 'alert'
  const until = status === 'resolved' ? alert.time('endsAt') : undefined
  return {
    kind: 'event',
    resource: resourceOf(labels),
    // Told once more when it ends, so that the end is a record of its own.
    at: until ?? startsAt,
    source: 'alert',
    reason: cut(name, 256),
    severity: severityOf(labels.severity),
    message: message(annotations.summary ?? annotations.description ?? annotations.message ?? name),
    // An alert that fires again after it resolved is another one.
    key: `alert/${cut(alert.text('fingerprint'), 64)}/${startsAt}`,
    count: 1,
    ...(until !== undefined && { until }),
    attributes: cleanAttributes({
      ...labels,
      description: annotations.description,
      runbook: annotations.runbook_url,
      generator: alert.optionalText('generatorURL'),
      'alert.started': new Date(startsAt).toISOString(),
      'alert.receiver': common.receiver,
      'alert.manager': common.url,
    }),
  }
}

/** There is no rule what alerts call the service that they are about; these are the labels in use. */
function resourceOf(labels: Readonly<Record<string, string>>): Resource {
  const workload = (['deployment', 'statefulset', 'daemonset', 'cronjob'] as const).find(kind => labels[kind])
  const name = workload && labels[workload]
  return resource({
    service: labels.service_name ?? labels.service ?? name ?? labels.app ?? labels.job,
    namespace: labels.namespace,
    workload: workload && name ? `${kinds[workload]}/${name}` : undefined,
    version: labels.version,
    instance: labels.pod ?? labels.instance,
  })
}

const kinds = {
  deployment: 'Deployment',
  statefulset: 'StatefulSet',
  daemonset: 'DaemonSet',
  cronjob: 'CronJob',
} as const

function severityOf(label = ''): EventRecord['severity'] {
  if (/^(critical|page|error|high|fatal|emergency|p1|sev1)$/i.test(label)) return 'error'
  return /^(info|informational|none|low|debug)$/i.test(label) ? 'info' : 'warning'
}
