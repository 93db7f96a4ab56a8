import { partsOf } from '../../changes/symptoms/words.ts'
import type { ExternalRule } from '../external-rule.ts'
import { clock, evidenceOf, oneLine, saidOf } from '../said.ts'

interface Feed {
  provider: string
  file: string
  troubled: string[]
  incidents: { name: string; started?: number; resolved?: number }[]
}

const most = { json: 2_000_000, items: 500, text: 200 } as const
/** Providers tell late, and what they tell began before. */
const early = 30 * 60_000

/** The status page of a provider tells of an incident while we fail, and what fails names that provider. */
export const providerIncident: ExternalRule = {
  name: 'provider-incident',
  fault: 'provider',
  look({ evidence, symptoms }) {
    const { onset, sayings } = symptoms
    for (const feed of evidence.cluster.outputs.flatMap(({ file, text }) => feedsIn(file, text))) {
      const open = feed.incidents.filter(
        ({ started, resolved }) =>
          !onset ||
          ((started === undefined || started <= onset.sure + early) &&
            (resolved === undefined || resolved >= onset.first)),
      )
      if (open.length === 0 && feed.troubled.length === 0) continue
      const words = partsOf(feed.provider).filter(part => part.length >= 3)
      const failing = saidOf(sayings, new RegExp(words.map(escaped).join('|') || '$^'))
      const [incident] = open
      const strength = failing.length > 0 ? (incident ? 0.93 : 0.8) : incident ? 0.5 : 0.3
      const since = incident?.started === undefined ? '' : ` since ${clock(incident.started)}`
      return {
        name: `provider ${feed.provider}`,
        strength,
        definite: failing.length > 0 && incident !== undefined,
        statement: `The provider ${feed.provider} has an incident${since}: ${incident ? oneLine(incident.name) : `${feed.troubled.join(', ')} not operational`}. Calls to it fail; no change of ours is to blame.`,
        evidence: [
          {
            source: `kubectl/${feed.file.slice(feed.file.lastIndexOf('/') + 1)}`,
            detail: `${feed.provider}: ${[...open.map(({ name }) => name), ...feed.troubled].join('; ').slice(0, 280)}`,
          },
          ...evidenceOf(failing),
        ],
      }
    }
    return undefined
  },
}

const escaped = (text: string): string => text.replace(/[^\w]/g, '\\$&')

/** Feeds in the forms that status pages have: components with a status, incidents with their beginning. */
function feedsIn(file: string, text: string): Feed[] {
  const begin = text.search(/[[{]/)
  if (begin < 0 || text.length > most.json || !/"?(status|incidents|components|indicator)"?/i.test(text))
    return []
  let value: unknown
  try {
    value = JSON.parse(text.slice(begin))
  } catch {
    // Some other text.
    return []
  }
  return (Array.isArray(value) ? value.slice(0, most.items) : [value]).flatMap(one => {
    const feed = record(one)
    const page = record(feed.page)
    const provider = [feed.provider, feed.service, page.name, feed.name, feed.source].find(
      name => typeof name === 'string',
    )
    if (
      typeof provider !== 'string' ||
      !(Array.isArray(feed.incidents) || Array.isArray(feed.components) || feed.status)
    )
      return []
    const troubled = records(feed.components)
      .filter(
        ({ status }) =>
          typeof status === 'string' &&
          !/^(operational|ok|up|available|normal|healthy|resolved)$/i.test(status),
      )
      .map(({ name, status }) => `${String(name)} ${String(status).replaceAll('_', ' ')}`.slice(0, most.text))
    const overall = record(feed.status).indicator ?? feed.status
    if (typeof overall === 'string' && /outage|degraded|major|critical|partial|down|disrupt/i.test(overall))
      troubled.push(overall)
    const incidents = records(feed.incidents).map(incident => {
      const started = timeIn(incident, ['started_at', 'startedAt', 'start', 'created_at', 'begin'])
      const resolved = /^(resolved|postmortem|completed|closed)$/i.test(String(incident.status))
        ? timeIn(incident, ['resolved_at', 'resolvedAt', 'end', 'updated_at'])
        : undefined
      return {
        name: String(incident.name ?? incident.title ?? incident.summary ?? 'an incident').slice(
          0,
          most.text,
        ),
        ...(started !== undefined && { started }),
        ...(resolved !== undefined && { resolved }),
      }
    })
    return [{ provider: provider.slice(0, 80), file, troubled, incidents }]
  })
}

const record = (value: unknown): Readonly<Record<string, unknown>> =>
  value !== null && typeof value === 'object' && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {}
const records = (value: unknown): Readonly<Record<string, unknown>>[] =>
  Array.isArray(value) ? value.slice(0, most.items).map(record) : []

function timeIn(of: Readonly<Record<string, unknown>>, names: readonly string[]): number | undefined {
  for (const name of names) {
    const at = Date.parse(String(of[name] ?? ''))
    if (!Number.isNaN(at)) return at
  }
  return undefined
}
