import { parse } from 'csv-parse/sync'
import type { CostRecord } from '../signals/signal.ts'
import { cut } from './attributes.ts'
import { Malformed, timeOf } from './fields.ts'
import { cleanAttributes, resource } from './plain-values.ts'
import type { Report, ReportAbout } from './report.ts'

/**
 * Cost lines as CSV with a header: the columns of FOCUS (focus.finops.org, FinOps Open Cost and Usage Specification),
 * or the few short ones of `names`. The amount is what was really used (EffectiveCost) where both are there. Amounts
 * are in USD, other currencies are refused.
 */
export const costCsv: Report = {
  type: 'cost-csv',
  summary: 'Cost lines, as CSV with the columns of FOCUS',
  path: '/v1/costs',
  read(body, about) {
    const { columns, rows } = table(body)
    return rows.map(row => costRecord(new Row(columns, row), about))
  },
}

const DAY_MS = 86_400_000
const LIMITS = { rows: 500_000, record: 256 * 1024, columns: 500 } as const

/** Columns by what they say; compared without case, spaces and underscores. The first that is filled counts. */
const names = {
  usd: ['EffectiveCost', 'BilledCost', 'usd', 'cost', 'amount'],
  from: ['ChargePeriodStart', 'start', 'from', 'date'],
  until: ['ChargePeriodEnd', 'end', 'until'],
  currency: ['BillingCurrency', 'currency'],
  category: ['category', 'ServiceCategory'],
  service: ['service'],
  namespace: ['namespace'],
  owner: ['owner', 'team', 'SubAccountName', 'SubAccountId'],
} as const

/** Columns kept as attributes. */
const kept = {
  'cost.provider': ['ProviderName', 'ServiceProviderName'],
  'cost.service': ['ServiceName'],
  'cost.resource': ['ResourceName', 'ResourceId'],
  'cost.region': ['RegionName', 'RegionId'],
  'cost.charge': ['ChargeCategory'],
  'cost.description': ['ChargeDescription'],
  'cost.sku': ['SkuId'],
} as const

interface CsvRow {
  record: string[]
  info: { lines: number }
}

function table(body: Uint8Array): { columns: ReadonlyMap<string, number>; rows: CsvRow[] } {
  let records: CsvRow[]
  try {
    records = parse(Buffer.from(body), {
      bom: true,
      info: true,
      skip_empty_lines: true,
      max_record_size: LIMITS.record,
      to: LIMITS.rows + 2,
      relax_column_count: true,
    }) as unknown as CsvRow[]
  } catch (cause) {
    throw new Malformed(`the body is not CSV: ${(cause as Error).message.slice(0, 200)}`, { cause })
  }
  const [header, ...rows] = records
  if (!header) throw new Malformed('the body is empty; a CSV file begins with a header line')
  if (header.record.length > LIMITS.columns)
    throw new Malformed(`there are more than ${LIMITS.columns} columns`)
  if (rows.length > LIMITS.rows)
    throw new Malformed(`there are more than ${LIMITS.rows} lines; send them in parts`)
  return { columns: new Map(header.record.map((column, index) => [plainName(column), index])), rows }
}

const plainName = (column: string): string => column.toLowerCase().replace(/[\s_-]/g, '')

/** One line, read by names of columns. */
class Row {
  readonly #columns: ReadonlyMap<string, number>
  readonly #row: CsvRow

  constructor(columns: ReadonlyMap<string, number>, row: CsvRow) {
    this.#columns = columns
    this.#row = row
  }

  text(among: readonly string[]): string | undefined {
    for (const name of among) {
      const value = this.#row.record[this.#columns.get(plainName(name)) ?? -1]?.trim()
      if (value !== undefined && value !== '' && value !== 'NULL') return value
    }
    return undefined
  }

  number(among: readonly string[]): number {
    const text = this.text(among) ?? this.fail(among, 'is missing')
    const value = Number(text)
    return Number.isFinite(value) ? value : this.fail(among, `is not a number: ${text.slice(0, 40)}`)
  }

  time(among: readonly string[]): number | undefined {
    const text = this.text(among)
    return text === undefined
      ? undefined
      : (timeOf(text) ?? this.fail(among, `is not a time: ${text.slice(0, 40)}`))
  }

  fail(among: readonly string[], what: string): never {
    const name = among.find(each => this.#columns.has(plainName(each))) ?? among[0]
    throw new Malformed(`line ${this.#row.info.lines}: column ${name} ${what}`)
  }
}

function costRecord(row: Row, about: ReportAbout): CostRecord {
  const currency = row.text(names.currency) ?? 'USD'
  if (currency.toUpperCase() !== 'USD')
    row.fail(
      names.currency,
      `is ${currency.slice(0, 10)}; only amounts in USD are taken, convert them before`,
    )
  const at = row.time(names.from) ?? row.fail(names.from, 'is missing')
  const until = row.time(names.until) ?? at + DAY_MS
  if (until <= at) row.fail(names.until, 'is not after the start')
  const tags = tagsOf(row.text(['Tags']))
  const owner = tags.get('owner') ?? tags.get('team') ?? row.text(names.owner)
  return {
    kind: 'cost',
    resource: resource({
      service: row.text(names.service) ?? firstTag(tags, serviceTags) ?? about.service,
      namespace: row.text(names.namespace) ?? firstTag(tags, namespaceTags) ?? about.namespace,
      version: undefined,
    }),
    at,
    until,
    usd: row.number(names.usd),
    category: categoryOf(row.text(names.category) ?? 'other'),
    ...(owner !== undefined && { owner: cut(owner, 256) }),
    attributes: cleanAttributes(
      Object.fromEntries(Object.entries(kept).map(([attribute, columns]) => [attribute, row.text(columns)])),
    ),
  }
}

const serviceTags = ['service', 'app.kubernetes.io/name', 'app', 'application']
const namespaceTags = ['namespace', 'kubernetes_namespace', 'aws:eks:namespace']

const firstTag = (tags: ReadonlyMap<string, string>, among: readonly string[]): string | undefined =>
  among.map(name => tags.get(name)).find(value => value !== undefined)

/** JSON, as FOCUS has it: an object of texts, or a list of Key and Value. */
function tagsOf(text: string | undefined): ReadonlyMap<string, string> {
  const tags = new Map<string, string>()
  let value: unknown
  try {
    value = text === undefined ? undefined : JSON.parse(text)
  } catch {
    // Tags that can not be read name no owner; the amount still counts.
    return tags
  }
  const pairs = Array.isArray(value)
    ? value.map(pair => [
        (pair as { Key?: unknown } | null)?.Key,
        (pair as { Value?: unknown } | null)?.Value,
      ])
    : Object.entries(value ?? {})
  for (const [name, tag] of pairs)
    if (typeof name === 'string' && typeof tag === 'string')
      tags.set(name.toLowerCase().replace(/^user:/, ''), tag)
  return tags
}

/** FOCUS' categories, in the words that costs of clusters and models use too. */
function categoryOf(given: string): string {
  const known: Readonly<Record<string, string>> = {
    networking: 'network',
    databases: 'database',
    'ai and machine learning': 'ai',
  }
  return known[given.toLowerCase()] ?? cut(given.toLowerCase(), 64)
}
