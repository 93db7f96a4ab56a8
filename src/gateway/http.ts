import type { IncomingMessage, ServerResponse } from 'node:http'
import { ClientClosed, type Failure, GatewayError } from './failure.ts'

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
    // An error of a request is that its connection ended.
    const onGone = () => reject(new ClientClosed('the client went away while it sent the body'))
    request.on('error', onGone)
    request.on('close', () => {
      if (!request.complete) onGone()
    })
  })
}

export function sendJson(
  response: ServerResponse,
  status: number,
  value: unknown,
  headers: Record<string, string> = {},
): void {
  sendText(response, status, JSON.stringify(value), headers)
}

/** A JSON text as it is. */
export function sendText(
  response: ServerResponse,
  status: number,
  text: string,
  headers: Record<string, string> = {},
): void {
  const length = Buffer.byteLength(text)
  response.writeHead(status, { ...headers, 'content-type': 'application/json', 'content-length': length })
  response.end(text)
}

/** Names that clients made up as the value of a header: what may not stand there becomes `?` (RFC 9110 §5.5), and it ends. */
export const headerList = (names: readonly string[]): string =>
  names
    .slice(0, 64)
    .join(',')
    .slice(0, 2000)
    .replace(/[^\x20-\x7e]/g, '?')

/** How one protocol tells of a failure. */
export interface FailureShape {
  errorBody(failure: Failure): unknown
  /** The last event of a stream that has begun. */
  inStream?: (failure: Failure) => string
}

/** Answers with an error; inside a stream that has begun as its last event, then closes. */
export function sendFailure(
  response: ServerResponse,
  failure: Failure,
  headers: Record<string, string>,
  { errorBody, inStream }: FailureShape,
): void {
  if (response.destroyed || response.writableEnded) return
  if (response.headersSent) response.end(inStream?.(failure))
  else sendJson(response, failure.status, errorBody(failure), { ...headers, ...failure.headers })
}
