import { hash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Agent, request as httpRequest } from 'undici'

/**
 * Calls of one process of ours to another over HTTP: `POST /rpc/<service>/<method>` with the arguments as JSON.
 * An argument or result may be JSON, undefined or bytes; an AbortSignal among the arguments reaches the other side,
 * which sees it abort when the caller aborts or goes away. Calls may wait for as long as they like.
 */
export interface RpcEndpoint {
  /** Origin, such as `http://127.0.0.1:4142`. */
  url: string
  token: string
}

/** An error of the other side that no `rebuild` turned into something better, or a failure to reach it. */
export class RpcError extends Error {
  override readonly name = 'RpcError'
  /** HTTP status; 0 when the other side was not reached. */
  readonly code: number

  constructor(code: number, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** JSON by which an error travels; the API's `Status` is one. */
export interface RpcFailure {
  code: number
  message: string
  reason?: string
  [field: string]: unknown
}

/** The names of all methods of T. */
export type MethodsOf<T> = {
  [K in keyof T]: T[K] extends (...args: never[]) => Promise<unknown> ? K : never
}[keyof T] &
  string

const prefix = '/rpc/'
const bytesType = 'application/octet-stream'
const defaultMaxBytes = 256 << 20

type Encoded = { v: unknown } | { b: string } | { s: 1 } | Record<string, never>

/**
 * Serves the named methods of plain objects to callers that know the token, as a handler for node:http.
 * An error with a method `toStatus` travels as what that returns.
 */
export function serveRpc(
  services: Readonly<Record<string, { target: object; methods: readonly string[] }>>,
  { token, maxBytes = defaultMaxBytes }: { token: string; maxBytes?: number },
): (request: IncomingMessage, response: ServerResponse) => void {
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (!knows(request, token)) throw new RpcError(401, 'the token is missing or wrong')
    const [service = '', method = ''] = (request.url ?? '').slice(prefix.length).split('/')
    const served = Object.hasOwn(services, service) ? services[service] : undefined
    if (request.method !== 'POST' || !request.url?.startsWith(prefix) || !served?.methods.includes(method))
      throw new RpcError(404, `no method ${service}.${method} is served here`)
    const abort = new AbortController()
    response.on('close', () => {
      if (!response.writableFinished) abort.abort(new Error('the caller went away'))
    })
    const args = (JSON.parse((await read(request, maxBytes)).toString()) as Encoded[]).map(arg =>
      decode(arg, abort.signal),
    )
    // Which methods may be called was checked above against a list written by us.
    const call = (served.target as Record<string, (...args: unknown[]) => Promise<unknown>>)[method]
    send(response, await call?.apply(served.target, args))
  }
  return (request, response) => {
    answer(request, response).catch((error: unknown) => fail(response, error))
  }
}

/**
 * An object whose methods are those of `service` at `endpoint`, which is asked for anew at every call: the other side
 * may have come back elsewhere.
 * @param rebuild makes the error that a failure stands for; by default an RpcError
 */
export function remote<T extends object>(options: {
  endpoint: RpcEndpoint | (() => RpcEndpoint | Promise<RpcEndpoint>)
  service: string
  methods: readonly MethodsOf<T>[]
  rebuild?: (failure: RpcFailure) => Error
  maxBytes?: number
}): T {
  const { endpoint, service, methods, maxBytes = defaultMaxBytes } = options
  const rebuild = options.rebuild ?? (({ code, message }: RpcFailure) => new RpcError(code, message))
  const call = async (method: string, args: unknown[]): Promise<unknown> => {
    const { url, token } = typeof endpoint === 'function' ? await endpoint() : endpoint
    const signal = args.find(arg => arg instanceof AbortSignal)
    const unreachable = (error: unknown): never => {
      if (signal?.aborted) throw signal.reason
      const message = `cannot reach ${service} at ${url}: ${(error as Error).message}`
      throw Object.assign(rebuild({ code: 503, reason: 'ServiceUnavailable', message }), { cause: error })
    }
    const { statusCode, headers, body } = await httpRequest(`${url}${prefix}${service}/${method}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(args.map(encode)),
      dispatcher: connections,
      ...(signal ? { signal } : {}),
    }).catch(unreachable)
    const bytes = await read(body, maxBytes).catch(unreachable)
    if (statusCode === 204) return undefined
    if (statusCode === 200)
      return headers['content-type'] === bytesType ? new Uint8Array(bytes) : JSON.parse(bytes.toString())
    throw rebuild(failureIn(bytes, statusCode))
  }
  return Object.fromEntries(methods.map(method => [method, (...args: unknown[]) => call(method, args)])) as T
}

/** Long polls hold connections, so there is no bound on their number and no time limit; a dead peer is noticed by TCP. */
const connections = new Agent({
  headersTimeout: 0,
  bodyTimeout: 0,
  keepAliveTimeout: 10_000,
  connect: { timeout: 5000 },
})

function encode(arg: unknown): Encoded {
  if (arg === undefined) return {}
  if (arg instanceof AbortSignal) return { s: 1 }
  if (arg instanceof Uint8Array)
    return { b: Buffer.from(arg.buffer, arg.byteOffset, arg.byteLength).toString('base64') }
  return { v: arg }
}

function decode(arg: Encoded, signal: AbortSignal): unknown {
  if ('b' in arg) return new Uint8Array(Buffer.from(String(arg.b), 'base64'))
  if ('s' in arg) return signal
  return 'v' in arg ? arg.v : undefined
}

function send(response: ServerResponse, result: unknown): void {
  if (result === undefined) {
    response.writeHead(204).end()
    return
  }
  const raw = result instanceof Uint8Array
  const body = raw ? result : Buffer.from(JSON.stringify(result))
  response.writeHead(200, {
    'content-type': raw ? bytesType : 'application/json',
    'content-length': body.length,
  })
  response.end(body)
}

function fail(response: ServerResponse, error: unknown): void {
  if (response.headersSent || response.destroyed) return void response.destroy()
  const failure = failureOf(error)
  response.writeHead(failure.code, { 'content-type': 'application/json' })
  response.end(JSON.stringify(failure))
}

function failureOf(error: unknown): RpcFailure {
  if (error instanceof RpcError) return { code: error.code || 502, message: error.message }
  const { toStatus, message } = error as { toStatus?: () => RpcFailure; message?: string }
  if (typeof toStatus === 'function') return toStatus.call(error)
  return { code: 500, message: message ?? String(error) }
}

function failureIn(bytes: Buffer, code: number): RpcFailure {
  try {
    const failure = JSON.parse(bytes.toString()) as RpcFailure
    return { ...failure, code, message: String(failure.message) }
  } catch {
    return { code, message: `the other side answered ${code}` }
  }
}

function knows(request: IncomingMessage, token: string): boolean {
  const digest = (text: string) => hash('sha256', text, 'buffer')
  return timingSafeEqual(digest(request.headers.authorization ?? ''), digest(`Bearer ${token}`))
}

async function read(stream: AsyncIterable<Buffer>, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of stream) {
    size += chunk.length
    if (size > maxBytes) throw new RpcError(413, `more than ${maxBytes} bytes in one message`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
