import { hkdfSync, randomBytes } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import type { Clock } from '../lib/clock.ts'
import type { Random } from '../lib/random.ts'
import { uuidv7 } from '../lib/uuid.ts'
import type { Runtime } from '../models/model.ts'
import { memoryCounter } from './accounting/memory-counter.ts'
import { createSpending } from './accounting/spending.ts'
import { sqliteCounter } from './accounting/sqlite-counter.ts'
import { answerBrokenMessages } from './broken-message.ts'
import { createAnswerCache } from './cache.ts'
import { openContent } from './content.ts'
import type { GatewayUpstream } from './gateway.ts'
import { detectors } from './guardrails/detectors/index.ts'
import { createHealthBook } from './health.ts'
import { openLastGood, openSecretsKey } from './last-good.ts'
import { followSnapshots } from './link.ts'
import { listenNear } from './listen.ts'
import { contentDigest, contentKeeper } from './observability/content.ts'
import type { Metrics } from './observability/metrics.ts'
import { type ObserverSettings, openObserver } from './observability/observer.ts'
import { redactor } from './observability/redaction.ts'
import type { Provider } from './providers/provider.ts'
import { UpstreamDispatcher } from './providers/upstream/http1/dispatcher.ts'
import { handle } from './routes.ts'
import { contentOf, openServing, type Serving } from './serving.ts'
import { createShadowQueue } from './shadow.ts'
import type { RecordSettings, Snapshot } from './snapshot.ts'
import type { WorkerPlace } from './workers.ts'

export interface GatewayOptions {
  upstream: GatewayUpstream
  clock: Clock
  random: Random
  runtimes: readonly Runtime[]
  providers: readonly Provider[]
  /** Where the last good snapshot and its content are kept; without it a restart needs the control plane. */
  stateDir?: string
  /** 32 bytes for the secrets of the kept snapshot; by default a key file in `stateDir`. */
  secretsKey?: Uint8Array
  /** What the control plane proves itself with on `/internal`; without it those are closed. */
  controlToken?: () => string | undefined
  /** Where notices go, such as a lost connection; never holds keys or prompts. */
  say?: (text: string) => void
  /** Largest request body in bytes. */
  maxBodyBytes?: number
  /** How long calls in progress may take to end after `stop`. */
  drainMs?: number
  observe?: ObserverSettings
  /** This is one of several processes that answer on one port, and who joins what they count. */
  worker?: { place: WorkerPlace; metricsText(): Promise<string> }
}

export interface Gateway {
  id: string
  /** Starts to serve and to follow the control plane; returns where. A port that is taken gives the next free one. */
  listen(address: { host: string; port: number }): Promise<{ url: string; port: number }>
  /** Digest of the snapshot that serves. */
  readonly serving: string | undefined
  /** Shadow answers and call records that were dropped so far. */
  readonly dropped: { shadow: number; records: number }
  /** What this process counted. */
  metrics: Metrics
  /** Takes no new calls, lets those in progress end, reports what is buffered. */
  stop(): Promise<void>
}

/** How soon missing content of a snapshot is asked for again, and how seldom at last. */
const firstRetryMs = 250
const longestRetryMs = 30_000

/** Evaluations run on data of the repository, not on what users say, and are scored by their answers. */
const evaluated: RecordSettings = { content: 'output', redact: false }

/**
 * SERVE: the data plane. It answers from one immutable snapshot at a time, follows the control plane for new ones and
 * goes on without it. Nothing a user waits for ever waits for the control plane, the disk or a shadow answer.
 */
export async function createGateway(options: GatewayOptions): Promise<Gateway> {
  const { clock, random, runtimes, providers, stateDir, worker, say = () => {} } = options
  const { controlToken = () => undefined, maxBodyBytes = 20 << 20, drainMs = 10_000 } = options
  const id = uuidv7(clock)
  const dispatcher = new UpstreamDispatcher({
    clock,
    // Every stream in progress holds one, so this bounds how many there are; more wait for one to end.
    connections: 16_384,
    keepAliveMs: 30_000,
    connectMs: 10_000,
  })
  const content = openContent(digest => options.upstream.blob(digest), stateDir && join(stateDir, 'blobs'))
  const secretsKey =
    options.secretsKey ?? (stateDir === undefined ? randomBytes(32) : await openSecretsKey(stateDir))
  const lastGood = stateDir && openLastGood(stateDir, secretsKey)
  const keep = contentKeeper({
    digest: contentDigest(new Uint8Array(hkdfSync('sha256', secretsKey, '', 'content digests', 32))),
    redact: redactor(detectors),
    settings: ({ namespace, route, arm }) =>
      arm === 'evaluation' ? evaluated : serving?.configured.get(`${namespace}/${route}`)?.record,
  })
  const shadow = createShadowQueue({ capacity: 512, concurrency: 16 })
  const place = worker?.place ?? { index: 1, count: 1, id }
  const observer = await openObserver({
    upstream: options.upstream,
    clock,
    random,
    say,
    keep,
    spool: stateDir && join(stateDir, 'spool', String(place.index)),
    settings: options.observe ?? {},
    place,
    snapshotAt: () => serving?.at,
    shadowDropped: () => shadow.dropped,
  })
  const { upstream } = observer
  const counter =
    stateDir === undefined
      ? memoryCounter({ clock })
      : sqliteCounter({ path: join(stateDir, 'spending.db'), clock })
  const spending = createSpending({ counter, clock, owner: id })
  const cache = createAnswerCache(clock)
  const health = createHealthBook()
  const stopping = new AbortController()
  let serving: Serving | undefined
  let following: Promise<void> | undefined
  let stopped: Promise<void> | undefined

  const open = async (snapshot: Snapshot): Promise<void> => {
    const context = { clock, runtimes, dispatcher, content: content.get, health }
    const next = await openServing(snapshot, providers, context, serving)
    spending.apply(snapshot.content)
    // The swap is this one assignment: a call sees the old snapshot or the new one, never a mixture.
    serving = next
  }
  const completeLater = (snapshot: Snapshot, waitMs: number): void => {
    clock.after(waitMs, () => {
      if (serving?.digest !== snapshot.digest || serving.missing === undefined || stopping.signal.aborted)
        return
      open(snapshot)
        .catch((error: Error) => say(`the snapshot cannot be completed: ${error.message}`))
        .finally(() => completeLater(snapshot, Math.min(2 * waitMs, longestRetryMs)))
    })
  }
  const apply = async (snapshot: Snapshot): Promise<void> => {
    await open(snapshot)
    if (serving?.missing !== undefined) {
      say(`serving without what is missing: ${serving.missing}`)
      completeLater(snapshot, firstRetryMs)
    }
    if (!lastGood) return
    await lastGood.save(snapshot)
    await content.keep(contentOf(snapshot))
  }
  const restore = async (): Promise<void> => {
    try {
      const snapshot = lastGood && (await lastGood.load())
      if (!snapshot) return
      await open(snapshot)
      say(`serving the kept snapshot ${snapshot.digest} until the control plane answers`)
    } catch (error) {
      say(`the kept snapshot cannot be served: ${(error as Error).message}`)
    }
  }

  const context = {
    id,
    clock,
    random,
    reporter: observer,
    shadow,
    spending,
    cache,
    metrics: worker?.metricsText ?? observer.metrics.text,
    health: observer.health,
    serving: () => serving,
    draining: () => stopping.signal.aborted,
    controlToken,
    maxBodyBytes,
    say,
  }
  const server = createServer(
    {
      requestTimeout: 120_000,
      headersTimeout: 15_000,
      keepAliveTimeout: 65_000,
      maxHeaderSize: 32 << 10,
      // The data path looks for it, and says what is missing.
      requireHostHeader: false,
    },
    (request, response) => {
      observer.begin()
      answering(response)
      void handle(context, request, response).finally(observer.end)
    },
  )
  server.maxHeadersCount = 100
  const answering = answerBrokenMessages(server)

  const stop = async (): Promise<void> => {
    stopping.abort(new Error('the gateway stops'))
    shadow.stop()
    await Promise.all([closeServer(server, clock, drainMs), following])
    await observer.stop()
    await spending.stop()
    await counter.close()
    await dispatcher.destroy()
  }

  return {
    id,
    listen: async ({ host, port }) => {
      await restore()
      const found = await listenNear(server, host, port, worker !== undefined)
      if (port !== 0 && found !== port) say(`port ${port} is taken, listening on ${found}`)
      const url = `http://${host.includes(':') ? `[${host}]` : host}:${found}`
      following = followSnapshots({
        upstream,
        gateway: { id, url },
        apply,
        serving: serving?.digest,
        clock,
        random,
        say,
        signal: stopping.signal,
      })
      return { url, port: found }
    },
    get serving() {
      return serving?.digest
    },
    get dropped() {
      return { shadow: shadow.dropped, records: observer.dropped }
    },
    metrics: observer.metrics,
    stop: () => (stopped ??= stop()),
  }
}

/** Connections that clients keep open are closed as soon as the calls on them have ended. */
async function closeServer(server: Server, clock: Clock, drainMs: number): Promise<void> {
  const closed = new AbortController()
  const cancel = clock.after(drainMs, () => server.closeAllConnections())
  server.close(() => closed.abort())
  while (!closed.signal.aborted) {
    server.closeIdleConnections()
    await clock.sleep(50, closed.signal).catch(() => undefined)
  }
  cancel()
}
