import { attributesOf } from '../intake/attributes.ts'
import { Fields } from '../intake/fields.ts'
import { resource } from '../intake/plain-values.ts'
import type { EventRecord } from '../signals/signal.ts'
import { asTold, parsedJson } from './json-file.ts'
import { momentText } from './moment-text.ts'

const severities: readonly EventRecord['severity'][] = ['info', 'warning', 'error']

/** One line of a file of events. @throws BundleError naming file and line */
export function eventOf(line: string, place: string): EventRecord {
  const [path = place, number = '1'] = place.split(/:(?=\d+$)/)
  const value = parsedJson(path, `${'\n'.repeat(Number(number) - 1)}${line}`)
  return asTold(place, () => read(new Fields(value)))
}

function read(fields: Fields): EventRecord {
  const until = fields.optionalTime('until')
  const severity = fields.optionalText('severity')
  return {
    kind: 'event',
    resource: resource({
      service: fields.optionalText('service'),
      namespace: fields.optionalText('namespace'),
      workload: fields.optionalText('workload'),
      version: fields.optionalText('version'),
      instance: fields.optionalText('instance'),
    }),
    at: fields.time('at'),
    source: fields.text('source'),
    reason: fields.text('reason'),
    severity: severities.find(known => known === severity) ?? 'info',
    message: fields.optionalText('message') ?? '',
    key: fields.text('key'),
    count: fields.optionalNumber('count') ?? 1,
    ...(until !== undefined && { until }),
    attributes: attributesOf((fields.raw('attributes') as Record<string, unknown> | undefined) ?? {}),
  }
}

export function eventLine({ resource, at, until, kind: _, ...event }: EventRecord): string {
  const { service, ...place } = resource
  return JSON.stringify({
    at: momentText(at),
    ...(until !== undefined && { until: momentText(until) }),
    ...(service !== '' && { service }),
    ...place,
    ...event,
  })
}
