import type { ChangeRecord } from '../signals/signal.ts'
import { cut } from './attributes.ts'
import { Fields, Malformed, parseJson } from './fields.ts'
import { cleanAttributes, message, resource } from './plain-values.ts'
import type { Report } from './report.ts'

/**
 * Changes of feature flags as JSON, in three shapes:
 * - simple, for any system: `{"flag","at","by","from","to","service","namespace","environment","message"}`, or
 *   `{"changes":[…]}` of them;
 * - an audit log entry, as webhooks of LaunchDarkly have it (launchdarkly.com/docs/api/webhooks);
 * - `PROVIDER_CONFIGURATION_CHANGED` of OpenFeature (openfeature.dev/specification/sections/events) with `flagsChanged`.
 */
export const featureFlags: Report = {
  type: 'feature-flags',
  summary: 'Changes of feature flags: a simple form, audit log entries, or OpenFeature events',
  path: '/v1/feature-flags',
  read(body, about, now) {
    const payload = new Fields(parseJson(body))
    if (payload.raw('flagsChanged') !== undefined) return configurationChanged(payload, about, now)
    if (payload.raw('accesses') !== undefined) return auditEntry(payload, about)
    const changes = payload.raw('changes') === undefined ? [payload] : payload.list('changes', 1000)
    return changes.map(change => simple(change, about, now))
  },
}

type About = Parameters<Report['read']>[1]

interface FlagChange {
  flag: string
  about: About
  at: number
  id?: string | undefined
  by?: string | undefined
  from?: unknown
  to?: unknown
  environment?: string | undefined
  message?: string | undefined
  reference?: string | undefined
}

function simple(change: Fields, about: About, now: number): ChangeRecord {
  return record({
    flag: change.text('flag'),
    about: {
      ...about,
      ...valued('service', change.optionalText('service')),
      ...valued('namespace', change.optionalText('namespace')),
    },
    at: change.optionalTime('at') ?? now,
    by: change.optionalText('by'),
    from: change.raw('from'),
    to: change.raw('to'),
    environment: change.optionalText('environment'),
    message: change.optionalText('message'),
    reference: change.optionalText('url'),
  })
}

function auditEntry(entry: Fields, about: About): ChangeRecord[] {
  const at = entry.number('date')
  if (!(at > 0 && at < 8.64e15)) throw new Malformed('date is not in milliseconds since 1970')
  const member = entry.optionalFields('member')
  const flags = new Map<string, string | undefined>()
  for (const access of entry.list('accesses', 1000)) {
    // Such as `proj/shop:env/production:flag/new-checkout`; entries about other things name no flag.
    const resourceName = access.text('resource')
    const flag = /(?:^|:)flag\/([^:;]{1,256})/.exec(resourceName)?.[1]
    if (flag !== undefined) flags.set(flag, /(?:^|:)env\/([^:;]{1,256})/.exec(resourceName)?.[1])
  }
  return [...flags].map(([flag, environment]) =>
    record({
      flag,
      about,
      at,
      id: entry.id('_id'),
      by: member?.optionalText('email') ?? member?.optionalText('_id'),
      from: onOff(entry.optionalFields('previousVersion'), environment),
      to: onOff(entry.optionalFields('currentVersion'), environment),
      environment: environment === '*' ? undefined : environment,
      message:
        entry.optionalText('shortDescription') ??
        entry.optionalText('title') ??
        entry.optionalText('description') ??
        entry.optionalText('titleVerb'),
      reference: entry.optionalFields('_links')?.optionalFields('site')?.optionalText('href'),
    }),
  )
}

/** Whether a version of a flag is on in an environment, where it says so. */
function onOff(version: Fields | undefined, environment: string | undefined): boolean | undefined {
  const settings = environment && version?.optionalFields('environments')?.optionalFields(environment)
  const on = (settings || version)?.raw('on')
  return typeof on === 'boolean' ? on : undefined
}

function configurationChanged(payload: Fields, about: About, now: number): ChangeRecord[] {
  const flags = payload.raw('flagsChanged')
  if (
    !Array.isArray(flags) ||
    flags.length > 1000 ||
    flags.some(flag => typeof flag !== 'string' || flag === '')
  )
    throw new Malformed('flagsChanged is not a list of at most 1000 names')
  const provider = payload.optionalText('providerName')
  return (flags as string[]).map(flag =>
    record({
      flag,
      about: { ...about, ...valued('service', payload.optionalText('domain')) },
      at: payload.optionalTime('at') ?? now,
      by: provider,
      message: payload.optionalText('message'),
    }),
  )
}

function record({ flag, about, at, id, by, from, to, environment, ...rest }: FlagChange): ChangeRecord {
  const before = from === undefined ? undefined : shown(from)
  const after = to === undefined ? undefined : shown(to)
  const how = after === undefined ? 'was changed' : `was set to ${after}`
  return {
    kind: 'change',
    resource: resource({ service: about.service, namespace: about.namespace, version: about.version }),
    at,
    change: 'flag',
    id: cut(id === undefined ? `flag:${flag}@${at}` : `flag:${flag}@${id}`, 256),
    ...(before !== undefined && { before }),
    ...(by !== undefined && { author: message(by, 256) }),
    message: message(rest.message ?? `flag ${flag} ${how}${environment ? ` in ${environment}` : ''}`),
    ...(rest.reference !== undefined && { reference: cut(rest.reference, 2048) }),
    attributes: cleanAttributes({
      'flag.key': flag,
      'flag.value': after,
      'flag.environment': environment,
    }),
  }
}

const shown = (value: unknown): string =>
  message(
    typeof value === 'boolean'
      ? value
        ? 'on'
        : 'off'
      : typeof value === 'string'
        ? value
        : JSON.stringify(value),
    256,
  )

const valued = <K extends string>(key: K, value: string | undefined): { [P in K]?: string } =>
  (value === undefined ? {} : { [key]: value }) as { [P in K]?: string }
