import { readFile } from 'node:fs/promises'
import { type Dispatcher, Pool } from 'undici'
import { ApiError, type Status } from '../api/errors.ts'
import type { Clock } from '../lib/clock.ts'
import type { Cluster, Credentials } from './cluster.ts'
import { jsonLines } from './json-lines.ts'
import type { ApiRequest, Transport } from './transport.ts'

export interface HttpTransport extends Transport, AsyncDisposable {}

export interface HttpLimits {
  /** Bytes of one answer, or of one line of a watch. */
  maxBytes?: number
  /** Milliseconds until an answer begins, and between two pieces of it. */
  timeoutMs?: number
}

/** A list page of 500 objects of the largest size a server takes would be 1.5 GB; real ones are a few megabytes. */
const MAX_BYTES = 256 * 1024 * 1024
const TIMEOUT_MS = 30_000
/** A watch may be silent until its server ends it, which the client asks for after at most ten minutes. */
const STREAM_SILENCE_MS = 15 * 60_000
const TOKEN_FILE_MS = 60_000
const MAX_CONNECTIONS = 128

/**
 * A transport over HTTP(S) with connections of its own.
 * @throws TypeError when the server's URL can't be used, or credentials would go out unencrypted.
 */
export function httpTransport(cluster: Cluster, clock: Clock, limits: HttpLimits = {}): HttpTransport {
  const { maxBytes = MAX_BYTES, timeoutMs = TIMEOUT_MS } = limits
  const url = serverUrl(cluster)
  const prefix = url.pathname.replace(/\/$/, '')
  const pool = new Pool(url.origin, {
    connections: MAX_CONNECTIONS,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    connect: { timeout: timeoutMs, ...tlsOptions(cluster) },
  })
  const authorization = authorizationOf(cluster.credentials, clock)

  const send = async ({ method, path, body, contentType, signal }: ApiRequest, bodyTimeout: number) => {
    const headers: Record<string, string> = { accept: 'application/json', 'user-agent': 'keelway' }
    const credentials = await authorization()
    if (credentials !== undefined) headers.authorization = credentials
    if (body !== undefined) headers['content-type'] = contentType ?? 'application/json'
    const response = await pool.request({
      method,
      path: prefix + path,
      headers,
      bodyTimeout,
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(signal && { signal }),
    })
    if (response.statusCode >= 400) throw await refusal(response, maxBytes)
    return response.body
  }

  return {
    async request(request) {
      try {
        return parse(await bytesOf(await send(request, timeoutMs), maxBytes))
      } catch (error) {
        throw reported(error, request, url)
      }
    },
    async *stream(request) {
      try {
        yield* jsonLines(await send(request, STREAM_SILENCE_MS), maxBytes)
      } catch (error) {
        if (request.signal?.aborted) return
        throw reported(error, request, url)
      }
    },
    [Symbol.asyncDispose]: () => pool.destroy(),
  }
}

function serverUrl({ server, credentials }: Cluster): URL {
  const url = URL.canParse(server) ? new URL(server) : undefined
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:'))
    throw new TypeError(`the server's address must be an http(s) URL such as https://127.0.0.1:6443`)
  if (url.username || url.password || url.search || url.hash)
    throw new TypeError(`the server's address may hold neither credentials nor a query: ${url.origin}`)
  const loopback = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)
  if (url.protocol === 'http:' && credentials.type !== 'none' && !loopback)
    throw new TypeError(`credentials are not sent unencrypted to ${url.origin}; use https`)
  return url
}

function tlsOptions({ ca, serverName, insecure, credentials }: Cluster) {
  return {
    ...(ca !== undefined && { ca }),
    ...(serverName !== undefined && { servername: serverName }),
    ...(insecure && { rejectUnauthorized: false }),
    ...(credentials.type === 'certificate' && { cert: credentials.cert, key: credentials.key }),
  }
}

/** The Authorization header of each request. */
function authorizationOf(credentials: Credentials, clock: Clock): () => Promise<string | undefined> {
  switch (credentials.type) {
    case 'token':
      return async () => `Bearer ${credentials.token}`
    case 'basic': {
      const pair = Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')
      return async () => `Basic ${pair}`
    }
    case 'token-file': {
      let token: string | undefined
      let readAt = Number.NEGATIVE_INFINITY
      return async () => {
        if (clock.now() - readAt >= TOKEN_FILE_MS) {
          token = `Bearer ${(await readFile(credentials.file, 'utf8')).trim()}`
          readAt = clock.now()
        }
        return token
      }
    }
    default:
      return async () => undefined
  }
}

async function bytesOf(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of body) {
    length += chunk.length
    if (length > maxBytes) throw new ApiError('InternalError', `the answer is longer than ${maxBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks, length)
}

function parse(bytes: Buffer): unknown {
  try {
    return bytes.length === 0 ? undefined : JSON.parse(bytes.toString('utf8'))
  } catch (cause) {
    throw new ApiError('InternalError', 'the answer is not JSON', {}, { cause })
  }
}

/** The error a response of 400 and above stands for; proxies on the way answer with text or HTML. */
async function refusal({ statusCode, headers, body }: Dispatcher.ResponseData, maxBytes: number) {
  const text = (await bytesOf(body, maxBytes)).toString('utf8')
  const status = statusIn(text) ?? { message: `the server answered ${statusCode}: ${text.slice(0, 200)}` }
  const seconds = Number(headers['retry-after'])
  if (seconds > 0) status.details = { retryAfterSeconds: seconds, ...status.details }
  return ApiError.fromStatus(status, statusCode)
}

function statusIn(text: string): Partial<Status> | undefined {
  try {
    const value = JSON.parse(text) as Partial<Status> | null
    return value?.kind === 'Status' ? value : undefined
  } catch {
    return undefined
  }
}

/** Errors of the network become ServiceUnavailable and say what was asked of whom; an abort keeps its reason. */
function reported(error: unknown, { method, path, signal }: ApiRequest, { origin }: URL): unknown {
  if (signal?.aborted) return signal.reason
  if (error instanceof ApiError) return error
  const cause = error instanceof Error ? error : new Error(String(error))
  const what = `${method} ${origin}${path.split('?')[0]}`
  const code = (cause as NodeJS.ErrnoException).code
  return new ApiError('ServiceUnavailable', `${what} failed: ${cause.message || code}`, {}, { cause })
}
