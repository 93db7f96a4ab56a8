import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Agent } from 'undici'
import { listenNear } from '../gateway/listen.ts'
import { openRecorder } from '../gateway/providers/recorded/recorder.ts'
import { type ProxyCounts, recordingProxy } from '../gateway/providers/recorded/recording-proxy.ts'
import { systemClock } from '../lib/clock.ts'
import { DatasetError, datasetLimits } from '../lib/dataset.ts'
import { type Command, type Invocation, UsageError } from './command.ts'
import { runningEndpoints, stateOption } from './endpoints.ts'

export const record: Command = {
  name: 'record',
  summary: 'Stand between a client and a provider and write what they say into a cassette.',
  options: {
    upstream: { type: 'string', value: 'URL', summary: 'base URL of the provider, up to and including /v1' },
    route: {
      type: 'string',
      value: 'NAME',
      summary: 'record this route of the running gateway, whatever model the client asks for',
    },
    out: {
      type: 'string',
      value: 'FILE',
      required: true,
      summary: 'cassette in JSON lines; rows are added when it is there',
    },
    port: {
      type: 'string',
      value: 'N',
      default: '4010',
      summary: 'port on this machine, or the next free one',
    },
    key: {
      type: 'string',
      value: 'KEY',
      summary: 'sent instead of the key of the client (also KEELWAY_RECORD_KEY)',
    },
    limit: { type: 'string', value: 'N', summary: 'end when the cassette has this many rows' },
    timeout: { type: 'string', value: 'SECONDS', default: '120', summary: 'time limit of one answer' },
    'keep-personal-data': { type: 'boolean', summary: 'do not mask personal data and secrets' },
    state: stateOption,
  },
  help: [
    'Point the client at the printed URL. Rows have the columns system, user and answer, one for each input; keys are',
    'never written, personal data and secrets are replaced by placeholders such as [EMAIL_1], which the provider',
    'protocol "recorded" puts back. End it with Ctrl-C.',
  ].join('\n'),
  run: async invocation => {
    const { required, number, text, flag, signal, out, err, json } = invocation
    const target = await targetOf(invocation)
    const maxRows = Math.min(positive(invocation, 'limit') ?? datasetLimits.rows, datasetLimits.rows)
    const file = required('out')
    const recorder = await openRecorder({ file, maxRows, redact: !flag('keep-personal-data') }).catch(
      (error: unknown) => {
        if (error instanceof DatasetError) throw new UsageError(error.message)
        throw new UsageError(`cannot write ${file}: ${(error as Error).message}`)
      },
    )
    const full = Promise.withResolvers<void>()
    const draw = progressLine(file)
    const agent = new Agent()
    const { server, counts } = recordingProxy({
      ...target,
      recorder,
      dispatcher: agent,
      clock: systemClock,
      timeoutMs: (positive(invocation, 'timeout') ?? 120) * 1000,
      onProgress: so => {
        draw(so)
        if (recorder.rows >= maxRows) full.resolve()
      },
    })
    const port = await listenNear(server, '127.0.0.1', number('port') ?? 0)
    const url = `http://127.0.0.1:${port}/v1`
    const say = json ? err : out
    say(`recording ${target.model ? `route ${text('route')} ` : ''}at ${url}, into ${file}`)
    await Promise.race([full.promise, aborted(signal)])
    server.close()
    server.closeAllConnections()
    await agent.destroy()
    await recorder.close()
    if (process.stderr.isTTY) process.stderr.write('\r\x1b[K')
    out(json ? JSON.stringify({ file, rows: recorder.rows, ...counts }) : textOf(file, recorder.rows, counts))
    return 0
  },
}

async function targetOf({
  text,
  required,
}: Invocation): Promise<{ upstream: URL; model?: string; key?: string }> {
  const given = text('upstream')
  const route = text('route')
  if (given === undefined && route === undefined)
    throw new UsageError('record needs --upstream URL or --route NAME; see keelway record --help')
  const base = given ?? `${(await runningEndpoints(required('state'))).gateway}/v1`
  if (!URL.canParse(base) || !/^https?:/.test(base))
    throw new UsageError(`--upstream must be a URL, not "${base}"`)
  const key =
    text('key') ??
    process.env.KEELWAY_RECORD_KEY ??
    (given === undefined ? await accessKey(required('state')) : undefined)
  return {
    upstream: new URL(base),
    ...(route === undefined ? {} : { model: route }),
    ...(key === undefined ? {} : { key }),
  }
}

/** The client's own key is used when there is none. */
const accessKey = (state: string): Promise<string | undefined> =>
  readFile(join(state, 'access-key'), 'utf8').then(
    key => key.trim(),
    () => undefined,
  )

function positive({ number }: Invocation, name: string): number | undefined {
  const value = number(name)
  if (value !== undefined && value <= 0) throw new UsageError(`--${name} must be more than 0`)
  return value
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise(resolve => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })

/** Redrawn after each answer, on a terminal only. */
function progressLine(file: string): (counts: Readonly<ProxyCounts>) => void {
  return ({ requests, recorded }) => {
    if (process.stderr.isTTY)
      process.stderr.write(`\r\x1b[K${requests} requests, ${recorded.written} new rows in ${file}`)
  }
}

function textOf(file: string, rows: number, { requests, failed, unreadable, recorded }: ProxyCounts): string {
  const line = (name: string, count: number, what: string) =>
    count === 0 && name !== 'rows' ? [] : [`${name.padEnd(14)}${String(count).padStart(6)}  ${what}`]
  return [
    ...line('requests', requests, 'passed on'),
    ...line('written', recorded.written, 'new inputs'),
    ...line('known', recorded.known, 'recorded before with the same answer'),
    ...line('differs', recorded.differs, 'recorded before with another answer; the first one stays'),
    ...line('unrecordable', recorded.unrecordable, 'pictures, several answers, or larger than a row may be'),
    ...line('unreadable', unreadable, 'no chat completion, or not complete'),
    ...line('failed', failed, 'answered with an error'),
    ...line('full', recorded.full, 'left out, the cassette is full'),
    ...line('rows', rows, `in ${file}`),
  ].join('\n')
}
