import type { Incident } from '../../api/kinds/incident.ts'
import { digestOfValue, shortDigest } from '../../lib/digest.ts'
import type { Episode } from '../../telemetry/symptoms/episode.ts'
import type { KnownIncident } from '../../telemetry/symptoms/grouping.ts'

type Spec = Incident['spec']

/** The same for the same first symptom: a name can be taken once only. */
export function incidentName({ key, since, service, source }: Episode): string {
  const about = (service || source)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 40)
    .replace(/^-|-$/g, '')
  return `${about || 'incident'}-${shortDigest(digestOfValue([source, key, since]), 10)}`
}

/** What stands in an Incident of its symptoms. @param atLeast the severity it has, which never falls */
export function specOf(
  symptoms: readonly Episode[],
  atLeast: Spec['severity'] = 'ticket',
): Omit<Spec, 'decisions'> {
  const [first] = symptoms
  const paging = atLeast === 'page' || symptoms.some(({ severity }) => severity === 'page')
  const services = [...new Set(symptoms.map(({ service }) => service).filter(Boolean))].sort()
  return {
    title: titleOf(first),
    severity: paging ? 'page' : 'ticket',
    services: services.slice(0, 100),
    startedAt: text(first?.since ?? 0),
    symptoms: symptoms.map(
      ({ key, source, reason, service, namespace, severity, message, since, until }) => ({
        key,
        source,
        reason,
        service,
        ...(namespace === undefined ? {} : { namespace }),
        severity,
        message,
        since: text(since),
        ...(until === undefined ? {} : { until: text(until) }),
      }),
    ),
  }
}

function titleOf(first: Episode | undefined): string {
  const { service = '', reason = '', message = '' } = first ?? {}
  const told = (message || reason).replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim()
  const about = service === '' || told.includes(service) ? told : `${service}: ${told}`
  return about.slice(0, 300) || 'symptom'
}

/** An Incident as grouping sees it. */
export function knownIncident({ metadata, spec, status }: Incident): KnownIncident {
  const { name, namespace = '' } = metadata
  return {
    id: `${namespace}/${name}`,
    home: namespace,
    startedAt: Date.parse(spec.startedAt),
    ...(status?.closedAt === undefined ? {} : { closedAt: Date.parse(status.closedAt) }),
    symptoms: spec.symptoms.map(({ since, until, namespace: of, ...symptom }) => ({
      ...symptom,
      ...(of === undefined ? {} : { namespace: of }),
      since: Date.parse(since),
      ...(until === undefined ? {} : { until: Date.parse(until) }),
    })),
  }
}

const text = (at: number): string => new Date(at).toISOString()
