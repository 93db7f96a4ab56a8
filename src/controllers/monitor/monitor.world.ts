import { randomBytes } from 'node:crypto'
import { conditionOf } from '../../api/conditions.ts'
import { apiVersionOf, type Kind } from '../../api/kind.ts'
import { kinds } from '../../api/kinds/index.ts'
import { Monitor } from '../../api/kinds/monitor.ts'
import { createClient } from '../../client/api-client.ts'
import type { Client } from '../../client/client.ts'
import { scoreAnswer } from '../../gates/scorers/index.ts'
import type { EvaluationAnswer } from '../../gateway/gateway.ts'
import { FakeClock } from '../../lib/clock.fake.ts'
import { seededRandom } from '../../lib/random.ts'
import { encryptingCodec } from '../../server/codec.ts'
import { inProcessTransport } from '../../server/in-process.ts'
import { createApiServer } from '../../server/server.ts'
import type { Blobs } from '../../store/blobs.ts'
import { memoryStore } from '../../store/memory.ts'
import { memoryBlobs } from '../../store/memory-blobs.ts'
import { memoryTelemetry } from '../../telemetry/memory.ts'
import { memorySignals } from '../../telemetry/signals/memory-signals.ts'
import type { EventRecord } from '../../telemetry/signals/signal.ts'
import type { SignalStore } from '../../telemetry/signals/signal-store.ts'
import { memoryCallHistory, type ToldCall } from '../../telemetry/slo/memory-call-history.ts'
import type { Telemetry } from '../../telemetry/telemetry.ts'
import { createManager, type Manager } from '../runtime/manager.ts'
import { monitorReconciler } from './monitor.ts'

/** A real API server with no controller but that of Monitors. */
export interface MonitorWorld extends AsyncDisposable {
  client: Client
  clock: FakeClock
  signals: SignalStore
  telemetry: Telemetry
  blobs: Blobs
  /** What the provider answers from now on. */
  provider(answer: (input: string) => EvaluationAnswer): void
  /** Questions that it was asked. */
  asked(): number
  monitor(spec: object): Promise<void>
  /** Any other object, with the status that its own controller would write. */
  place(kind: Kind, name: string, spec: object, status: object): Promise<void>
  read(): Promise<Monitor>
  condition(type: string): Promise<string>
  /** Moves the clock, waking what is due. */
  advance(ms: number): Promise<void>
  settle(): Promise<void>
  /** Ends the controllers and starts others, that remember nothing. */
  restart(): Promise<void>
  /** What was told, oldest first. */
  told(): Promise<EventRecord[]>
}

export async function monitorWorld(
  through: (signals: SignalStore) => SignalStore = signals => signals,
): Promise<MonitorWorld> {
  const clock = new FakeClock()
  const random = seededRandom(1)
  const store = memoryStore()
  const server = await createApiServer({
    store,
    kinds,
    clock,
    random,
    codec: encryptingCodec(randomBytes(32)),
  })
  const client = createClient(inProcessTransport(server, { name: 'alice', groups: [] }), { clock, random })
  const signals = memorySignals()
  const telemetry = memoryTelemetry()
  const blobs = memoryBlobs()
  let answer = (_: string): EvaluationAnswer => ({ output: '', latencyMs: 1 })
  let asked = 0
  const callHistory = memoryCallHistory(async of => {
    const found = await telemetry.calls({ ...of, limit: 1e6 })
    return Promise.all(found.map(async ({ id }) => (await telemetry.call(id)) as ToldCall))
  })
  const gateway = {
    answer: async ({ input }: { input: string }) => {
      asked++
      return answer(input)
    },
  }
  const start = async (): Promise<Manager> => {
    const started = createManager({
      client,
      kinds,
      clock,
      random,
      log: () => {},
      reconcilers: [
        monitorReconciler({
          signals: through(signals),
          callHistory,
          gateway,
          blobs,
          score: scoreAnswer,
        }) as never,
      ],
    })
    await started.start()
    return started
  }
  let manager = await start()
  const read = () => client.get(Monitor, 'm', 'default')
  return {
    client,
    clock,
    signals,
    telemetry,
    blobs,
    read,
    provider: next => {
      answer = next
    },
    asked: () => asked,
    async monitor(spec) {
      const metadata = { name: 'm', namespace: 'default' }
      await client.create(Monitor, { apiVersion: apiVersionOf(Monitor), kind: 'Monitor', metadata, spec })
      await manager.settle()
    },
    async place(kind, name, spec, status) {
      const metadata = { name, namespace: 'default' }
      const object = { apiVersion: apiVersionOf(kind), kind: kind.kind, metadata, spec }
      const found = await client.get(kind, name, 'default').catch(() => client.create(kind, object))
      await client.updateStatus(kind, { ...(found as object), status } as never)
      await manager.settle()
    },
    async condition(type) {
      const { status, reason, message } = conditionOf(await read(), type) ?? {}
      return `${status} ${reason}: ${message}`
    },
    async advance(ms) {
      const step = Math.max(60_000, ms / 50)
      for (let left = ms; left > 0; left -= step) {
        clock.advance(Math.min(left, step))
        await manager.settle()
      }
    },
    settle: () => manager.settle(),
    async restart() {
      await manager.stop()
      manager = await start()
      await manager.settle()
    },
    told: async () => {
      const window = { from: 0, to: clock.now() + 60_000 }
      return (await signals.events({ source: 'slo', window, limit: 1000 })).reverse()
    },
    async [Symbol.asyncDispose]() {
      await manager.stop()
      await server[Symbol.asyncDispose]()
      await store[Symbol.asyncDispose]()
    },
  }
}
