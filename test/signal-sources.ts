import { deployments } from '../src/telemetry/intake/deployments.ts'
import { gatewayCalls } from '../src/telemetry/intake/gateway-calls.ts'
import { gitHistory } from '../src/telemetry/intake/git-history.ts'
import type { SourceContext } from '../src/telemetry/intake/source.ts'
import { memoryTelemetry } from '../src/telemetry/memory.ts'
import type { CallRecord, Telemetry } from '../src/telemetry/telemetry.ts'
import type { World } from './world.ts'

type Listener = (calls: readonly CallRecord[]) => Promise<void>

/** Telemetry that tells listeners of calls as they are reported. */
export function toldTelemetry(): Telemetry & { listeners: Set<Listener> } {
  const kept = memoryTelemetry()
  const listeners = new Set<Listener>()
  return {
    ...kept,
    listeners,
    async append(calls, feedback) {
      await kept.append(calls, feedback)
      for (const tell of listeners) await tell(calls)
    },
  }
}

/** Has commits, releases and calls of a world told as signals, as keelway up does. */
export async function takeSignals(
  { clock, client, git, signals }: World,
  { listeners }: { listeners: Set<Listener> },
): Promise<AsyncDisposable> {
  const context: SourceContext = {
    emit: batch => signals.append(batch),
    clock,
    fetch: globalThis.fetch,
    signal: new AbortController().signal,
    load: async () => undefined,
    save: async () => undefined,
    say: () => undefined,
  }
  const feed = {
    subscribe(listener: Listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    recent: async () => [],
  }
  await using opening = new AsyncDisposableStack()
  for (const source of [
    await gitHistory.open({ client, git }, context),
    await deployments.open({ client }, context),
    await gatewayCalls.open({ feed }, context),
  ])
    opening.defer(() => source.close())
  return opening.move()
}
