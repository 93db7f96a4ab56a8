import type { BundleIncident } from '../../telemetry/bundle/incident.ts'
import { rangeIn, type TimeRange } from './time-range.ts'

/** What the words of an incident ask of the logs. */
export interface Question {
  /** Phrases in quotes and ids, in lower case: lines that hold one are meant. */
  phrases: readonly string[]
  /** Other words that may select lines when few lines have them, in lower case. */
  words: readonly string[]
  /** Times that it is limited to. */
  range?: TimeRange
  /** It asks for several: a list, a search, a summary. */
  lists: boolean
  /** It is about how fast or how well it does, not about errors. */
  performance: boolean
  /** All of its words, in lower case. */
  text: string
}

const most = { text: 20_000, phrases: 12, words: 16 } as const

/** @param now the time that words such as yesterday count from, milliseconds since the epoch */
export function questionOf({ summary = '', alerts }: BundleIncident, now: number | undefined): Question {
  const told = alerts.flatMap(alert => textsOf(alert, 0))
  const all = [summary, ...told].join('\n').slice(0, most.text)
  const quotes = [...all.matchAll(/(?<![\w])(['"`])([^'"`\n]{3,100})\1(?![\w])/g)].map(
    ([, , phrase = '']) => phrase,
  )
  const tokens = all.split(/[\s,;:!?()<>{}[\]'"`]+/).map(token => token.replace(/^[.]+|[.]+$/g, ''))
  const ids = tokens.filter(token => isId(token) || isAccount(token))
  const statuses = [...summary.matchAll(/(?<![\w.-])[45]\d\d(?![\w.-])/g)].map(([code]) => `status ${code}`)
  const range = rangeIn(summary, now)
  return {
    phrases: distinct([...quotes, ...ids, ...statuses]).slice(0, most.phrases),
    words: distinct(
      tokens.filter(token => /^[A-Za-z][\w-]{4,40}$/.test(token) && !everyday.has(token.toLowerCase())),
    ).slice(0, most.words),
    ...(range && { range }),
    lists:
      /\b(?:errors|issues|problems|exceptions|failures|warnings)\b|\b(?:list|summar\w{2,5}|find|search|grep|show|all)\b/i.test(
        summary,
      ),
    performance:
      /\b(?:slow\w{0,4}|perform\w{0,6}|latenc\w{1,3}|degrad\w{2,5}|poor\w{0,2}|memory|leak\w{0,3}|cpu|hit rate|throughput|unresponsive|lag\w{0,4}|backlog|queue|behind|response times?)\b/i.test(
        all,
      ),
    text: all.toLowerCase(),
  }
}

const distinct = (values: readonly string[]): string[] => [
  ...new Set(values.map(value => value.toLowerCase())),
]

/** A request, order or trace: letters and digits mixed, long enough to be no word or version. */
const isId = (token: string): boolean =>
  (/^[\w.-]{8,80}$/.test(token) &&
    /\d/.test(token) &&
    (/^[0-9a-f-]{16,}$/i.test(token) ||
      (/^[A-Za-z]{2,12}[-_]\w{4,}$/.test(token) && (token.match(/\d/g)?.length ?? 0) >= 3))) ||
  /^\d{6,20}$/.test(token)

/** Users, mail addresses and identifiers of code: words with signs inside. */
const isAccount = (token: string): boolean =>
  /^[A-Za-z]\w{0,40}(?:[.@_]\w{1,40}){1,6}$/.test(token) &&
  !/\.(?:svc|cluster|local|com|io|org|net)$/i.test(token)

function textsOf(value: unknown, depth: number): string[] {
  if (typeof value !== 'object' || value === null || depth > 3) return []
  return Object.entries(value).flatMap(([key, member]) =>
    typeof member === 'string'
      ? /^(?:title|description|summary|message|annotations?|text)$/i.test(key)
        ? [member.slice(0, 2000)]
        : []
      : textsOf(member, depth + 1),
  )
}

const everyday = new Set(
  (
    'about after again against alert alerts application because been before being between cause causing check cluster container ' +
    'could crash crashed crashing default deployment describe different does during error errors explain failed failing failure ' +
    'failures fetch figure found happen happened happening have health healthy hello investigate issue issues kubernetes last ' +
    'latest logs made more namespace namespaces node nodes occur occurred over please pods problem problems production reason ' +
    'running service services show since some started state status summary tell that their there these thing this those today ' +
    'under unhealthy user users want were what when where whether which while with workload would wrong yesterday your'
  ).split(' '),
)
