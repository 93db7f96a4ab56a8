import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openSecretsKey } from '../gateway/last-good.ts'
import type { ObserverSettings } from '../gateway/observability/observer.ts'
import { conventionOf, otlpSettings, SettingsError } from '../gateway/observability/settings.ts'
import { gatewayFolder, keelwayProgram, writeProcessNote } from '../gateway/process.ts'
import { providers } from '../gateway/providers/index.ts'
import { createGateway } from '../gateway/server.ts'
import { adoptSpools } from '../gateway/spool.ts'
import { remoteUpstream } from '../gateway/transport.ts'
import { canSharePorts, startWorkers, type WorkerPlace, workerLine, workerPlace } from '../gateway/workers.ts'
import { systemClock } from '../lib/clock.ts'
import { systemRandom } from '../lib/random.ts'
import type { RpcEndpoint } from '../lib/rpc.ts'
import { uuidv7 } from '../lib/uuid.ts'
import { runtimes } from '../models/index.ts'
import { type Command, type Invocation, UsageError } from './command.ts'
import type { Endpoints } from './endpoints.ts'

export const gateway: Command = {
  name: 'gateway',
  summary: 'answer model calls in a process of its own, from the configuration of a control plane',
  options: {
    control: {
      type: 'string',
      value: 'FILE|URL',
      summary:
        'endpoints file of keelway up, read again when the connection is lost, or the URL of its control port (default STATE/endpoints.json)',
    },
    'token-file': {
      type: 'string',
      value: 'FILE',
      summary: 'file with the control token; needed with a URL',
    },
    state: {
      type: 'string',
      value: 'DIR',
      default: '.keelway',
      summary: 'state directory; the gateway keeps its last good configuration in DIR/gateway',
    },
    host: { type: 'string', value: 'ADDRESS', default: '127.0.0.1', summary: 'address to listen on' },
    port: {
      type: 'string',
      value: 'N',
      default: '4141',
      summary: 'port to listen on; the next free one when it is taken',
    },
    workers: { type: 'string', value: 'N', default: '1', summary: 'processes that answer on the port' },
    otlp: {
      type: 'string',
      value: 'URL',
      summary: 'OpenTelemetry collector that gets spans over OTLP/HTTP (default OTEL_EXPORTER_OTLP_ENDPOINT)',
    },
  },
  help: 'It goes on answering with its last good configuration while the control plane is gone. SIGTERM lets calls in progress end.',
  run: async invocation => {
    const place = workerPlace(process.env)
    const workers = whole(invocation, 'workers', 1, 64)
    const port = whole(invocation, 'port', 0, 65_535)
    const observe = observerSettings(invocation.text('otlp'))
    if (place) return runWorker(invocation, place, observe)
    const folder = gatewayFolder(invocation.required('state'))
    await adoptSpools(join(folder, 'spool'), workers)
    return workers === 1
      ? runAlone(invocation, port, observe)
      : runWorkers(invocation, { workers, port, folder })
  },
}

/** Everything in this one process. */
async function runAlone(invocation: Invocation, port: number, observe: ObserverSettings): Promise<number> {
  const server = await openGateway(invocation, { observe })
  const { url, port: found } = await server.listen({ host: invocation.required('host'), port })
  announce(invocation, { id: server.id, url, port: found })
  await stopped(invocation.signal)
  await server.stop()
  return 0
}

/** One of several processes on one port. It goes when the process that started it does. */
async function runWorker(
  invocation: Invocation,
  place: WorkerPlace,
  observe: ObserverSettings,
): Promise<number> {
  const line = workerLine()
  const server = await openGateway(invocation, {
    observe,
    worker: { place, metricsText: line.metricsText },
  })
  await server.listen({ host: invocation.required('host'), port: place.port })
  line.ready(server.metrics)
  await Promise.race([stopped(invocation.signal), line.lost])
  await server.stop()
  // The line to the first process would keep this one alive.
  if (process.connected) process.disconnect()
  return 0
}

/** The process that keeps the others running. */
async function runWorkers(
  invocation: Invocation,
  { workers: count, port, folder }: { workers: number; port: number; folder: string },
): Promise<number> {
  if (!canSharePorts)
    throw new UsageError('--workers needs a system on which processes can share a port, such as Linux')
  // Made before the workers ask for it all at once.
  await openSecretsKey(folder)
  const id = uuidv7(systemClock)
  const host = invocation.required('host')
  const workers = await startWorkers({
    count,
    id,
    host,
    port,
    program: keelwayProgram,
    args: process.argv.slice(2),
    clock: systemClock,
    say: line => notice(invocation, line),
  })
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${workers.port}`
  announce(invocation, { id, url, port: workers.port })
  await stopped(invocation.signal)
  await workers.stop()
  return 0
}

function openGateway(
  invocation: Invocation,
  options: Pick<Parameters<typeof createGateway>[0], 'observe' | 'worker'>,
) {
  const { text, required } = invocation
  const state = required('state')
  const endpoint = controlEndpoint(text('control') ?? join(state, 'endpoints.json'), text('token-file'))
  let token: string | undefined
  let known: { endpoint: Promise<RpcEndpoint>; at: number } | undefined
  return createGateway({
    upstream: remoteUpstream(async () => {
      const now = systemClock.now()
      if (!known || now - known.at > rereadMs) known = { endpoint: endpoint(), at: now }
      const found = await known.endpoint
      token = found.token
      return found
    }),
    clock: systemClock,
    random: systemRandom,
    runtimes,
    providers,
    stateDir: gatewayFolder(state),
    controlToken: () => token,
    say: line => notice(invocation, line),
    ...options,
  })
}

/** Tells the control plane, through the state directory, and the user where the gateway answers. */
function announce(
  { required, json, out }: Invocation,
  { id, url, port }: { id: string; url: string; port: number },
): void {
  const startedAt = systemClock.now()
  writeProcessNote(required('state'), { pid: process.pid, id, url, port, startedAt })
  out(json ? JSON.stringify({ url, pid: process.pid }) : `the gateway answers on ${url}/v1`)
}

const notice = ({ err }: Invocation, line: string): void =>
  err(`${new Date(systemClock.now()).toISOString()} ${line}`)

const stopped = (signal: AbortSignal): Promise<void> =>
  new Promise(resolve => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve())
  })

function whole({ number }: Invocation, name: string, least: number, most: number): number {
  const value = number(name) ?? least
  if (!Number.isInteger(value) || value < least || value > most)
    throw new UsageError(`--${name} must be a whole number from ${least} to ${most}, not ${value}`)
  return value
}

function observerSettings(url: string | undefined): ObserverSettings {
  try {
    const otlp = otlpSettings(process.env, url)
    return { convention: conventionOf(process.env), processMetrics: true, ...(otlp ? { otlp } : {}) }
  } catch (error) {
    if (error instanceof SettingsError) throw new UsageError(error.message)
    throw error
  }
}

/** After a restart the control plane may listen elsewhere. */
const rereadMs = 1000

function controlEndpoint(control: string, tokenFile: string | undefined): () => Promise<RpcEndpoint> {
  if (/^https?:\/\//.test(control)) {
    if (!tokenFile) throw new UsageError('--control with a URL needs --token-file')
    return async () => ({
      url: control.replace(/\/+$/, ''),
      token: (await readFile(tokenFile, 'utf8')).trim(),
    })
  }
  return async () => {
    const endpoints = JSON.parse(await readFile(control, 'utf8')) as Endpoints
    return { url: endpoints.control, token: endpoints.controlToken }
  }
}
