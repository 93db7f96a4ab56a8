import type { Server, ServerResponse } from 'node:http'
import { type Duplex, finished } from 'node:stream'
import { sendText } from './http.ts'

/** Statuses of what Node's parser refuses; everything else is a 400. */
const statuses: Readonly<Record<string, readonly [number, string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'Request Header Fields Too Large'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [413, 'Content Too Large'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'Request Timeout'],
}

/**
 * Bytes that are no HTTP request get an error that clients of every protocol can read, and the connection ends: where the
 * next request would begin is unknown (RFC 9112 §2.2). Node's own answer has no body.
 * @returns to be called with the answer to every request, so that one on its way is not cut off by what follows it
 */
export function answerBrokenMessages(server: Server): (response: ServerResponse) => void {
  const answering = new WeakMap<Duplex, ServerResponse>()
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy()
      return
    }
    const response = answering.get(socket)
    if (response?.req.complete && !response.writableFinished) finished(response, () => socket.end())
    else if (response?.headersSent && !response.writableFinished) socket.destroy()
    else socket.end(wireOf(error), () => socket.destroy())
  })
  server.on('checkExpectation', (_, response) => {
    const body = bodyOf('only "100-continue" may stand in the header expect', 'unsupported_expectation')
    sendText(response, 417, body, { connection: 'close' })
  })
  return response => {
    if (response.socket) answering.set(response.socket, response)
  }
}

function wireOf(error: NodeJS.ErrnoException): string {
  const [status, phrase] = statuses[error.code ?? ''] ?? [400, 'Bad Request']
  const reason = (error as { reason?: string }).reason ?? error.message
  const body = bodyOf(`these bytes are not an HTTP request: ${reason.slice(0, 200)}`, 'malformed_message')
  return [
    `HTTP/1.1 ${status} ${phrase}`,
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
    'x-should-retry: false',
    '',
    body,
  ].join('\r\n')
}

/** Whose protocol it would have been is unknown, so it is an error of OpenAI's and of Anthropic's. */
const bodyOf = (message: string, code: string): string =>
  JSON.stringify({ type: 'error', error: { message, type: 'invalid_request_error', param: null, code } })
