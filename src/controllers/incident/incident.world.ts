import { startTestServer } from '../../../test/api-server.ts'
import type { Kind } from '../../api/kind.ts'
import { Incident } from '../../api/kinds/incident.ts'
import { kinds } from '../../api/kinds/index.ts'
import { createClient } from '../../client/api-client.ts'
import type { Client } from '../../client/client.ts'
import { FakeClock } from '../../lib/clock.fake.ts'
import { seededRandom } from '../../lib/random.ts'
import { memorySignals } from '../../telemetry/signals/memory-signals.ts'
import type { EventRecord } from '../../telemetry/signals/signal.ts'
import type { SignalStore } from '../../telemetry/signals/signal-store.ts'
import { createManager, type Manager } from '../runtime/manager.ts'
import type { Reconciler } from '../runtime/reconciler.ts'
import { incidentReconciler } from './incident.ts'
import { incidentOpener } from './opener.ts'

/** A real API server with the controllers of Incidents, and those that are handed in. */
export interface IncidentWorld extends AsyncDisposable {
  client: Client
  clock: FakeClock
  signals: SignalStore
  /** Tells a symptom that began now, of service checkout unless said otherwise. */
  tell(key: string, given?: Partial<EventRecord>): Promise<void>
  advance(ms: number): Promise<void>
  /** Ends the controllers and starts others, that remember nothing. */
  restart(): Promise<void>
  /** Those of all namespaces, the oldest first. */
  incidents(): Promise<Incident[]>
}

export async function incidentWorld(
  reconcilers: (world: { clock: FakeClock; signals: SignalStore }) => Reconciler<never>[] = () => [],
  dependencies: Parameters<typeof incidentReconciler>[0] = {},
): Promise<IncidentWorld> {
  const clock = new FakeClock()
  const random = seededRandom(1)
  const server = await startTestServer({ clock })
  const client = createClient(server.transport, { clock, random })
  const signals = memorySignals()
  const start = async (): Promise<Manager> => {
    const all = [
      incidentOpener({ signals }),
      incidentReconciler(dependencies),
      ...reconcilers({ clock, signals }),
    ]
    const manager = createManager({
      client,
      kinds,
      clock,
      random,
      log: () => {},
      reconcilers: all as unknown as Reconciler<Kind>[],
    })
    await manager.start()
    await manager.settle()
    return manager
  }
  let manager = await start()
  return {
    client,
    clock,
    signals,
    async tell(key, given = {}) {
      const told: EventRecord = {
        kind: 'event',
        resource: { service: 'checkout' },
        at: clock.now(),
        source: 'alert',
        reason: 'HighErrorRate',
        severity: 'error',
        message: '7 % of requests fail',
        key,
        count: 1,
        attributes: {},
        ...given,
      }
      await signals.append([told])
    },
    async advance(ms) {
      for (let left = ms; left > 0; left -= 5000) {
        clock.advance(Math.min(left, 5000))
        await manager.settle()
      }
    },
    async restart() {
      await manager.stop()
      manager = await start()
    },
    async incidents() {
      const { items } = await client.list(Incident)
      return items.sort((a, b) => a.spec.startedAt.localeCompare(b.spec.startedAt))
    },
    async [Symbol.asyncDispose]() {
      await manager.stop()
      await server[Symbol.asyncDispose]()
    },
  }
}
