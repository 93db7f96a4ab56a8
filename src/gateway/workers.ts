import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { backoffMs } from '../lib/backoff.ts'
import type { Clock } from '../lib/clock.ts'
import { listenNear } from './listen.ts'
import type { MetricJson } from './observability/metric-json.ts'
import { type Metrics, textOf } from './observability/metrics.ts'

/**
 * SERVE: N processes answer on one port. Each listens by itself with SO_REUSEPORT, so that the kernel spreads connections
 * and no process stands between a client and its worker; each follows the control plane by itself. The first process
 * only keeps them running and joins what they count.
 */
export interface Workers {
  readonly port: number
  readonly pids: readonly number[]
  /** Lets all of them end their calls; resolves when they are gone. */
  stop(): Promise<void>
}

/** What a worker is told by the process that started it. */
export interface WorkerPlace {
  /** From 1. */
  index: number
  count: number
  /** Of this start of the gateway, the same in all its workers. */
  id: string
  port: number
}

const variable = 'KEELWAY_GATEWAY_WORKER'
const readyMs = 15_000
const stopMs = 12_000
const countMs = 2000

type FromWorker = { ready: true } | { ask: number } | { counted: number; metrics: MetricJson[] }
type ToWorker = { count: number } | { answer: number; text: string }

export const canSharePorts = ['linux', 'freebsd', 'aix', 'sunos'].includes(process.platform)

/**
 * Starts `count` workers on one port, or the next free one after it, and starts those again that end by themselves.
 * @param program what a worker runs, with `args`: it finds its place by `workerPlace`
 * @throws Error when one of them does not listen within 15 s
 */
export async function startWorkers(options: {
  count: number
  id: string
  host: string
  port: number
  program: string
  args: readonly string[]
  clock: Clock
  say: (text: string) => void
}): Promise<Workers> {
  const { count, id, host, program, args, clock, say } = options
  // Without sharing: a port that another process shares is taken all the same.
  const probe = createServer()
  const port = await listenNear(probe, host, options.port)
  await new Promise(resolve => probe.close(resolve))
  if (options.port !== 0 && port !== options.port) say(`port ${options.port} is taken, listening on ${port}`)
  const running = new Map<number, ChildProcess>()
  const stopping = new AbortController()
  const counts = countsOf(() => running.values(), clock)

  const start = async (index: number): Promise<ChildProcess> => {
    const place: WorkerPlace = { index, count, id, port }
    const child = fork(program, args, {
      env: { ...process.env, [variable]: JSON.stringify(place) },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    running.set(index, child)
    const ready = Promise.withResolvers<void>()
    child.on('message', (message: FromWorker) => {
      if ('ready' in message) ready.resolve()
      else counts.take(child, message)
    })
    child.on('exit', () => ready.reject(new Error(`worker ${index} ended before it listened`)))
    child.on('error', error => ready.reject(error))
    await within(ready.promise, readyMs, clock, `worker ${index} does not listen`).catch((error: unknown) => {
      child.kill('SIGKILL')
      throw error
    })
    return child
  }
  const keepRunning = async (index: number, first: ChildProcess): Promise<void> => {
    let child: ChildProcess | undefined = first
    let failures = 0
    for (;;) {
      if (child) await endOf(child)
      if (stopping.signal.aborted) return
      if (child) say(`worker ${index} (pid ${child.pid}) ended, starting it again`)
      const pause = backoffMs(++failures, () => 0, { baseMs: 50, maxMs: 5000 })
      await clock.sleep(pause, stopping.signal).catch(() => undefined)
      if (stopping.signal.aborted) return
      child = await start(index).catch((error: Error) => void say(error.message))
      if (child)
        clock.after(60_000, () => {
          failures = 0
        })
    }
  }

  const indices = Array.from({ length: count }, (_, i) => i + 1)
  const first = await Promise.all(indices.map(start)).catch((error: unknown) => {
    for (const child of running.values()) child.kill('SIGKILL')
    throw error
  })
  const kept = first.map((child, i) => keepRunning(i + 1, child))
  return {
    port,
    get pids() {
      return [...running.values()].flatMap(({ pid, exitCode }) => (pid && exitCode === null ? [pid] : []))
    },
    stop: async () => {
      stopping.abort(new Error('the gateway stops'))
      for (const child of running.values()) child.kill('SIGTERM')
      const cancel = clock.after(stopMs, () => {
        for (const child of running.values()) child.kill('SIGKILL')
      })
      await Promise.all([...[...running.values()].map(endOf), ...kept])
      cancel()
    },
  }
}

/** The place of this process among workers; undefined in a process that was not started as one. */
export function workerPlace(
  environment: Readonly<Record<string, string | undefined>>,
): WorkerPlace | undefined {
  const text = environment[variable]
  return text === undefined ? undefined : (JSON.parse(text) as WorkerPlace)
}

/** A worker's line to the process that started it. */
export interface WorkerLine {
  /** Tells that it listens, and from now on what it counted when it is asked. */
  ready(metrics: Pick<Metrics, 'json'>): void
  /** What all workers counted. */
  metricsText(): Promise<string>
  /** Resolves when the process that started it is gone. */
  lost: Promise<void>
}

/** @param parent this process, as one that was forked */
export function workerLine(parent: NodeJS.Process = process): WorkerLine {
  const asked = new Map<number, (text: string) => void>()
  let questions = 0
  let counted: Pick<Metrics, 'json'> | undefined
  const send = (message: FromWorker): void => {
    if (parent.connected) parent.send?.(message)
  }
  const lost = once(parent, 'disconnect').then(() => undefined)
  parent.on('message', (message: ToWorker) => {
    if ('answer' in message) {
      asked.get(message.answer)?.(message.text)
      asked.delete(message.answer)
    } else
      counted?.json().then(
        metrics => send({ counted: message.count, metrics }),
        // The others' counts are told without it.
        () => send({ counted: message.count, metrics: [] }),
      )
  })
  return {
    ready: metrics => {
      counted = metrics
      send({ ready: true })
    },
    metricsText: () =>
      new Promise((resolve, reject) => {
        const question = ++questions
        asked.set(question, resolve)
        void lost.then(() => reject(new Error('the process that joins metrics is gone')))
        send({ ask: question })
      }),
    lost,
  }
}

/** Asks all workers what they counted, once for all who ask at the same time. */
function countsOf(children: () => Iterable<ChildProcess>, clock: Clock) {
  const waiting = new Map<number, (metrics: MetricJson[]) => void>()
  let questions = 0
  let joining: Promise<string> | undefined
  const ask = async (child: ChildProcess): Promise<MetricJson[]> => {
    if (!child.connected) return []
    const question = ++questions
    const counted = new Promise<MetricJson[]>(resolve => waiting.set(question, resolve))
    child.send({ count: question } satisfies ToWorker)
    // One that is stuck or has just ended does not hold up the others.
    const metrics = await within(counted, countMs, clock, 'no answer').catch(() => [])
    waiting.delete(question)
    return metrics
  }
  const join = (): Promise<string> => {
    joining ??= Promise.all([...children()].map(ask))
      .then(textOf)
      .finally(() => {
        joining = undefined
      })
    return joining
  }
  return {
    take: (child: ChildProcess, message: Exclude<FromWorker, { ready: true }>): void => {
      if ('counted' in message) waiting.get(message.counted)?.(message.metrics)
      else
        void join().then(text => {
          if (child.connected) child.send({ answer: message.ask, text } satisfies ToWorker)
        })
    },
  }
}

async function within<T>(wanted: Promise<T>, ms: number, clock: Clock, what: string): Promise<T> {
  const done = new AbortController()
  const late = clock.sleep(ms, done.signal).then(
    () => Promise.reject(new Error(`${what} within ${ms / 1000} s`)),
    () => new Promise<never>(() => {}),
  )
  try {
    return await Promise.race([wanted, late])
  } finally {
    done.abort()
  }
}

async function endOf(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
}
