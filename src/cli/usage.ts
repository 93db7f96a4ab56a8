import { AccessKey } from '../api/kinds/access-key.ts'
import { usdText } from '../gateway/accounting/refusal.ts'
import { systemClock } from '../lib/clock.ts'
import { remote } from '../lib/rpc.ts'
import { type Telemetry, telemetryMethods, type UsageQuery, type UsageRow } from '../telemetry/telemetry.ts'
import { type Command, type Invocation, UsageError } from './command.ts'
import { connect, connectionOptions } from './connection.ts'
import { runningEndpoints } from './endpoints.ts'
import { momentOf, momentText } from './moment.ts'
import { tableText } from './table.ts'

const groups = ['key', 'team', 'route', 'model', 'release'] as const

export const usageCommand: Command = {
  name: 'usage',
  summary: 'Sum what calls used, cost and saved, and check every count against the total of its provider.',
  options: {
    by: { type: 'string', value: 'WHAT', default: 'key', summary: `one of ${groups.join(', ')}` },
    since: {
      type: 'string',
      value: 'TIME',
      default: '30d',
      summary: 'an RFC 3339 time, or how long ago such as 24h',
    },
    ...connectionOptions,
  },
  help: [
    'Calls of shadow and evaluation are counted: they are paid as well. A call of unknown price is not in the cost, and',
    'is counted under UNPRICED. Teams are those that keys have now. Exit 1 when buckets do not sum to a total.',
  ].join('\n'),
  async run(invocation) {
    const by = invocation.required('by')
    if (!isGroup(by)) throw new UsageError(`--by must be one of ${groups.join(', ')}, not "${by}"`)
    const until = systemClock.now()
    const since = momentOf(invocation.required('since'), '--since', until, 'ago')
    const { control, controlToken } = await runningEndpoints(invocation.required('state'))
    const telemetry = remote<Telemetry>({
      endpoint: { url: control, token: controlToken },
      service: 'telemetry',
      methods: telemetryMethods,
    })
    const namespace = invocation.required('namespace')
    const query = { namespace, since, until: until + 1, by: by === 'team' ? 'key' : by } satisfies UsageQuery
    const rows = await telemetry.usage(query)
    const grouped = by === 'team' ? byTeam(rows, await teams(invocation)) : rows
    if (invocation.json)
      invocation.out(
        JSON.stringify({ by, since: momentText(since), until: momentText(until), rows: grouped }),
      )
    else invocation.out(usageText(grouped, by, since))
    return grouped.some(({ unreconciled }) => unreconciled > 0) ? 1 : 0
  },
}

const isGroup = (by: string): by is (typeof groups)[number] => (groups as readonly string[]).includes(by)

async function teams(invocation: Invocation): Promise<Map<string, string>> {
  const client = await connect(invocation)
  const { items } = await client.list(AccessKey, { namespace: client.namespace })
  return new Map(items.flatMap(({ metadata, spec }) => (spec.team ? [[metadata.name, spec.team]] : [])))
}

/** Rows of keys as rows of their teams; keys without one are together. */
export function byTeam(rows: readonly UsageRow[], teams: ReadonlyMap<string, string>): UsageRow[] {
  const found = new Map<string, UsageRow>()
  for (const row of rows) {
    const group = teams.get(row.group) ?? '(no team)'
    const known = found.get(group)
    found.set(group, known ? sum(known, row) : { ...row, group })
  }
  return [...found.values()].sort((a, b) => (a.group < b.group ? -1 : 1))
}

function sum(a: UsageRow, b: UsageRow): UsageRow {
  const added = (one: object, other: object): object =>
    Object.fromEntries(
      Object.entries(one).map(([name, value]) => {
        // Both are UsageRows, or the tokens of two.
        const more = (other as Record<string, unknown>)[name]
        if (typeof value === 'number') return [name, value + Number(more)]
        return [name, typeof value === 'object' && value ? added(value, more as object) : value]
      }),
    )
  return added(a, b) as UsageRow
}

/** The table, and what to think of its figures. */
export function usageText(rows: readonly UsageRow[], by: string, since: number): string {
  if (rows.length === 0) return `no calls since ${momentText(since)}`
  const line = (row: UsageRow) => [
    row.group,
    row.calls,
    row.tokens.input + row.tokens.inputAudio,
    row.tokens.cacheRead,
    row.tokens.cacheWrite,
    row.tokens.output + row.tokens.outputAudio,
    row.tokens.reasoning,
    usdText(row.costUsd),
    usdText(row.savedUsd),
    percent(row.estimated, row.calls),
    row.unpriced,
  ]
  const total = rows.slice(1).reduce(sum, rows[0] as UsageRow)
  const head = [
    'CALLS',
    'INPUT',
    'CACHED',
    'WRITTEN',
    'OUTPUT',
    'REASONING',
    'COST',
    'SAVED',
    'ESTIMATED',
    'UNPRICED',
  ]
  return [
    tableText([by.toUpperCase(), ...head], [...rows.map(line), line({ ...total, group: 'all' })]),
    total.unreconciled === 0
      ? `of all ${total.calls} calls the buckets sum to the total of the provider`
      : `of ${total.unreconciled} of ${total.calls} calls the buckets do not sum to the total of the provider`,
  ].join('\n')
}

const percent = (part: number, whole: number): string => `${Math.round((100 * part) / Math.max(1, whole))} %`
