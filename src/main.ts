import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { hostname } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { isAlreadyExists } from './api/errors.ts'
import { apiVersionOf, type Kind } from './api/kind.ts'
import { AccessKey } from './api/kinds/access-key.ts'
import { Secret } from './api/kinds/core.ts'
import { Delivery } from './api/kinds/delivery.ts'
import { kinds } from './api/kinds/index.ts'
import type { ModelRoute } from './api/kinds/model-route.ts'
import type { Endpoints } from './cli/endpoints.ts'
import { createClient } from './client/api-client.ts'
import type { Client } from './client/client.ts'
import { httpTransport } from './client/http.ts'
import { readKubeconfig } from './client/kubeconfig.ts'
import { gitHook, SYNC_REQUESTED } from './controllers/delivery/hook.ts'
import { reconcilers } from './controllers/index.ts'
import { writeRevert } from './controllers/revert/revert.ts'
import { createLeader } from './controllers/runtime/leader.ts'
import type { Log } from './controllers/runtime/log.ts'
import { createManager } from './controllers/runtime/manager.ts'
import { messageOf } from './controllers/runtime/sanitise.ts'
import { gates } from './gates/index.ts'
import { scoreAnswer } from './gates/scorers/index.ts'
import type { GatewayControl } from './gateway/gateway.ts'
import { createHub, type Hub } from './gateway/hub.ts'
import { listenNear } from './gateway/listen.ts'
import { superviseGateway } from './gateway/process.ts'
import { controlMethods, upstreamMethods } from './gateway/transport.ts'
import { createGit } from './git/command.ts'
import type { Git } from './git/git.ts'
import type { Ledger } from './ledger/ledger.ts'
import { openSqliteLedger } from './ledger/sqlite.ts'
import { type Explainer, type Explanation, why } from './ledger/why.ts'
import { systemClock as clock } from './lib/clock.ts'
import { digestOf } from './lib/digest.ts'
import { keptSecret, newKey, writePrivateFile } from './lib/private-file.ts'
import { systemRandom } from './lib/random.ts'
import { type RpcEndpoint, remote, serveRpc } from './lib/rpc.ts'
import { trainers } from './models/index.ts'
import { trainInWorker } from './models/train.ts'
import { forecastRollout } from './rollout/plan.ts'
import type { RolloutPlan } from './rollout/rollout-plan.ts'
import { serverCertificate } from './server/certificates.ts'
import { encryptingCodec, encryptionKey } from './server/codec.ts'
import { listenHttps } from './server/https.ts'
import { inProcessTransport } from './server/in-process.ts'
import { writeKubeconfig } from './server/kubeconfig.ts'
import { createApiServer } from './server/server.ts'
import { openTokens } from './server/tokens.ts'
import type { Blobs } from './store/blobs.ts'
import { fileBlobs } from './store/file-blobs.ts'
import { lockDirectory } from './store/lock.ts'
import { openSqliteStore } from './store/sqlite.ts'
import { openDuckDbTelemetry } from './telemetry/duckdb.ts'
import type { Telemetry } from './telemetry/telemetry.ts'

const host = '127.0.0.1'

/** Where `keelway up` listens unless told; a port that is taken gives the next free one. */
export const defaultPorts = { api: 4140, gateway: 4141, control: 4142 }

export interface SystemOptions {
  /** State directory. */
  state: string
  /** Root of a Git repository that gets a Delivery. */
  repository?: string
  /** How often that repository is asked for a new commit. */
  interval?: string
  ports?: Partial<typeof defaultPorts>
  /** Secrets of namespace default that are made before anything is synced, by name and key. */
  secrets?: Record<string, Record<string, string>>
  /** One line for people. */
  say: (text: string) => void
  log?: Log
}

/** Everything of one installation in this process, with the gateway as its child. */
export interface System extends AsyncDisposable {
  endpoints: Endpoints
  client: Client
  telemetry: Telemetry
  /** The gateway key of namespace default. */
  accessKey: string
  /** Asks Git for a new commit now. */
  syncSoon(): Promise<void>
  why(call: string): Promise<Explanation>
}

/**
 * Starts the embedded system on a state directory: API server, controllers, control endpoint, gateway process.
 * @throws Error when another process uses the directory, naming both
 */
export async function startSystem(options: SystemOptions): Promise<System> {
  const { say, ports = {} } = options
  await using starting = new AsyncDisposableStack()
  const state = starting.use(await openState(resolve(options.state), options.log ?? logTo(process.stderr)))
  const { directory, server, client, log } = state
  const certificate = await serverCertificate(
    join(directory, 'pki'),
    ['localhost', '127.0.0.1', '::1', hostname()],
    clock,
  )
  const tokens = openTokens(join(directory, 'tokens.jsonl'), clock)
  const https = starting.use(
    await listenHttps({
      server,
      certificate,
      authenticate: token => tokens.authenticate(token),
      host,
      port: ports.api ?? defaultPorts.api,
    }),
  )
  tellPort(say, 'API server', ports.api ?? defaultPorts.api, https.port)
  const admin = keptSecret(join(directory, 'admin-token'), () => tokens.create('admin'))
  writeKubeconfig(join(directory, 'kubeconfig'), {
    server: https.url,
    ca: certificate.ca,
    token: admin.secret,
    user: 'admin',
  })

  const controlToken = newKey('kc')
  const hub = createHub({ clock, telemetry: state.telemetry, blobs: state.blobs, token: controlToken })
  const explain = (call: string) => why(call, state, new AbortController().signal)
  const control = starting.use(
    await listenControl(state, hub, explain, controlToken, ports.control ?? defaultPorts.control),
  )
  const endpoints: Endpoints = {
    pid: process.pid,
    api: https.url,
    control: control.url,
    controlToken,
    gateway: '',
  }
  const endpointsFile = join(directory, 'endpoints.json')
  const publish = () => writePrivateFile(endpointsFile, JSON.stringify(endpoints, null, 2))
  publish()
  starting.defer(() => rmSync(endpointsFile, { force: true }))

  const manager = createManager({
    client,
    kinds,
    clock,
    random: systemRandom,
    log,
    reconcilers: controllersOf({ ...state, gateway: hub.control }),
  })
  starting.defer(() => manager.stop())
  const accessKey = await firstObjects(options, directory, client)
  const gateway = starting.use(
    await superviseGateway({
      state: directory,
      control: endpointsFile,
      host,
      port: ports.gateway ?? defaultPorts.gateway,
      clock,
      say,
      onMove: url => {
        endpoints.gateway = url
        publish()
      },
    }),
  )
  endpoints.gateway = gateway.url
  publish()
  await manager.start()
  const running = starting.move()
  return {
    endpoints,
    client,
    telemetry: state.telemetry,
    accessKey,
    why: explain,
    async syncSoon() {
      for (const { metadata } of (await client.list(Delivery)).items) {
        await client.patch(Delivery, metadata.name, metadata.namespace, {
          metadata: { annotations: { [SYNC_REQUESTED]: String(clock.now()) } },
        })
      }
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

/** Explains a call from a state directory on which nothing runs. */
export async function explainOffline(
  directory: string,
  call: string,
  signal: AbortSignal,
): Promise<Explanation> {
  await using state = await openState(resolve(directory), logTo(process.stderr))
  return why(call, state, signal)
}

type State = Awaited<ReturnType<typeof openState>>

/** Opens what a state directory holds; refused while another process has it open. */
async function openState(directory: string, log: Log) {
  await using opening = new AsyncDisposableStack()
  opening.use(lockDirectory(directory))
  const store = opening.use(
    openSqliteStore({
      path: join(directory, 'resources.db'),
      clock,
      onUpkeepError: error => log('error', 'the store could not be kept tidy', { error: messageOf(error) }),
    }),
  )
  const ledger = opening.use(openSqliteLedger({ path: join(directory, 'ledger.db') }))
  const telemetry = await openDuckDbTelemetry({ path: join(directory, 'telemetry.duckdb') })
  opening.defer(() => telemetry.close())
  const git = opening.use(createGit({ directory: join(directory, 'git'), clock }))
  const codec = encryptingCodec(encryptionKey(join(directory, 'encryption.key')))
  const server = opening.use(
    await createApiServer({
      store,
      kinds,
      clock,
      codec,
      random: systemRandom,
      onError: error => log('error', 'the API server failed', { error: messageOf(error) }),
    }),
  )
  const client = createClient(
    inProcessTransport(server, { name: 'system:keelway', groups: ['system:masters'] }),
    { clock, random: systemRandom },
  )
  const opened = opening.move()
  return {
    directory,
    log,
    ledger,
    telemetry,
    git,
    server,
    client,
    blobs: fileBlobs(join(directory, 'blobs')),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}

interface ControllerParts {
  git: Git
  blobs: Blobs
  ledger: Ledger
  telemetry: Telemetry
  gateway: GatewayControl
}

function controllersOf(parts: ControllerParts) {
  return reconcilers({
    ...parts,
    kinds,
    gates,
    trainers,
    train: trainInWorker,
    score: scoreAnswer,
    forecast: (route, { plan }) => forecastOf(route, plan, parts.telemetry),
    revert: writeRevert(parts),
  })
}

const TRAFFIC_WINDOW_MS = 600_000

/** Units needed and odds with the traffic of the last ten minutes, or since the first call in them. */
async function forecastOf(route: ModelRoute, plan: RolloutPlan, telemetry: Telemetry): Promise<string[]> {
  const now = clock.now()
  const { namespace = '', name } = route.metadata
  const { units, firstAt } = await telemetry.traffic({
    namespace,
    route: name,
    since: now - TRAFFIC_WINDOW_MS,
  })
  const hours = Math.max(1000, now - (firstAt ?? now)) / 3_600_000
  return forecastRollout(plan, { ...route.spec.rollout.expect, unitsPerHour: units / hours }).lines
}

/** What is not a resource: RPC for gateways, commands and remote controllers, and the door for Git's webhooks. */
async function listenControl(
  state: State,
  hub: Hub,
  explain: Explainer['why'],
  token: string,
  wanted: number,
) {
  const rpc = serveRpc(
    {
      gateway: { target: hub.control, methods: controlMethods },
      upstream: { target: hub.upstream, methods: upstreamMethods },
      ledger: { target: state.ledger, methods: ledgerMethods },
      blobs: { target: state.blobs, methods: blobsMethods },
      telemetry: { target: state.telemetry, methods: telemetryMethods },
      why: { target: { why: explain }, methods: ['why'] },
    },
    { token },
  )
  const { secret } = keptSecret(join(state.directory, 'hook-secret'), () => newKey('kh'))
  const hook = gitHook({ client: state.client, secret, clock })
  const server = createServer((request, response) => {
    if (request.method === 'POST' && request.url === '/hooks/git') void answerHook(hook, request, response)
    else rpc(request, response)
  })
  const port = await listenNear(server, host, wanted)
  return {
    url: `http://${host}:${port}`,
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
    },
  }
}

/** What every installation starts with: a key for the gateway, the given secrets, and a Delivery of the repository. */
async function firstObjects(
  { repository, interval = '5s', secrets = {} }: SystemOptions,
  directory: string,
  client: Client,
): Promise<string> {
  const namespace = 'default'
  const ensure = (kind: Kind, name: string, content: object) =>
    client
      .create(kind, {
        apiVersion: apiVersionOf(kind),
        kind: kind.kind,
        metadata: { name, namespace },
        ...content,
      })
      .catch((error: unknown) => {
        if (!isAlreadyExists(error)) throw error
      })
  const { secret: accessKey } = keptSecret(join(directory, 'access-key'), () => newKey('kw'))
  await ensure(AccessKey, 'first', { spec: { hash: digestOf(accessKey), owner: 'admin' } })
  for (const [name, stringData] of Object.entries(secrets)) await ensure(Secret, name, { stringData })
  if (repository) {
    const root = resolve(repository)
    const name = basename(root)
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 63)
    await ensure(Delivery, name || 'repository', {
      spec: { repository: root, interval, ref: await currentBranch(root) },
    })
  }
  return accessKey
}

const tellPort = (say: (text: string) => void, what: string, wanted: number, found: number): void => {
  if (wanted !== 0 && wanted !== found) say(`port ${wanted} is taken, the ${what} listens on ${found}`)
}

/** Adds a token for a user to a state directory; a running server accepts it at once. */
export const createToken = (state: string, user: string): string =>
  openTokens(join(resolve(state), 'tokens.jsonl'), clock).create(user)

export interface ControllersOptions {
  kubeconfig: string
  control: RpcEndpoint
  /** Where Git caches are kept. */
  directory: string
  say: (text: string) => void
  signal: AbortSignal
}

/** Runs the controllers on another API server; ledger, blobs, telemetry and gateway are behind the control endpoint. */
export async function runControllers({
  kubeconfig,
  control: endpoint,
  directory,
  say,
  signal,
}: ControllersOptions): Promise<void> {
  const log = logTo(process.stderr)
  await using transport = httpTransport(readKubeconfig(kubeconfig), clock)
  await using git = createGit({ directory: join(resolve(directory), 'git'), clock })
  const client = createClient(transport, { clock, random: systemRandom })
  const parts: ControllerParts = {
    git,
    blobs: remote<Blobs>({ endpoint, service: 'blobs', methods: blobsMethods }),
    ledger: remote<Ledger>({ endpoint, service: 'ledger', methods: ledgerMethods }),
    telemetry: remote<Telemetry>({ endpoint, service: 'telemetry', methods: telemetryMethods }),
    gateway: remote<GatewayControl>({ endpoint, service: 'gateway', methods: controlMethods }),
  }
  const identity = `${hostname()}_${process.pid}`
  await using leader = createLeader({
    client,
    clock,
    random: systemRandom,
    log,
    name: 'keelway-controllers',
    namespace: 'default',
    identity,
  })
  say(`${identity} waits for the lease default/keelway-controllers`)
  await leader.acquire(signal)
  const manager = createManager({
    client,
    kinds,
    clock,
    random: systemRandom,
    log,
    reconcilers: controllersOf(parts),
    fence: () => leader.fence(),
  })
  say('this process reconciles')
  await manager.start()
  await Promise.race([leader.lost, aborted(signal)])
  await manager.stop()
  if (!signal.aborted) throw new Error('the lease was lost: another process reconciles now')
}

const ledgerMethods = ['append', 'list', 'verify'] as const satisfies (keyof Ledger)[]
const blobsMethods = ['put', 'get', 'has'] as const satisfies (keyof Blobs)[]
const telemetryMethods = [
  'append',
  'call',
  'calls',
  'units',
  'traffic',
] as const satisfies (keyof Telemetry)[]

const HOOK_BYTES = 5 * 1024 * 1024

async function answerHook(
  hook: ReturnType<typeof gitHook>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > HOOK_BYTES) return void response.writeHead(413).end()
    chunks.push(chunk)
  }
  const { status, body } = await hook(request.headers, Buffer.concat(chunks))
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

/** The branch a person has checked out is the one to sync. */
async function currentBranch(repository: string): Promise<string> {
  const { stdout } = await promisify(execFile)('git', ['-C', repository, 'symbolic-ref', '--short', 'HEAD'])
  return stdout.trim()
}

const logTo =
  (stream: NodeJS.WritableStream): Log =>
  (level, message, fields) => {
    if (level !== 'info')
      stream.write(
        `${JSON.stringify({ at: new Date(clock.now()).toISOString(), level, message, ...fields })}\n`,
      )
  }

const aborted = async (signal: AbortSignal): Promise<void> => {
  if (!signal.aborted) await once(signal, 'abort')
}
