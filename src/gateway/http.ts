import type { IncomingMessage, ServerResponse } from 'node:http'
import { errorBody, GatewayError } from './protocols/openai/error.ts'
import { ProviderError } from './providers/provider.ts'

/** The client went away before its answer was complete. */
export class ClientClosed extends Error {
  override readonly name = 'ClientClosed'
}

/** @throws GatewayError when the body is larger than `limit` bytes or not JSON by its content type. */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  const type = request.headers['content-type']
  if (type !== undefined && !/^application\/([a-z.+-]+\+)?json\b/i.test(type))
    throw new GatewayError(
      'unsupported_media_type',
      `send the body as application/json, not ${type.slice(0, 100)}`,
    )
  const tooLarge = () =>
    new GatewayError('request_too_large', `the body is larger than ${limit} bytes`, {
      headers: { connection: 'close' },
    })
  if (Number(request.headers['content-length'] ?? 0) > limit) throw tooLarge()
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > limit) {
        request.pause()
        request.removeAllListeners('data')
        reject(tooLarge())
      } else chunks.push(chunk)
    })
    request.on('end', () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)))
    request.on('error', reject)
    request.on('close', () => {
      if (!request.complete) reject(new ClientClosed('the client went away while it sent the body'))
    })
  })
}

export function sendJson(
  response: ServerResponse,
  status: number,
  value: unknown,
  headers: Record<string, string> = {},
): void {
  sendBytes(response, status, 'application/json', Buffer.from(JSON.stringify(value)), headers)
}

export function sendBytes(
  response: ServerResponse,
  status: number,
  contentType: string,
  body: Buffer,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { ...headers, 'content-type': contentType, 'content-length': body.length })
  response.end(body)
}

/** What a client is told of any error, in the shape of the OpenAI API; unknown errors say nothing of their cause. */
export function failureOf(error: unknown): {
  status: number
  headers: Record<string, string>
  body: unknown
  code: string
} {
  if (error instanceof GatewayError)
    return {
      status: error.status,
      headers: { ...error.headers, 'x-should-retry': String(error.retryable) },
      body: error.toBody(),
      code: error.code,
    }
  if (error instanceof ProviderError)
    return {
      status: error.status,
      headers: {
        'x-should-retry': String(error.retryable),
        ...(error.retryAfter === undefined ? {} : { 'retry-after': error.retryAfter }),
      },
      body: errorBody(
        error.message,
        error.status < 500 ? 'invalid_request_error' : 'server_error',
        error.code,
      ),
      code: error.code,
    }
  if (error instanceof ClientClosed)
    return {
      status: 499,
      headers: {},
      body: errorBody(error.message, 'invalid_request_error', 'client_closed'),
      code: 'client_closed',
    }
  const body = errorBody(
    'the gateway failed on this request; its log says more',
    'server_error',
    'internal_error',
  )
  return { status: 500, headers: { 'x-should-retry': 'false' }, body, code: 'internal_error' }
}

/** Answers with an error; inside a stream that has begun as its last event, then closes. */
export function sendFailure(
  response: ServerResponse,
  error: unknown,
  headers: Record<string, string> = {},
): void {
  const failure = failureOf(error)
  if (response.destroyed || response.writableEnded) return
  if (response.headersSent) {
    response.end(`data: ${JSON.stringify(failure.body)}\n\n`)
    return
  }
  sendJson(response, failure.status, failure.body, { ...headers, ...failure.headers })
}
