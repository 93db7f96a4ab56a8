import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Client } from '../client/client.ts'
import type { Git } from '../git/git.ts'
import { systemClock as clock } from '../lib/clock.ts'
import { keptSecret, newKey, writePrivateFile } from '../lib/private-file.ts'
import { deployments } from '../telemetry/intake/deployments.ts'
import { type CallFeed, gatewayCalls } from '../telemetry/intake/gateway-calls.ts'
import { gitHistory } from '../telemetry/intake/git-history.ts'
import { type IntakeServer, serveIntake } from '../telemetry/intake/http.ts'
import { pushSources, signedSources } from '../telemetry/intake/index.ts'
import { kubernetesEvents } from '../telemetry/intake/kubernetes-events.ts'
import { createIntakeQueue } from '../telemetry/intake/queue.ts'
import type { OpenSource, Source } from '../telemetry/intake/source.ts'
import type { SignalStore } from '../telemetry/signals/signal-store.ts'
import type { CallRecord, Telemetry } from '../telemetry/telemetry.ts'
import { host } from './control.ts'
import type { WantedSource } from './source-file.ts'

/** How often old signals are summed up and deleted. */
const maintainMs = 60_000
/** Calls from which an interrupted minute is made again. */
const recentCalls = 5000

export interface Signals extends AsyncDisposable {
  /** Where signals are written to. */
  intake: IntakeServer
}

/**
 * Takes in signals: those that others write to the intake port, and what this system knows of itself (its commits,
 * releases, events and calls).
 */
export async function startSignals(options: {
  directory: string
  signals: SignalStore
  client: Client
  git: Git
  telemetry: Pick<Telemetry, 'calls'>
  calls: CallListeners
  port: number
  /** What a person wants to be asked too. */
  wanted: readonly WantedSource[]
  say: (text: string) => void
}): Promise<Signals> {
  const { directory, signals, client, git, telemetry, calls, port, wanted, say } = options
  await using starting = new AsyncDisposableStack()
  const queue = createIntakeQueue({ store: signals, clock, say })
  starting.defer(() => queue.close())
  const { secret: token } = keptSecret(join(directory, 'intake-token'), () => newKey('ki'))
  const secrets = {
    github: () => textOf(join(directory, 'github-secret')),
    gitlab: () => textOf(join(directory, 'gitlab-secret')),
    featureFlags: () => textOf(join(directory, 'flags-secret')),
  }
  const listening = { sources: [...pushSources, ...signedSources(secrets)], queue, clock, say, host, token }
  const intake = starting.use(
    await serveIntake({ ...listening, port }).catch(() => serveIntake({ ...listening, port: 0 })),
  )
  const open = async <Settings>(
    source: Source<Settings>,
    settings: Settings,
    name = source.type,
  ): Promise<void> => {
    const file = join(directory, 'intake', `${name}.json`)
    const closing = new AbortController()
    const opened: OpenSource = await source.open(settings, {
      emit: batch => queue.emit(batch),
      clock,
      fetch: globalThis.fetch,
      signal: closing.signal,
      load: async () => JSON.parse(textOf(file) ?? 'null') ?? undefined,
      save: async position => writePrivateFile(file, JSON.stringify(position)),
      say: text => say(`${name}: ${text}`),
    })
    starting.defer(async () => {
      closing.abort(new Error('the system stops'))
      await opened.close()
    })
  }
  const feed: CallFeed = {
    subscribe: listener => calls.subscribe(listener),
    recent: () => telemetry.calls({ limit: recentCalls }),
  }
  await open(gitHistory, { client, git })
  await open(deployments, { client })
  await open(kubernetesEvents, { client })
  await open(gatewayCalls, { feed })
  // Sources that read this system's own API or Git are handed them; what a file says is checked by the source.
  for (const [i, { source, settings }] of wanted.entries())
    await open(source as Source<unknown>, { client, git, ...settings }, `${source.type}-${i + 1}`)
  let cancel = clock.after(maintainMs, maintain)
  function maintain(): void {
    signals
      .maintain(clock.now())
      .catch((error: Error) => say(`signals can not be kept tidy: ${error.message}`))
      .finally(() => {
        cancel = clock.after(maintainMs, maintain)
      })
  }
  starting.defer(() => cancel())
  const running = starting.move()
  return { intake, [Symbol.asyncDispose]: () => running.disposeAsync() }
}

/** Those who want to know of calls as they are reported. */
export interface CallListeners {
  subscribe(listener: (calls: readonly CallRecord[]) => Promise<void>): () => void
  tell(calls: readonly CallRecord[]): Promise<void>
}

export function callListeners(): CallListeners {
  const listeners = new Set<(calls: readonly CallRecord[]) => Promise<void>>()
  return {
    subscribe: listener => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    tell: async calls => {
      for (const listener of listeners) await listener(calls)
    },
  }
}

/** Undefined when there is no such file. */
function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
