import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { request } from 'undici'
import { type ReplayRow, type ReplaySummary, replay } from '../gateway/replay.ts'
import { systemClock } from '../lib/clock.ts'
import { DatasetError, type DatasetFormat, parseDataset, rowsOf } from '../lib/dataset.ts'
import { parseDuration } from '../lib/duration.ts'
import { seededRandom } from '../lib/random.ts'
import { type Command, type Invocation, UsageError } from './command.ts'
import { runningEndpoints, stateOption } from './endpoints.ts'

export const replayCommand: Command = {
  name: 'replay',
  summary: 'send labelled rows to a route at a steady rate and say how well it answers',
  options: {
    route: { type: 'string', value: 'NAME', required: true, summary: 'model name of the ModelRoute' },
    data: {
      type: 'string',
      value: 'FILE',
      required: true,
      summary: 'labelled rows, CSV with a header line or JSON lines',
    },
    input: {
      type: 'string',
      value: 'COLUMN',
      required: true,
      summary: 'column that is sent as the user message',
    },
    label: { type: 'string', value: 'COLUMN', required: true, summary: 'column with the right answer' },
    rate: { type: 'string', value: 'N', required: true, summary: 'calls per second' },
    format: { type: 'string', value: 'csv|jsonl', summary: 'format of the file (default by its extension)' },
    field: {
      type: 'string',
      value: 'NAME',
      summary: 'compare this field of a JSON answer (a.b.c) instead of the whole answer',
    },
    passes: { type: 'string', value: 'N', default: '1', summary: 'how often all rows are sent' },
    limit: { type: 'string', value: 'N', summary: 'stop after this many calls' },
    'label-share': {
      type: 'string',
      value: 'P',
      default: '1',
      summary: 'share of the calls whose label is sent back as feedback',
    },
    'label-delay': {
      type: 'string',
      value: 'TIME',
      default: '0s',
      summary: 'labels come up to this late, such as 2s',
    },
    seed: { type: 'string', value: 'N', default: '1', summary: 'seed of which labels are sent and when' },
    url: { type: 'string', value: 'URL', summary: 'gateway (default the one of the state directory)' },
    key: {
      type: 'string',
      value: 'KEY',
      summary: 'access key (default the one of the state directory; also KEELWAY_KEY)',
    },
    state: stateOption,
  },
  help: 'Every row is a session of its own. With --json one line is printed at the end; p50Ms and p99Ms are milliseconds.',
  run: async invocation => {
    const { required, text, number, signal, out, json } = invocation
    const rate = positive(invocation, 'rate')
    const rows = await readRows(invocation)
    const url = (text('url') ?? (await runningEndpoints(required('state'))).gateway).replace(/\/+$/, '')
    const key = text('key') ?? process.env.KEELWAY_KEY ?? (await readKey(required('state')))
    const model = required('route')
    await checkModel(url, key, model)
    const limit = number('limit') ?? Number.POSITIVE_INFINITY
    const total = Math.min(limit, rows.length * positive(invocation, 'passes'))
    const summary = await replay({
      url,
      key,
      model,
      rows: repeated(rows, total),
      rate,
      labelShare: share(invocation, 'label-share'),
      labelDelayMs: duration(required('label-delay')),
      ...(text('field') === undefined ? {} : { field: required('field') }),
      clock: systemClock,
      random: seededRandom(number('seed') ?? 1),
      signal,
      onProgress: progressLine(total),
    })
    if (process.stderr.isTTY) process.stderr.write('\r\x1b[K')
    out(json ? JSON.stringify(summary) : textOf(summary))
    return 0
  },
}

async function readRows({ required, text }: Invocation): Promise<ReplayRow[]> {
  const file = required('data')
  const format = text('format') ?? /\.(csv|jsonl)$/.exec(file)?.[1]
  if (format !== 'csv' && format !== 'jsonl')
    throw new UsageError(`cannot tell the format of ${file}: give --format csv or --format jsonl`)
  const bytes = await readFile(file).catch((error: Error) => {
    throw new UsageError(`cannot read ${file}: ${error.message}`)
  })
  try {
    return rowsOf(parseDataset(file, bytes, format satisfies DatasetFormat), {
      input: required('input'),
      label: required('label'),
    })
  } catch (error) {
    if (error instanceof DatasetError) throw new UsageError(error.message)
    throw error
  }
}

function* repeated(rows: readonly ReplayRow[], total: number): Generator<ReplayRow> {
  for (let i = 0; i < total; i++) {
    const row = rows[i % rows.length]
    if (!row) return
    yield row
  }
}

async function readKey(state: string): Promise<string> {
  const file = join(state, 'access-key')
  return (
    await readFile(file, 'utf8').catch(() => {
      throw new UsageError(`no access key in ${file}: give --key or KEELWAY_KEY`)
    })
  ).trim()
}

/** One question first, so that a wrong key or name is one clear line and not a thousand failed calls. */
async function checkModel(url: string, key: string, model: string): Promise<void> {
  const { statusCode, body } = await request(`${url}/v1/models`, {
    headers: { authorization: `Bearer ${key}` },
    headersTimeout: 10_000,
  }).catch((error: Error) => {
    throw new UsageError(`no gateway answers at ${url}: ${error.message}`)
  })
  const answer = (await body.json()) as { data?: { id: string }[]; error?: { message: string } }
  if (statusCode !== 200)
    throw new UsageError(`the gateway at ${url} refuses: ${answer.error?.message ?? statusCode}`)
  const names = (answer.data ?? []).map(({ id }) => id)
  if (!names.includes(model))
    throw new UsageError(`this key may not use a model "${model}"; it may use ${names.join(', ') || 'none'}`)
}

function positive({ number }: Invocation, name: string): number {
  const value = number(name) ?? 0
  if (value <= 0) throw new UsageError(`--${name} must be more than 0`)
  return value
}

function share({ number }: Invocation, name: string): number {
  const value = number(name) ?? 1
  if (value < 0 || value > 1) throw new UsageError(`--${name} must be from 0 to 1`)
  return value
}

function duration(text: string): number {
  try {
    return parseDuration(text)
  } catch (error) {
    throw new UsageError(`--label-delay: ${(error as Error).message}`)
  }
}

/** Redrawn a few times a second, on a terminal only. */
function progressLine(
  total: number,
): (progress: Pick<ReplaySummary, 'sent' | 'answered' | 'correct'>) => void {
  let drawn = 0
  return ({ sent, answered, correct }) => {
    const now = systemClock.now()
    if (!process.stderr.isTTY || now - drawn < 200) return
    drawn = now
    const right = answered === 0 ? '' : `, ${percent(correct / answered)} right`
    process.stderr.write(`\r\x1b[K${sent} of ${total} sent, ${answered} answered${right}`)
  }
}

function textOf({
  sent,
  answered,
  correct,
  accuracy,
  p50Ms,
  p99Ms,
  errors,
  byRelease,
}: ReplaySummary): string {
  const line = (name: string, value: string) => `${name.padEnd(10)}${value}`
  return [
    line('sent', String(sent)),
    line('answered', String(answered)),
    line('correct', String(correct)),
    line('accuracy', percent(accuracy)),
    line('p50', milliseconds(p50Ms)),
    line('p99', milliseconds(p99Ms)),
    ...Object.entries(errors).map(([code, count]) => line('error', `${code} ${count}`)),
    ...Object.entries(byRelease).map(([release, part]) =>
      line(
        'release',
        `${release}  answered ${part.answered}  correct ${part.correct}  accuracy ${percent(part.accuracy)}`,
      ),
    ),
  ].join('\n')
}

const percent = (value: number | null): string => (value === null ? '–' : `${(100 * value).toFixed(1)} %`)
const milliseconds = (value: number | null): string => (value === null ? '–' : `${value} ms`)
