import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { MAX_BODY } from './body.ts'
import type { ServerCertificate } from './certificates.ts'
import { type Request, type Response, respondJson, type User } from './exchange.ts'
import { tooLarge, unauthorized } from './refusals.ts'
import type { ApiServer } from './server.ts'

export interface HttpsOptions {
  server: Pick<ApiServer, 'handle'>
  /** Answers paths that are none of the API's, before the API is asked; undefined for the others. */
  beside?: (request: Request) => Promise<Response | undefined>
  certificate: ServerCertificate
  authenticate: (token: string) => User | undefined
  /** Address to listen on, such as 127.0.0.1. */
  host: string
  /** 0 takes any free port. When taken by another program, the next free one of the following is used. */
  port: number
}

export interface HttpsListener extends AsyncDisposable {
  port: number
  /** Such as `https://127.0.0.1:6443`. */
  url: string
}

/** Ports tried after the wanted one. */
const portsTried = 50
const keepAliveMs = 120_000

/**
 * Serves an API server over HTTPS (TLS 1.2 and later).
 * @throws Error when no port could be had
 */
export async function listenHttps(options: HttpsOptions): Promise<HttpsListener> {
  const { certificate, host } = options
  const https = createServer(
    { ...certificate, minVersion: 'TLSv1.2', keepAliveTimeout: keepAliveMs },
    (message, answer) => {
      // The server answers what fails; what is left is a connection that broke.
      serve(options, message, answer).catch(() => answer.destroy())
    },
  )
  const port = await listen(https, host, options.port)
  return {
    port,
    url: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
    async [Symbol.asyncDispose]() {
      const closed = new Promise(resolve => https.close(resolve))
      https.closeAllConnections()
      await closed
    },
  }
}

async function listen(https: Server, host: string, wanted: number): Promise<number> {
  for (let port = wanted; ; port++) {
    try {
      await new Promise<void>((resolve, reject) => {
        https.once('error', reject)
        https.listen(port, host, () => {
          https.off('error', reject)
          resolve()
        })
      })
      return (https.address() as AddressInfo).port
    } catch (error) {
      const taken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE'
      if (!taken || wanted === 0 || port - wanted >= portsTried)
        throw new Error(`cannot listen on ${host} port ${wanted}; choose another port`, { cause: error })
    }
  }
}

async function serve(options: HttpsOptions, message: IncomingMessage, answer: ServerResponse): Promise<void> {
  const { authorization } = message.headers
  const token = /^Bearer ([\x21-\x7e]{1,512})$/i.exec(authorization ?? '')?.[1]
  const user = token === undefined ? undefined : options.authenticate(token)
  if (authorization !== undefined && !user) return send(message, answer, refused(unauthorized()))
  // Nobody's body is read before it is known who sends it.
  const body = user && message.method !== 'GET' ? await readBody(message) : undefined
  if (body === 'too large') return send(message, answer, refused(tooLarge(MAX_BODY)))
  if (body === 'aborted') return
  const request = requestOf(message, body, user)
  send(message, answer, (await options.beside?.(request)) ?? (await options.server.handle(request)))
}

const refused = (error: ReturnType<typeof unauthorized>): Response =>
  respondJson(error.code, error.toStatus())

function requestOf(message: IncomingMessage, body: Uint8Array | undefined, user: User | undefined): Request {
  const [path = '/', query = ''] = split(message.url ?? '/', '?')
  return {
    method: message.method ?? 'GET',
    path,
    query: new URLSearchParams(query),
    headers: message.headers as Record<string, string | undefined>,
    ...(body && { body }),
    ...(user && { user }),
  }
}

function split(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator)
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}

function readBody(message: IncomingMessage): Promise<Uint8Array | 'too large' | 'aborted'> {
  if (Number(message.headers['content-length'] ?? 0) > MAX_BODY) return Promise.resolve('too large')
  return new Promise(resolve => {
    const chunks: Buffer[] = []
    let size = 0
    message.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > MAX_BODY) resolve('too large')
      else chunks.push(chunk)
    })
    message.on('end', () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)))
    message.on('close', () => resolve('aborted'))
    message.on('error', () => resolve('aborted'))
  })
}

function send(message: IncomingMessage, answer: ServerResponse, { status, headers, body }: Response): void {
  if (answer.destroyed) return
  // What is left of an unread body would be taken for the next request.
  const unread = !message.complete && message.method !== 'GET'
  if (typeof body === 'string') {
    const bytes = Buffer.from(body)
    answer.writeHead(status, {
      ...headers,
      'content-length': bytes.length,
      ...(unread && { connection: 'close' }),
    })
    answer.end(bytes)
    return
  }
  answer.writeHead(status, headers)
  answer.flushHeaders()
  const stop = body({
    write: text => writeChunk(answer, text),
    end: () => void answer.end(),
    backlog: () => answer.writableLength,
  })
  answer.once('close', stop)
}

/** Straight to the socket, where the answer has it already and speaks HTTP/1.1. */
function writeChunk(answer: ServerResponse, text: string): void {
  if (answer.socket && answer.chunkedEncoding) answer.socket.write(chunkOf(text))
  else answer.write(text)
}

let lastText = ''
let lastChunk = Buffer.alloc(0)

/**
 * A text as a chunk of HTTP/1.1 (RFC 9112 §7.1). Watchers of one resource get the same text one after the other, so the
 * last chunk is kept: framing and encoding are done once for all of them.
 */
function chunkOf(text: string): Buffer {
  if (text === lastText) return lastChunk
  const bytes = Buffer.from(text)
  lastText = text
  lastChunk = Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')])
  return lastChunk
}
