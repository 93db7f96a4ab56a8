import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Clock } from '../../lib/clock.ts'
import type { Signal } from '../signals/signal.ts'
import { knowsToken } from './credentials.ts'
import type { IntakeQueue } from './queue.ts'
import { BodyRefused, type Budget, bodyOf } from './request-body.ts'
import { type IntakeAnswer, type PushSource, type SourceStatus, StoreBehind } from './source.ts'

export interface IntakeOptions {
  sources: readonly PushSource[]
  queue: Pick<IntakeQueue, 'offer' | 'behind'>
  clock: Clock
  say(text: string): void
  /** Address to listen on, such as 127.0.0.1. */
  host: string
  /** 4143 by default; 0 takes any free port. */
  port?: number
  /** What senders have to know; without, everybody who reaches the port is taken. */
  token?: string
  /** Bytes of one body as it is sent, and as it is when decompressed. */
  bodyBytes?: number
  decompressedBytes?: number
  /** Bytes of all bodies at hand. */
  totalBytes?: number
  /** Requests at hand; others are asked to come back. */
  requests?: number
}

export interface IntakeServer extends AsyncDisposable {
  port: number
  /** Such as `http://127.0.0.1:4143`. */
  url: string
  /** By type of source. */
  status(): Readonly<Record<string, SourceStatus>>
}

const defaultPort = 4143

/**
 * Serves every source that is written to at one port. Nothing is buffered that was not asked for: while the store is
 * behind, senders are answered 503 with Retry-After before their body is read. (503 rather than 429, which Prometheus
 * takes for a refusal that is not worth trying again.)
 * @throws Error when the port can not be had
 */
export async function serveIntake(options: IntakeOptions): Promise<IntakeServer> {
  const { sources, host, port: wanted = defaultPort, queue } = options
  const intake = createIntake(options)
  const server = createServer(
    { requestTimeout: 30_000, headersTimeout: 10_000, keepAliveTimeout: 60_000 },
    (message, answer) => {
      // Answers everything that fails; what is left is a connection that broke.
      intake.serve(message, answer).catch(() => answer.destroy())
    },
  )
  server.maxConnections = 2000
  await new Promise<void>((resolve, reject) => {
    server.once('error', error =>
      reject(
        new Error(`cannot listen on ${host} port ${wanted} for signals; choose another`, { cause: error }),
      ),
    )
    server.listen(wanted, host, resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    port,
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    status: () => {
      const behind = queue.behind() !== undefined
      return Object.fromEntries(sources.map(({ type }) => [type, intake.statusOf(type, behind)]))
    },
    async [Symbol.asyncDispose]() {
      const closed = new Promise(resolve => server.close(resolve))
      server.closeIdleConnections()
      await intake.idle()
      server.closeAllConnections()
      await closed
    },
  }
}

interface Counts {
  accepted: number
  refused: number
  lost: number
  /** Requests that were asked to come back. */
  sentAway: number
  lagMs?: number
}

function createIntake(options: IntakeOptions) {
  const { sources, queue, clock, token, say } = options
  const {
    bodyBytes = 16 << 20,
    decompressedBytes = 32 << 20,
    totalBytes = 128 << 20,
    requests = 64,
  } = options
  const budget: Budget = { used: 0, most: totalBytes }
  const byPath = new Map(sources.flatMap(source => source.paths.map(path => [path, source] as const)))
  const counts = new Map<string, Counts>()
  const countsOf = (type: string): Counts => {
    const found = counts.get(type) ?? { accepted: 0, refused: 0, lost: 0, sentAway: 0 }
    counts.set(type, found)
    return found
  }
  let atHand = 0
  let idle: (() => void) | undefined

  const answerTo = async (message: IncomingMessage): Promise<IntakeAnswer> => {
    const { path, query } = targetOf(message.url)
    const source = byPath.get(path)
    if (!source) return text(404, `nothing is taken here; take one of ${[...byPath.keys()].join(', ')}`)
    if (message.method !== 'POST') return { ...text(405, 'send a POST'), headers: { allow: 'POST' } }
    if (token !== undefined && !source.provesSender?.() && !knowsToken(token, message.headers))
      return unauthorized
    const count = countsOf(source.type)
    const seconds = queue.behind() ?? (atHand > requests ? 1 : undefined)
    if (seconds !== undefined) {
      count.sentAway++
      return comeBack(seconds)
    }
    const { headers } = message
    using body = await bodyOf(message, bodyBytes, decompressedBytes, budget)
    const request = { method: 'POST', path, query, headers, body: body.bytes }
    const answer = await source.take(request, emitFor(count), clock)
    count.refused += answer.refused ?? 0
    count.lost += answer.lost ?? 0
    return answer
  }

  const emitFor =
    (count: Counts) =>
    async (signals: readonly Signal[]): Promise<void> => {
      await queue.offer(signals)
      let newest = 0
      for (const { at } of signals) if (at > newest) newest = at
      count.accepted += signals.length
      if (newest > 0) count.lagMs = Math.max(0, clock.now() - newest)
    }

  const answerOrError = async (message: IncomingMessage): Promise<IntakeAnswer> => {
    try {
      return await answerTo(message)
    } catch (error) {
      if (error instanceof StoreBehind) return comeBack(error.retryAfterSeconds)
      if (error instanceof BodyRefused)
        return error.status === 503 ? comeBack(1) : text(error.status, error.message)
      say(`intake at ${targetOf(message.url).path} failed: ${(error as Error).message}`)
      return text(500, 'this could not be taken; the reason is in the log of the control plane')
    }
  }

  return {
    async serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
      atHand++
      try {
        send(message, response, await answerOrError(message))
      } finally {
        if (--atHand === 0) idle?.()
      }
    },
    statusOf(type: string, behind: boolean): SourceStatus {
      const { sentAway, ...count } = countsOf(type)
      const away = sentAway > 0 ? `${sentAway} requests were asked to come back later` : undefined
      const message = behind ? 'the store is behind; senders are asked to come back later' : away
      return { state: behind ? 'waiting' : 'running', ...count, ...(message !== undefined && { message }) }
    },
    idle: () =>
      new Promise<void>(resolve => {
        if (atHand === 0) resolve()
        else idle = resolve
      }),
  }
}

const text = (status: number, words: string): IntakeAnswer => ({
  status,
  headers: { 'content-type': 'text/plain; charset=utf-8' },
  body: `${words}\n`,
})

const comeBack = (seconds: number): IntakeAnswer => {
  const answer = text(503, `the store is behind; send the same again in ${seconds} s`)
  return { ...answer, headers: { ...answer.headers, 'retry-after': String(seconds) } }
}

const unauthorized: IntakeAnswer = {
  ...text(401, 'this needs the token of the intake as Authorization: Bearer'),
  headers: { 'www-authenticate': 'Bearer realm="keelway-intake"' },
}

function targetOf(url = '/'): { path: string; query: URLSearchParams } {
  const at = url.indexOf('?')
  return at < 0
    ? { path: url, query: new URLSearchParams() }
    : { path: url.slice(0, at), query: new URLSearchParams(url.slice(at + 1)) }
}

function send(message: IncomingMessage, response: ServerResponse, answer: IntakeAnswer): void {
  if (response.destroyed) return
  const body = Buffer.from((answer.body ?? '') as string)
  response.writeHead(answer.status, {
    ...answer.headers,
    'content-length': body.length,
    // What is left of an unread body would be taken for the next request.
    ...(!message.complete && { connection: 'close' }),
  })
  response.end(body)
}
