import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'

/** A real HTTP server in the place of a service, answering as a test tells it. */
export interface Upstream {
  url: string
  requests: { path: string; headers: IncomingMessage['headers']; body: Record<string, unknown> }[]
  reply: (response: ServerResponse, path: string, body: Record<string, unknown>) => void
  /** Resolves when a connection was closed before its answer was complete. */
  brokenOff: Promise<void>
  stop(): Promise<void>
}

export async function startUpstream(): Promise<Upstream> {
  const brokenOff = Promise.withResolvers<void>()
  const server = createServer(async (request, response) => {
    response.on('close', () => {
      if (!response.writableFinished) brokenOff.resolve()
    })
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const text = Buffer.concat(chunks).toString()
    const body = text.startsWith('{') ? JSON.parse(text) : Object.fromEntries(new URLSearchParams(text))
    upstream.requests.push({ path: request.url ?? '', headers: request.headers, body })
    upstream.reply(response, request.url ?? '', body)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const upstream: Upstream = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: [],
    reply: response => response.end(),
    brokenOff: brokenOff.promise,
    stop: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return upstream
}

const eventStream = 'application/vnd.amazon.eventstream'

/** What a service would send: a fixture with its content type. */
export function fixture(name: string): { type: string; bytes: Buffer } {
  const bytes = readFileSync(join(import.meta.dirname, 'fixtures', name))
  if (name.endsWith('.sse')) return { type: 'text/event-stream', bytes }
  if (name.endsWith('.json')) return { type: 'application/json', bytes }
  const events = bytes
    .toString()
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))
  return {
    type: eventStream,
    bytes: Buffer.concat(events.map(({ event, payload }) => awsFrame(event, payload))),
  }
}

/**
 * One message of the AWS event stream encoding
 * (https://docs.aws.amazon.com/transcribe/latest/dg/streaming-setting-up.html): prelude and message each with a CRC.
 */
export function awsFrame(name: string, payload: unknown, kind: 'event' | 'exception' = 'event'): Buffer {
  const headers = Buffer.concat(
    Object.entries({
      ':message-type': kind,
      [`:${kind}-type`]: name,
      ':content-type': 'application/json',
    }).map(([key, value]) => {
      const length = Buffer.alloc(2)
      length.writeUInt16BE(value.length)
      return Buffer.concat([
        Buffer.from([key.length]),
        Buffer.from(key),
        Buffer.from([7]),
        length,
        Buffer.from(value),
      ])
    }),
  )
  const body = Buffer.from(JSON.stringify(payload))
  const prelude = Buffer.alloc(8)
  prelude.writeUInt32BE(16 + headers.length + body.length, 0)
  prelude.writeUInt32BE(headers.length, 4)
  const head = Buffer.concat([prelude, checksum(prelude), headers, body])
  return Buffer.concat([head, checksum(head)])
}

function checksum(bytes: Buffer): Buffer {
  const sum = Buffer.alloc(4)
  sum.writeUInt32BE(crc32(bytes))
  return sum
}
