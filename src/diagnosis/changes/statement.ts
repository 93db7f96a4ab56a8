import type { ChangeRecord } from '../../telemetry/signals/signal.ts'
import type { Evidence, FaultClass, Remedy } from '../diagnosis.ts'
import type { Suspect } from './score.ts'
import type { SymptomKind, Symptoms } from './symptoms/symptom.ts'
import type { Weighed } from './weighing.ts'

const most = { title: 70, says: 150, detail: 110 } as const

/** What changed, where, by whom, when, and what came of it; within 400 characters. */
export function statementOf({ change, arrival, hit, symptom, direct }: Suspect, { onset }: Symptoms): string {
  const what =
    change.change === 'flag'
      ? `Flag ${change.id.replace(/^flag:/, '')}`
      : `${nounOf(change.change)} ${short(commitOf(change))}`
  const title =
    change.change === 'flag' || change.message === ''
      ? ''
      : ` ("${clean(change.message, most.title)}"${change.author === undefined ? '' : ` by ${clean(change.author, 40)}`})`
  const where = arrival.service === '' ? 'production' : arrival.service
  const by = arrival.by ? ` with the deploy of ${short(commitOf(arrival.by))}` : ''
  const after = onset ? `, ${apart(onset.first - arrival.at)} the symptoms` : ''
  const file = hit.file === change.id ? '' : ` in ${clean(hit.file, 80)}`
  const link = direct ? ` Also, ${clean(direct.detail, 120)}.` : ''
  return `${what}${title} ${clean(hit.says, most.says)}${file}. It reached ${where} at ${clock(arrival.at)}${by}${after}; that explains ${kindWords[symptom.kind] ?? symptom.kind}: ${clean(symptom.detail, most.detail)}.${link}`
}

const apart = (gap: number): string => {
  const minutes = Math.round(Math.abs(gap) / 60_000)
  if (minutes === 0) return 'within a minute of'
  const span = minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`
  return gap > 0 ? `${span} before` : `${span} after the first signs of`
}

const nounOf = (kind: string): string =>
  kind === 'code' ? 'Commit' : kind === 'deploy' ? 'Deploy' : `${upper(kind)} change`
const upper = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`
/** What others know it by: of a part of a commit the commit. */
export function commitOf({ id, attributes }: Pick<ChangeRecord, 'id' | 'attributes'>): string {
  const commit = attributes['git.commit']
  return typeof commit === 'string' && id.startsWith(`${commit}/`) && /^[0-9a-f]{7,64}$/.test(commit)
    ? commit
    : id
}

export const short = (id: string): string => (/^[0-9a-f]{40}$/.test(id) ? id.slice(0, 12) : clean(id, 80))
const clock = (at: number): string => `${new Date(at).toISOString().slice(11, 16)} UTC`

/** Text of others on one line, of bounded length. */
export function clean(text: string, length: number): string {
  const line = text.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim()
  return line.length > length ? `${line.slice(0, length - 1)}…` : line
}

const kindWords: Partial<Record<SymptomKind, string>> = {
  ...{
    'pool-wait': 'the wait for connections',
    'database-load': 'the load of the database',
    'slow-query': 'slow queries',
  },
  ...{
    'calls-per-request': 'more calls for each request',
    'cache-miss': 'misses of the cache',
    oom: 'running out of memory',
  },
  ...{
    unauthorized: 'refused logins',
    forbidden: 'refused access',
    validation: 'messages that can not be read',
  },
  ...{
    schema: 'fields or tables that are not found',
    backlog: 'the backlog',
    crash: 'crashes',
    startup: 'failing starts',
  },
  ...{
    'log-volume': 'more logs',
    disk: 'the full disk',
    'rate-limit': 'rate limits',
    'wrong-data': 'wrong results',
  },
  ...{
    'config-missing': 'settings that are not found',
    threads: 'busy workers',
    lock: 'waiting for locks',
    error: 'errors',
  },
  ...{
    memory: 'the growth of memory',
    cpu: 'the CPU load',
    latency: 'the latency',
    timeout: 'timeouts',
    retries: 'retries',
  },
  ...{
    'traffic-up': 'more requests',
    'traffic-down': 'fewer requests',
    'stale-data': 'stale data',
    restarts: 'restarts',
  },
}

/** Of the change, of the symptom, and the words and values they have in common. */
export function evidenceOf({ change, hit, symptom, words, direct, arrival }: Suspect): Evidence[] {
  return [
    {
      source: `changes/${short(commitOf(change))}`,
      detail: `${clean(hit.says, most.says)} (${clean(hit.file, 100)})`,
    },
    { source: symptom.source, detail: clean(symptom.detail, 240) },
    ...(direct ? [{ source: direct.source, detail: clean(direct.detail, 240) }] : []),
    ...(words.length > 0
      ? [
          {
            source: `changes/${short(commitOf(change))}`,
            detail: `has in common with the evidence: ${words.map(word => clean(word, 40)).join(', ')}`,
          },
        ]
      : []),
    {
      source: 'changes',
      detail: `took effect at ${new Date(arrival.at).toISOString()}${arrival.service === '' ? '' : ` in ${arrival.service}`}`,
    },
  ]
}

export function remedyOf({ change, arrival }: Suspect): Remedy {
  const undo =
    change.change === 'flag'
      ? `Set the flag ${change.id.replace(/^flag:/, '')} back`
      : `Revert ${short(commitOf(change))}`
  return {
    skill: 'rollback',
    input: {
      change: commitOf(change),
      ...(arrival.service !== '' && { service: arrival.service }),
      ...(change.reference !== undefined && { reference: change.reference }),
    },
    summary: `${undo}${arrival.service === '' ? '' : ` and deploy ${arrival.service}`}.`,
  }
}

/** What is said of a change that was looked at and is not it. */
export function reasonOf(suspect: Suspect, { externals, suspects }: Weighed): string {
  const [first] = suspects
  const [outside] = externals
  if (outside && outside.strength >= 0.5 && (first?.strength ?? 0) < outside.strength)
    return `${clean(hit(suspect), 160)}, but the evidence names ${outside.name}`
  const rival =
    first && first.change !== suspect.change ? `; ${short(commitOf(first.change))} explains it better` : ''
  if (suspect.place < 0.5)
    return `it took effect in ${suspect.arrival.service}, which has nothing to do with what suffers${rival}`
  if (suspect.time < 0.5) return `it took effect too long before the symptoms began${rival}`
  return `${clean(hit(suspect), 160)}, which hardly explains ${kindWords[suspect.symptom.kind] ?? suspect.symptom.kind}${rival}`
}

const hit = (suspect: Suspect): string => `it ${suspect.hit.says}`

/** The class of the change, or of its symptom where that says more. */
export const faultOf = ({ hit }: Suspect): FaultClass => hit.class.fault
