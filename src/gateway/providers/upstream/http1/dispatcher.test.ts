import type { Socket } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { FakeClock } from '../../../../lib/clock.fake.ts'
import type { Clock } from '../../../../lib/clock.ts'
import { systemClock } from '../../../../lib/clock.ts'
import { exchange, type UpstreamAnswer } from '../exchange.ts'
import { UpstreamDispatcher } from './dispatcher.ts'
import { type RawServer, rawServer } from './http1.world.ts'

const hello = 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello'
const open: (UpstreamDispatcher | RawServer)[] = []
afterEach(async () => {
  for (const one of open.splice(0)) await ('stop' in one ? one.stop() : one.destroy())
})

function dispatcherWith(options: { clock?: Clock; connections?: number } = {}): UpstreamDispatcher {
  const { clock = systemClock, connections = 10 } = options
  const made = new UpstreamDispatcher({ clock, connections, keepAliveMs: 30_000, connectMs: 5000 })
  open.unshift(made)
  return made
}

async function serving(answer: (socket: Socket, earlier: number) => void): Promise<RawServer> {
  const made = await rawServer(answer)
  open.push(made)
  return made
}

const { signal: never } = new AbortController()
const ask = (
  dispatcher: UpstreamDispatcher,
  origin: string,
  { signal = never, body = '{}', timeoutMs = 5000 } = {},
): Promise<UpstreamAnswer> =>
  exchange(
    dispatcher,
    { origin, path: '/x', headers: { 'content-type': 'application/json' }, body, timeoutMs },
    signal,
  )
const textOf = async ({ body }: UpstreamAnswer): Promise<string> => (await body.readAll(1 << 26)).toString()
const codeOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => undefined,
    (error: { code?: string }) => error.code ?? error,
  )

async function until(condition: () => boolean): Promise<void> {
  const deadline = systemClock.now() + 5000
  while (!condition()) {
    if (systemClock.now() > deadline) throw new Error('it did not come within 5 s')
    await systemClock.sleep(2)
  }
}

test('sends exactly what it was given, in one request', async () => {
  const server = await serving(socket => socket.write(hello))
  await textOf(await ask(dispatcherWith(), server.origin, { body: '{"a":"é€😀"}' }))
  expect(Buffer.from(server.requests[0] ?? '', 'latin1').toString()).toBe(
    `POST /x HTTP/1.1\r\nhost: ${server.origin.slice(7)}\r\nconnection: keep-alive\r\ncontent-type: application/json\r\ncontent-length: 17\r\n\r\n{"a":"é€😀"}`,
  )
})

test('answers more calls at once than it may have connections, each once and in order', async () => {
  const waiting: Socket[] = []
  const server = await serving(socket => waiting.push(socket))
  const dispatcher = dispatcherWith({ connections: 3 })
  const calls = Array.from({ length: 10 }, (_, i) =>
    ask(dispatcher, server.origin, { body: `{"i":${i}}` }).then(textOf),
  )
  for (let done = 0; done < 10; ) {
    await until(() => waiting.length >= Math.min(3, 10 - done))
    expect(waiting.length).toBeLessThanOrEqual(3)
    done += waiting.length
    for (const socket of waiting.splice(0)) socket.write(hello)
  }
  expect(await Promise.all(calls)).toEqual(Array.from({ length: 10 }, () => 'hello'))
  expect(server.connections).toBe(3)
  expect(server.requests.map(text => text.slice(text.indexOf('{')))).toEqual(
    Array.from({ length: 10 }, (_, i) => `{"i":${i}}`),
  )
  expect(dispatcher.running).toBe(0)
})

test('a call that waits for a connection is aborted at once, and never sent', async () => {
  const sockets: Socket[] = []
  const server = await serving(socket => sockets.push(socket))
  const dispatcher = dispatcherWith({ connections: 1 })
  const first = ask(dispatcher, server.origin).then(textOf)
  await until(() => sockets.length === 1)
  const abort = new AbortController()
  const second = ask(dispatcher, server.origin, { signal: abort.signal })
  const reason = new Error('gone')
  abort.abort(reason)
  await expect(second).rejects.toBe(reason)
  sockets[0]?.write(hello)
  expect(await first).toBe('hello')
  await systemClock.sleep(10)
  expect(server.requests).toHaveLength(1)
  expect(dispatcher.running).toBe(0)
})

test('never writes to a connection that the server closed or that said something unasked', async () => {
  for (const spoil of [(socket: Socket) => socket.end(), (socket: Socket) => socket.write(hello)]) {
    const sockets: Socket[] = []
    const server = await serving(socket => {
      sockets.push(socket)
      socket.write(hello)
    })
    const dispatcher = dispatcherWith()
    expect(await textOf(await ask(dispatcher, server.origin))).toBe('hello')
    spoil(sockets[0] as Socket)
    await systemClock.sleep(20)
    expect(await textOf(await ask(dispatcher, server.origin))).toBe('hello')
    expect(server.connections).toBe(2)
    expect(sockets[1]).not.toBe(sockets[0])
  }
})

test('gives up a connection that nobody used for as long as it is kept', async () => {
  const clock = new FakeClock()
  const server = await serving(socket => socket.write(hello))
  const dispatcher = dispatcherWith({ clock })
  const twice = async (ms: number): Promise<number> => {
    const before = server.connections
    await textOf(await ask(dispatcher, server.origin))
    await until(() => dispatcher.running === 0)
    clock.advance(ms)
    await textOf(await ask(dispatcher, server.origin))
    await until(() => dispatcher.running === 0)
    return server.connections - before
  }
  expect(await twice(20_000)).toBe(1)
  expect(await twice(31_000)).toBe(1)
  clock.advance(60_000)
  expect(await twice(0)).toBe(1)
})

test('waits for a silent server as long as it was told, before the head and between pieces, but not while nobody reads', async () => {
  const clock = new FakeClock()
  const head = 'HTTP/1.1 200 OK\r\ncontent-length: 200000\r\n\r\n'
  for (const said of ['', 'HTTP/1.1 200 OK\r\ncontent-le', head]) {
    const server = await serving(socket => socket.write(said))
    const dispatcher = dispatcherWith({ clock })
    const call = codeOf(ask(dispatcher, server.origin, { timeoutMs: 1000 }).then(textOf))
    await until(() => server.requests.length === 1)
    await systemClock.sleep(20)
    clock.advance(900)
    await systemClock.sleep(20)
    expect(dispatcher.running).toBe(1)
    clock.advance(200)
    expect(await call).toBe(said === head ? 'UND_ERR_BODY_TIMEOUT' : 'UND_ERR_HEADERS_TIMEOUT')
  }
  const server = await serving(socket => socket.write(head + 'x'.repeat(200_000)))
  const dispatcher = dispatcherWith({ clock })
  const answer = await ask(dispatcher, server.origin, { timeoutMs: 1000 })
  await systemClock.sleep(30)
  clock.advance(60_000)
  expect(await textOf(answer)).toHaveLength(200_000)
})

test('takes an answer that comes before a large request has gone out', async () => {
  let said = 0
  const server = await serving(() => undefined)
  const early = await serving(socket => socket.write(hello))
  expect(
    await textOf(await ask(dispatcherWith(), early.origin, { body: `{"a":"${'x'.repeat(8 << 20)}"}` })),
  ).toBe('hello')
  said = early.requests[0]?.length ?? 0
  expect(said).toBeGreaterThan(8 << 20)
  expect(server.requests).toHaveLength(0)
})

test('ends every call when it is destroyed: sent, waiting and still connecting', async () => {
  const server = await serving(() => undefined)
  const dispatcher = dispatcherWith({ connections: 2 })
  const calls = Array.from({ length: 4 }, () => codeOf(ask(dispatcher, server.origin)))
  await until(() => server.requests.length === 2)
  const connecting = codeOf(ask(dispatcher, 'http://127.0.0.1:9'))
  await dispatcher.destroy()
  expect(await Promise.all(calls)).toEqual(Array.from({ length: 4 }, () => 'UND_ERR_DESTROYED'))
  expect(await connecting).toMatch(/UND_ERR_DESTROYED|ECONNREFUSED/)
  expect(await codeOf(ask(dispatcher, server.origin))).toBe('UND_ERR_DESTROYED')
})

test('leaves to undici what is no plain POST', async () => {
  const server = await serving(socket => socket.write(hello))
  const dispatcher = dispatcherWith()
  const { body } = await dispatcher.request({ origin: server.origin, path: '/get', method: 'GET' })
  expect(await body.text()).toBe('hello')
  const odd = exchange(
    dispatcher,
    { origin: server.origin, path: '/x', headers: { 'x-a': 'a\r\nb: c' }, body: '{}', timeoutMs: 1000 },
    never,
  )
  expect(await codeOf(odd)).toBe('UND_ERR_INVALID_ARG')
  expect(server.requests).toHaveLength(1)
})
