import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ApiError } from '../api/errors.ts'
import { FakeClock } from '../lib/clock.fake.ts'
import type { Credentials } from './cluster.ts'
import { httpTransport } from './http.ts'

async function answering(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const clock = new FakeClock()
  const open = (credentials: Credentials = { type: 'none' }, path = '', limits = {}) =>
    httpTransport({ server: `http://127.0.0.1:${port}${path}`, credentials }, clock, limits)
  const close = async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  }
  return { open, clock, server, close, [Symbol.asyncDispose]: close }
}

const json = (response: ServerResponse, code: number, body: unknown) =>
  response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(body))

const failure = async (work: Promise<unknown>): Promise<ApiError> => {
  const error = await work.then(
    () => undefined,
    reason => reason,
  )
  expect(error).toBeInstanceOf(ApiError)
  return error as ApiError
}

test('a request carries method, path below the prefix, body and credentials', async () => {
  await using world = await answering(async (request, response) => {
    const chunks = await request.toArray()
    const { method, url, headers } = request
    json(response, 200, {
      method,
      url,
      type: headers['content-type'],
      authorization: headers.authorization,
      body: Buffer.concat(chunks).toString(),
    })
  })
  await using transport = world.open({ type: 'token', token: 't0ken' }, '/clusters/x/')
  const contentType = 'application/merge-patch+json'
  expect(await transport.request({ method: 'PATCH', path: '/api?a=b', body: { ü: 1 }, contentType })).toEqual(
    {
      method: 'PATCH',
      url: '/clusters/x/api?a=b',
      type: contentType,
      authorization: 'Bearer t0ken',
      body: '{"ü":1}',
    },
  )
})

test('a Status becomes the ApiError it stands for, anything else is classed by its code', async () => {
  await using world = await answering(({ url }, response) => {
    if (url === '/status')
      json(response, 409, new ApiError('AlreadyExists', 'x exists', { name: 'x' }).toStatus())
    else response.writeHead(429, { 'retry-after': '7' }).end('<html>slow down</html>')
  })
  await using transport = world.open()
  expect(await failure(transport.request({ method: 'GET', path: '/status' }))).toMatchObject({
    reason: 'AlreadyExists',
    message: 'x exists',
    details: { name: 'x' },
  })
  expect(await failure(transport.request({ method: 'GET', path: '/proxy' }))).toMatchObject({
    reason: 'TooManyRequests',
    message: 'the server answered 429: <html>slow down</html>',
    details: { retryAfterSeconds: 7 },
  })
})

test('an unreachable server is ServiceUnavailable and named, an abort keeps its reason', async () => {
  const world = await answering(() => {})
  await using transport = world.open()
  const stop = new AbortController()
  const reason = new Error('enough')
  const asked = once(world.server, 'request')
  const hanging = transport.request({ method: 'GET', path: '/hangs', signal: stop.signal })
  await asked
  stop.abort(reason)
  await expect(hanging).rejects.toBe(reason)
  await world.close()
  const error = await failure(transport.request({ method: 'GET', path: '/gone?secret=1' }))
  expect(error.reason).toBe('ServiceUnavailable')
  expect(error.message).toMatch(/^GET http:\/\/127\.0\.0\.1:\d+\/gone failed: /)
})

test('an answer over the limit, or one that is not JSON, is refused', async () => {
  await using world = await answering(({ url }, response) =>
    response.end(url === '/long' ? JSON.stringify('x'.repeat(2_000)) : 'hello'),
  )
  await using transport = world.open({ type: 'none' }, '', { maxBytes: 1_000 })
  await expect(transport.request({ method: 'GET', path: '/long' })).rejects.toThrow('longer than 1000 bytes')
  await expect(transport.request({ method: 'GET', path: '/text' })).rejects.toThrow('the answer is not JSON')
})

test('a server that never answers is given up after the time limit', async () => {
  await using world = await answering(() => {})
  await using transport = world.open({ type: 'none' }, '', { timeoutMs: 50 })
  expect((await failure(transport.request({ method: 'GET', path: '/' }))).reason).toBe('ServiceUnavailable')
})

test('a watch gives its lines as they come, ends quietly on abort and with an error when cut', async () => {
  const connections: ServerResponse[] = []
  await using world = await answering((_, response) => {
    connections.push(response)
    response.write('{"n":1}\n{"n":')
  })
  await using transport = world.open()
  const stop = new AbortController()
  const lines = transport.stream({ method: 'GET', path: '/', signal: stop.signal })[Symbol.asyncIterator]()
  expect((await lines.next()).value).toEqual({ n: 1 })
  connections[0]?.write('2}\n')
  expect((await lines.next()).value).toEqual({ n: 2 })
  const last = lines.next()
  stop.abort()
  expect(await last).toEqual({ done: true, value: undefined })

  const other = transport.stream({ method: 'GET', path: '/' })[Symbol.asyncIterator]()
  expect((await other.next()).value).toEqual({ n: 1 })
  const cut = failure(Promise.resolve(other.next()))
  connections[1]?.destroy()
  expect((await cut).reason).toBe('ServiceUnavailable')
})

test('a token file is read again after a minute', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'keelway-'))
  try {
    const file = join(folder, 'token')
    writeFileSync(file, 'first\n')
    await using world = await answering(({ headers }, response) => json(response, 200, headers.authorization))
    await using transport = world.open({ type: 'token-file', file })
    const get = () => transport.request({ method: 'GET', path: '/' })
    expect(await get()).toBe('Bearer first')
    writeFileSync(file, 'second\n')
    expect(await get()).toBe('Bearer first')
    world.clock.advance(60_000)
    expect(await get()).toBe('Bearer second')
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('credentials are not sent unencrypted over a network, and odd addresses are refused', () => {
  const open = (server: string) =>
    httpTransport({ server, credentials: { type: 'token', token: 'x' } }, new FakeClock())
  expect(() => open('http://example.com')).toThrow(
    'credentials are not sent unencrypted to http://example.com',
  )
  expect(() => open('ftp://example.com')).toThrow('must be an http(s) URL')
  expect(() => open('https://bob:pass@example.com')).toThrow(
    'neither credentials nor a query: https://example.com',
  )
})
