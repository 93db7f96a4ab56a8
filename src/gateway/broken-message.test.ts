import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { answerBrokenMessages } from './broken-message.ts'
import {
  accessKey,
  type GatewayWorld,
  gatewayWorld,
  openai,
  release,
  route,
  userKey,
} from './gateway.world.ts'
import { completion, fakeOpenAi, sendJson } from './upstream.world.ts'

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

/** Everything that comes back until the server ends the connection. */
async function exchange(port: number, bytes: string): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port })
  let text = ''
  socket.on('data', chunk => {
    text += chunk
  })
  socket.write(bytes)
  await once(socket, 'close')
  return text
}

const bodyOf = (answer: string) => JSON.parse(answer.slice(answer.lastIndexOf('\r\n\r\n')))

/** A server that answers each request when it is told to. */
async function slowServer(): Promise<{ port: number; server: Server; finish(): void }> {
  let finish = () => {}
  const server = createServer({ maxHeaderSize: 4096 }, (request, response) => {
    answering(response)
    request.resume()
    finish = () => response.end('the whole answer')
    server.emit('asked')
  })
  const answering = answerBrokenMessages(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  cleanups.push(() => server.close())
  return { port: (server.address() as AddressInfo).port, server, finish: () => finish() }
}

describe('bytes that are no HTTP request', () => {
  test.each([
    ['garbage', '\x16\x03\x01\x02\x00\x01', 400],
    ['a bad chunk', 'POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n', 400],
    ['two lengths', 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab', 400],
    ['too large a head', `GET / HTTP/1.1\r\nhost: x\r\na: ${'b'.repeat(5000)}\r\n\r\n`, 431],
    ['an unknown expectation', 'POST / HTTP/1.1\r\nhost: x\r\nexpect: tea\r\n\r\n', 417],
  ])('%s gets an error that clients of every protocol read', async (_, bytes, status) => {
    const { port } = await slowServer()
    const answer = await exchange(port, bytes)
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
    expect(answer.match(/HTTP\/1\.1/g)).toHaveLength(1)
    expect(bodyOf(answer)).toEqual({
      type: 'error',
      error: {
        message: expect.any(String),
        type: 'invalid_request_error',
        param: null,
        code: expect.any(String),
      },
    })
  })

  test('behind a good request do not cut its answer off', async () => {
    const { port, server, finish } = await slowServer()
    const broken = once(server, 'clientError')
    const answered = exchange(port, 'GET / HTTP/1.1\r\nhost: x\r\n\r\n\x00\x00\x00')
    await broken
    finish()
    expect(await answered).toMatch(/^HTTP\/1\.1 200 .*the whole answer/s)
  })
})

describe('a request that HTTP allows and the gateway does not', () => {
  const start = async (): Promise<{ world: GatewayWorld; port: number }> => {
    const upstream = await fakeOpenAi(response => sendJson(response, 200, completion('fine')))
    const world = await gatewayWorld()
    cleanups.push(upstream.stop, () => world.stop())
    await world.publish({
      routes: [route()],
      releases: release('mail-triage-1', openai(upstream.endpoint)),
      accessKeys: [accessKey()],
    })
    return { world, port: Number(new URL(world.url).port) }
  }

  test('needs the header host', async () => {
    const { port } = await start()
    const answer = await exchange(port, 'GET /healthz HTTP/1.1\r\nconnection: close\r\n\r\n')
    expect(answer).toMatch(/^HTTP\/1\.1 400 /)
    expect(bodyOf(answer).error).toMatchObject({
      code: 'invalid_request',
      message: 'the header host is missing',
    })
  })

  test('may have any names of fields, which are told as far as a header can', async () => {
    const { world, port } = await start()
    const body = JSON.stringify({
      model: 'mail-triage',
      max_tokens: 5,
      messages: [{ role: 'user', content: 'hello' }],
      'größe\n': 1,
    })
    const answer = await exchange(
      port,
      `POST /v1/messages HTTP/1.1\r\nhost: x\r\nconnection: close\r\nx-api-key: ${userKey}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    )
    expect(answer).toMatch(/^HTTP\/1\.1 200 .*x-keelway-dropped: gr\?\?e\?\r\n/s)
    expect(world.said).toEqual([])
  })
})
