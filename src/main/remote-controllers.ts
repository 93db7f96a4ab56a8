import { once } from 'node:events'
import { hostname } from 'node:os'
import { join, resolve } from 'node:path'
import { ApiError } from '../api/errors.ts'
import { cachedOnClusters as kinds } from '../api/kinds/index.ts'
import { createClient } from '../client/api-client.ts'
import { httpTransport } from '../client/http.ts'
import { readKubeconfig } from '../client/kubeconfig.ts'
import { clusterOfPod } from '../client/service-account.ts'
import { createLeader } from '../controllers/runtime/leader.ts'
import { createManager } from '../controllers/runtime/manager.ts'
import { type Counter, counterMethods } from '../gateway/accounting/counter.ts'
import type { GatewayControl } from '../gateway/gateway.ts'
import { controlMethods } from '../gateway/transport.ts'
import { createGit } from '../git/command.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { systemClock as clock } from '../lib/clock.ts'
import { systemRandom } from '../lib/random.ts'
import { type RpcEndpoint, remote } from '../lib/rpc.ts'
import type { Blobs } from '../store/blobs.ts'
import { type SignalStore, signalMethods } from '../telemetry/signals/signal-store.ts'
import { type Telemetry, telemetryMethods } from '../telemetry/telemetry.ts'
import { blobsMethods, ledgerMethods } from './services.ts'
import { logTo } from './state.ts'
import { type ControllerParts, controllersOf } from './wiring.ts'

export interface ControllersOptions {
  /** Without it the process must run as a pod of the cluster. */
  kubeconfig: string | undefined
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
  const cluster = kubeconfig === undefined ? clusterOfPod(process.env) : readKubeconfig(kubeconfig)
  if (!cluster) throw new Error('this process is no pod of a cluster: name an API server with --kubeconfig')
  await using transport = httpTransport(cluster, clock)
  await using git = createGit({ directory: join(resolve(directory), 'git'), clock })
  const client = createClient(transport, { clock, random: systemRandom })
  const rebuild = ApiError.fromStatus
  const parts: ControllerParts = {
    kinds,
    git,
    blobs: remote<Blobs>({ endpoint, rebuild, service: 'blobs', methods: blobsMethods }),
    ledger: remote<Ledger>({ endpoint, rebuild, service: 'ledger', methods: ledgerMethods }),
    telemetry: remote<Telemetry>({ endpoint, rebuild, service: 'telemetry', methods: telemetryMethods }),
    signals: remote<SignalStore>({ endpoint, rebuild, service: 'signals', methods: signalMethods }),
    counter: remote<Counter>({ endpoint, rebuild, service: 'counter', methods: counterMethods }),
    gateway: remote<GatewayControl>({ endpoint, rebuild, service: 'gateway', methods: controlMethods }),
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

const aborted = async (signal: AbortSignal): Promise<void> => {
  if (!signal.aborted) await once(signal, 'abort')
}
