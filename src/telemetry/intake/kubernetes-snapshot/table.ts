import type { CommandOutput } from './command-output.ts'
import { type PrintedEvent, printedEvent } from './printed-event.ts'

/** A table as `kubectl get` and `kubectl top` print it. */
export interface Table {
  /** As the command had it, such as `pods`. */
  kind?: string
  namespace?: string
  columns: readonly string[]
  rows: readonly Readonly<Record<string, string>>[]
}

const MAX_ROWS = 50_000
const header = /^[A-Z][A-Z0-9()%/_-]*(?: {1,}[A-Z][A-Z0-9()%/_-]*)*\s*$/

/** Columns that are printed when a pipe has taken the header away. */
const usual: Readonly<Record<string, readonly string[]>> = {
  pod: ['NAME', 'READY', 'STATUS', 'RESTARTS', 'AGE'],
  deployment: ['NAME', 'READY', 'UP-TO-DATE', 'AVAILABLE', 'AGE'],
  job: ['NAME', 'STATUS', 'COMPLETIONS', 'DURATION', 'AGE'],
}
const wide: Readonly<Record<string, readonly string[]>> = {
  pod: ['IP', 'NODE', 'NOMINATED NODE', 'READINESS GATES'],
  deployment: ['CONTAINERS', 'IMAGES', 'SELECTOR'],
  job: ['CONTAINERS', 'IMAGES', 'SELECTOR'],
}

export function tableIn(output: CommandOutput): Table | undefined {
  const { verb, kind, namespace, text } = output
  const lines = text.split('\n', MAX_ROWS + 1).filter(line => line.trim() !== '')
  const [first = ''] = lines
  const about = { ...(kind !== undefined && { kind }), ...(namespace !== undefined && { namespace }) }
  if (header.test(first)) return { ...about, ...withHeader(first, lines.slice(1)) }
  const columns = verb === 'get' ? columnsOf(output) : undefined
  if (!columns) return undefined
  const rows = lines
    .map(line => line.trim().split(/ {2,}/))
    .filter(values => values.length >= columns.length - 1)
  return {
    ...about,
    columns,
    rows: rows.map(values =>
      Object.fromEntries(columns.map((column, index) => [column, values[index] ?? ''])),
    ),
  }
}

/** Values begin where their header does. */
function withHeader(first: string, lines: readonly string[]): Pick<Table, 'columns' | 'rows'> {
  // Names of columns may have one space in them.
  const starts = [...first.matchAll(/(?:^| {2,})(\S)/g)].map(match => match.index + match[0].length - 1)
  const part = (line: string, index: number) => line.slice(starts[index], starts[index + 1]).trim()
  const columns = starts.map((_, index) => part(first, index))
  const rows = lines.map(line =>
    Object.fromEntries(columns.map((column, index) => [column, part(line, index)])),
  )
  return { columns, rows }
}

function columnsOf({ kind = '', flags }: CommandOutput): string[] | undefined {
  const singular = kind
    .toLowerCase()
    .replace(/s$/, '')
    .replace(/^po$/, 'pod')
    .replace(/^deploy$/, 'deployment')
  const narrow = usual[singular]
  if (!narrow || (flags['-o'] !== undefined && flags['-o'] !== 'wide')) return undefined
  return [
    ...('-A' in flags || '--all-namespaces' in flags ? ['NAMESPACE'] : []),
    ...narrow,
    ...(flags['-o'] === 'wide' ? (wide[singular] ?? []) : []),
    ...('--show-labels' in flags ? ['LABELS'] : []),
  ]
}

/** Rows of `kubectl get events` and `kubectl events`. */
export function tabledEvents({ columns, rows, namespace }: Table, at: number): PrintedEvent[] {
  if (!['LAST SEEN', 'TYPE', 'REASON', 'OBJECT', 'MESSAGE'].every(column => columns.includes(column)))
    return []
  return rows.map(row => {
    const [kind = '', name = ''] = (row.OBJECT ?? '').split('/')
    const { 'LAST SEEN': age = '', TYPE: type = '', REASON: reason = '', MESSAGE: text = '' } = row
    return printedEvent(
      { kind: kindOf(kind), name, namespace: row.NAMESPACE ?? namespace },
      { type, reason, age, message: text, from: row.SOURCE },
      at,
    )
  })
}

/** `kubectl get events` writes kinds in lower case. */
const kindOf = (text: string): string =>
  [
    'Pod',
    'ReplicaSet',
    'Deployment',
    'StatefulSet',
    'DaemonSet',
    'CronJob',
    'Job',
    'HorizontalPodAutoscaler',
    'Node',
  ].find(kind => kind.toLowerCase() === text.toLowerCase()) ?? text
