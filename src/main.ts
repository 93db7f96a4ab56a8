import { rmSync } from 'node:fs'
import { hostname } from 'node:os'
import { join, resolve } from 'node:path'
import { Delivery } from './api/kinds/delivery.ts'
import { kinds } from './api/kinds/index.ts'
import type { Endpoints } from './cli/endpoints.ts'
import type { Client } from './client/client.ts'
import { SYNC_REQUESTED } from './controllers/delivery/hook.ts'
import type { Log } from './controllers/runtime/log.ts'
import { createManager } from './controllers/runtime/manager.ts'
import { createHub } from './gateway/hub.ts'
import { superviseGateway } from './gateway/process.ts'
import { type Explanation, why } from './ledger/why.ts'
import { systemClock as clock } from './lib/clock.ts'
import { keptSecret, newKey, writePrivateFile } from './lib/private-file.ts'
import { systemRandom } from './lib/random.ts'
import { host, listenControl } from './main/control.ts'
import { keptEvidence } from './main/evidence.ts'
import { type FirstObjects, firstObjects } from './main/first-objects.ts'
import { callListeners, startSignals } from './main/signals.ts'
import { createSkills, priorsOf, respondTo, skillDoor } from './main/skills.ts'
import { wantedSources } from './main/source-file.ts'
import { logTo, openState } from './main/state.ts'
import { controllersOf } from './main/wiring.ts'
import { serverCertificate } from './server/certificates.ts'
import { listenHttps } from './server/https.ts'
import { writeKubeconfig } from './server/kubeconfig.ts'
import { openTokens } from './server/tokens.ts'
import type { Telemetry } from './telemetry/telemetry.ts'

/** Where `keelway up` listens unless told; a port that is taken gives the next free one. */
export const defaultPorts = { api: 4140, gateway: 4141, control: 4142, intake: 4143 }

export interface SystemOptions extends FirstObjects {
  /** State directory. */
  state: string
  ports?: Partial<typeof defaultPorts>
  /** Processes that answer on the port of the gateway; one that is adopted keeps its number. */
  gatewayWorkers?: number
  /** False when `keelway controllers` reconciles from another process. */
  controllers?: boolean
  /** Connection string of a PostgreSQL that keeps signals instead of a file of the state directory. */
  signalsDatabase?: string
  /** YAML file with further sources of signals. */
  sources?: string
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
  /** This start made it. */
  accessKeyIsNew: boolean
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
  const state = starting.use(
    await openState(resolve(options.state), options.log ?? logTo(process.stderr), options.signalsDatabase),
  )
  const { directory, server, client, log } = state
  const certificate = await serverCertificate(
    join(directory, 'pki'),
    ['localhost', '127.0.0.1', '::1', hostname()],
    clock,
  )
  const tokens = openTokens(join(directory, 'tokens.jsonl'), clock)
  let besides: ReturnType<typeof skillDoor> | undefined
  const https = starting.use(
    await listenHttps({
      server,
      beside: async request => besides?.(request),
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
  const calls = callListeners()
  const hub = createHub({
    clock,
    telemetry: {
      append: async (records, feedback) => {
        await state.telemetry.append(records, feedback)
        await calls.tell(records)
      },
    },
    blobs: state.blobs,
    token: controlToken,
  })
  const skills = createSkills(state, hub.control)
  besides = skillDoor(skills, server)
  const explain = (call: string) => why(call, state, new AbortController().signal)
  const control = starting.use(
    await listenControl(state, hub, explain, controlToken, ports.control ?? defaultPorts.control),
  )
  tellPort(say, 'control endpoint', ports.control ?? defaultPorts.control, portOf(control.url))
  const endpoints: Endpoints = {
    pid: process.pid,
    api: https.url,
    control: control.url,
    controlToken,
    gateway: '',
    intake: '',
  }
  const endpointsFile = join(directory, 'endpoints.json')
  const publish = () => writePrivateFile(endpointsFile, JSON.stringify(endpoints, null, 2))
  publish()
  starting.defer(() => rmSync(endpointsFile, { force: true }))

  const wanted = options.sources === undefined ? [] : wantedSources(options.sources)
  const wantedIntake = ports.intake ?? defaultPorts.intake
  const { intake } = starting.use(await startSignals({ ...state, calls, port: wantedIntake, wanted, say }))
  tellPort(say, 'intake of signals', wantedIntake, intake.port)
  endpoints.intake = intake.url
  const manager = createManager({
    client,
    kinds,
    clock,
    random: systemRandom,
    log,
    reconcilers: controllersOf({
      ...state,
      gateway: hub.control,
      watchMemory: join(directory, 'anomalies.gz'),
      diagnose: keptEvidence(directory, state, {
        priors: () => priorsOf(state),
        respond: (incident, signal) => respondTo(skills, incident, signal),
      }),
    }),
  })
  starting.defer(() => manager.stop())
  const first = await firstObjects(options, directory, client)
  const gateway = starting.use(
    await superviseGateway({
      state: directory,
      control: endpointsFile,
      host,
      port: ports.gateway ?? defaultPorts.gateway,
      workers: options.gatewayWorkers ?? 1,
      clock,
      say,
      onMove: url => {
        endpoints.gateway = url
        publish()
      },
    }),
  )
  if (!gateway.adopted) tellPort(say, 'gateway', ports.gateway ?? defaultPorts.gateway, portOf(gateway.url))
  endpoints.gateway = gateway.url
  publish()
  if (options.controllers !== false) await manager.start()
  const running = starting.move()
  return {
    endpoints,
    client,
    telemetry: state.telemetry,
    ...first,
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
  // Awaited here, so that nothing is closed under it.
  return await why(call, state, signal)
}

const tellPort = (say: (text: string) => void, what: string, wanted: number, found: number): void => {
  if (wanted !== 0 && wanted !== found) say(`port ${wanted} is taken, the ${what} listens on ${found}`)
}

const portOf = (url: string): number => Number(new URL(url).port)

/** Adds a token for a user to a state directory; a running server accepts it at once. */
export const createToken = (state: string, user: string): string =>
  openTokens(join(resolve(state), 'tokens.jsonl'), clock).create(user)
