import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Agent } from 'undici'
import { apiVersionOf } from '../src/api/kind.ts'
import { AccessKey } from '../src/api/kinds/access-key.ts'
import { Delivery } from '../src/api/kinds/delivery.ts'
import { kinds } from '../src/api/kinds/index.ts'
import { createClient } from '../src/client/api-client.ts'
import type { Client } from '../src/client/client.ts'
import type { Transport } from '../src/client/transport.ts'
import { reconcilers } from '../src/controllers/index.ts'
import { writeRevert } from '../src/controllers/revert/revert.ts'
import type { Manager } from '../src/controllers/runtime/manager.ts'
import { createManager } from '../src/controllers/runtime/manager.ts'
import { gates } from '../src/gates/index.ts'
import { scoreAnswer } from '../src/gates/scorers/index.ts'
import type { Counter } from '../src/gateway/accounting/counter.ts'
import { memoryCounter } from '../src/gateway/accounting/memory-counter.ts'
import { createGuardrailBench } from '../src/gateway/guardrails/measure.ts'
import { createHub } from '../src/gateway/hub.ts'
import { providers } from '../src/gateway/providers/index.ts'
import { createGateway } from '../src/gateway/server.ts'
import { createGit } from '../src/git/command.ts'
import type { Git } from '../src/git/git.ts'
import type { Ledger } from '../src/ledger/ledger.ts'
import { memoryLedger } from '../src/ledger/memory.ts'
import { FakeClock } from '../src/lib/clock.fake.ts'
import { digestOf } from '../src/lib/digest.ts'
import { seededRandom } from '../src/lib/random.ts'
import { runtimes, trainers } from '../src/models/index.ts'
import { trainInWorker } from '../src/models/train.ts'
import { encryptingCodec } from '../src/server/codec.ts'
import { inProcessTransport } from '../src/server/in-process.ts'
import { createApiServer } from '../src/server/server.ts'
import type { Blobs } from '../src/store/blobs.ts'
import { memoryStore } from '../src/store/memory.ts'
import { memoryBlobs } from '../src/store/memory-blobs.ts'
import { memoryTelemetry } from '../src/telemetry/memory.ts'
import { memorySignals } from '../src/telemetry/signals/memory-signals.ts'
import type { SignalStore } from '../src/telemetry/signals/signal-store.ts'
import type { Telemetry } from '../src/telemetry/telemetry.ts'

const KEY = 'kw-test'
const TOKEN = 'control'

/** The whole system in this process: real API server, controllers, Git and gateway; memory instead of disks. */
export interface World extends AsyncDisposable {
  /** The client of alice. */
  client: Client
  clientOf(user: string): Client
  clock: FakeClock
  ledger: Ledger
  telemetry: Telemetry
  signals: SignalStore
  /** What budgets are told was spent. */
  counter: Counter
  blobs: Blobs
  git: Git
  manager: Manager
  gatewayUrl: string
  /** Applies a Delivery of the repository. */
  deliver(repository: string): Promise<void>
  /** Runs until nothing moves. */
  settle(): Promise<void>
  /** Moves the clock in steps small enough that everything due on the way happens. */
  advance(ms: number): Promise<void>
  /** Moves the clock without waiting for anything to come to rest, as under faults nothing may for long. */
  churn(ms: number): Promise<void>
  /** Asks a route one question in a session. */
  ask(model: string, text: string, session: string): Promise<Answer>
  feedback(call: string, given: { label?: string; scores?: Record<string, number> }): Promise<void>
  /** One session each: asks, says what would have been right, and waits until shadow answers are there. */
  traffic(model: string, questions: readonly Question[]): Promise<Answer[]>
}

export interface Question {
  text: string
  /** The right answer, given as feedback; absent: nobody says. */
  label?: string | undefined
}

export interface Answer {
  status: number
  call: string
  release: string
  text: string
}

export interface WorldOptions {
  /** Stands between the controllers and the server, to drop, repeat or delay what it says. */
  through?: (transport: Transport) => Transport
  /** Kept elsewhere than in memory, for tests that damage them. */
  ledger?: Ledger
  blobs?: Blobs
  telemetry?: Telemetry
  signals?: SignalStore
  /** Handed to the reconcilers over what they get otherwise. */
  dependencies?: Partial<Parameters<typeof reconcilers>[0]>
}

export async function testWorld({
  through = transport => transport,
  ledger = memoryLedger(),
  blobs = memoryBlobs(),
  telemetry = memoryTelemetry(),
  signals = memorySignals(),
  dependencies = {},
}: WorldOptions = {}): Promise<World> {
  const clock = new FakeClock()
  const random = seededRandom(1)
  const directory = await mkdtemp(join(tmpdir(), 'keelway-world-'))
  const store = memoryStore()
  const server = await createApiServer({
    store,
    kinds,
    clock,
    random,
    codec: encryptingCodec(randomBytes(32)),
  })
  const transportOf = (name: string) => inProcessTransport(server, { name, groups: [] })
  const clientOf = (name: string) => createClient(transportOf(name), { clock, random })
  const client = clientOf('alice')
  const counter = memoryCounter({ clock })
  const git = createGit({ directory: join(directory, 'git'), clock })
  const hub = createHub({ clock, telemetry, blobs, token: TOKEN })
  const gateway = await createGateway({
    upstream: hub.upstream,
    clock,
    random,
    runtimes,
    providers,
    controlToken: () => TOKEN,
    drainMs: 0,
  })
  const { url } = await gateway.listen({ host: '127.0.0.1', port: 0 })
  const manager = createManager({
    client: createClient(through(transportOf('system:keelway')), { clock, random }),
    reconcilers: reconcilers({
      git,
      blobs,
      ledger,
      telemetry,
      signals,
      callHistory: telemetry,
      counter,
      gates,
      trainers,
      kinds,
      train: trainInWorker,
      gateway: hub.control,
      score: scoreAnswer,
      guardrails: createGuardrailBench(new Agent()),
      random,
      forecast: async () => ['units needed and odds'],
      revert: writeRevert({ git }),
      ...dependencies,
    }),
    kinds,
    clock,
    random,
    log: () => {},
  })
  const turns = async (count: number) => {
    for (let turn = 0; turn < count; turn++) await new Promise<void>(resolve => setImmediate(resolve))
  }
  const starting = manager.start().then(() => true)
  // Faults make it wait for the clock before it tries again.
  while (!(await Promise.race([starting, turns(50).then(() => false)]))) clock.advance(100)
  await client.create(AccessKey, {
    apiVersion: apiVersionOf(AccessKey),
    kind: 'AccessKey',
    metadata: { name: 'test', namespace: 'default' },
    spec: { hash: digestOf(KEY) },
  })
  const post = (path: string, body: object, headers: Record<string, string> = {}) =>
    fetch(`${url}${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json', ...headers },
    })
  const ask = async (model: string, text: string, session: string): Promise<Answer> => {
    const response = await post(
      '/v1/chat/completions',
      { model, messages: [{ role: 'user', content: text }] },
      { 'x-keelway-session': session },
    )
    const body = (await response.json()) as { choices?: { message: { content: string } }[] }
    return {
      status: response.status,
      call: response.headers.get('x-keelway-call') ?? '',
      release: response.headers.get('x-keelway-release') ?? '',
      text: body.choices?.[0]?.message.content ?? '',
    }
  }
  const feedback: World['feedback'] = async (call, given) => {
    await (await post('/v1/feedback', { call, ...given })).text()
  }
  let sessions = 0
  return {
    client,
    clientOf,
    clock,
    ledger,
    telemetry,
    signals,
    counter,
    blobs,
    git,
    manager,
    gatewayUrl: url,
    async deliver(repository) {
      await client.create(Delivery, {
        apiVersion: apiVersionOf(Delivery),
        kind: 'Delivery',
        metadata: { name: 'app', namespace: 'default' },
        spec: { repository, interval: '10s' },
      })
    },
    settle: () => manager.settle(),
    async advance(ms) {
      for (let left = ms; left > 0; left -= 250) {
        clock.advance(Math.min(left, 250))
        // What gateways report travels over HTTP, in real time.
        await turns(10)
        await manager.settle()
      }
    },
    async churn(ms) {
      for (let left = ms; left > 0; left -= 100) {
        clock.advance(Math.min(left, 100))
        await turns(20)
      }
    },
    ask,
    feedback,
    async traffic(model, questions) {
      const answers = await Promise.all(
        questions.map(async ({ text, label }) => {
          const answer = await ask(model, text, `session-${sessions++}`)
          if (label !== undefined) await feedback(answer.call, { label })
          return answer
        }),
      )
      // One shadow answer starts in each turn of the event loop.
      await turns(2 * questions.length + 20)
      return answers
    },
    async [Symbol.asyncDispose]() {
      await manager.stop()
      await gateway.stop()
      await server[Symbol.asyncDispose]()
      await store[Symbol.asyncDispose]()
      await git[Symbol.asyncDispose]()
      await rm(directory, { recursive: true, force: true })
    },
  }
}
