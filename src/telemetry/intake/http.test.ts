import { connect } from 'node:net'
import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { afterEach, describe, expect, test } from 'vitest'
import type { Signal } from '../signals/signal.ts'
import { pushSources } from './index.ts'
import { runningIntake } from './intake.world.ts'
import type { PushSource } from './source.ts'

const log = (body: string, at: number): Signal => ({
  kind: 'log',
  resource: { service: 'a' },
  at,
  severity: 9,
  body,
  attributes: {},
})

/** Takes one log record a request, which is the body. */
const lines: PushSource = {
  type: 'lines',
  summary: 'Lines.',
  paths: ['/lines'],
  async take({ body, query }, emit, clock) {
    if (body.length === 0) return { status: 400, refused: 1 }
    await emit([log(body.toString(), clock.now() - 2000)])
    return { status: 200, body: query.get('answer') ?? '', lost: 2 }
  },
}
const signed: PushSource = { ...lines, type: 'signed', paths: ['/signed'], provesSender: () => true }
const broken: PushSource = {
  ...lines,
  type: 'broken',
  paths: ['/broken'],
  take: () => Promise.reject(new Error('x')),
}

type World = Awaited<ReturnType<typeof runningIntake>>
const worlds: World[] = []
afterEach(async () => {
  for (const world of worlds.splice(0)) await world[Symbol.asyncDispose]()
})
const start = async (options: Parameters<typeof runningIntake>[1] = {}): Promise<World> => {
  const world = await runningIntake([lines, signed, broken], options)
  worlds.push(world)
  return world
}

describe('the intake’s port', () => {
  test('hands requests to their source, and counts what comes of them', async () => {
    const { post, stored, server } = await start()
    const answer = await post('/lines?answer=yes', 'a')
    expect([answer.status, await answer.text()]).toEqual([200, 'yes'])
    expect((await post('/lines', '')).status).toBe(400)
    expect(stored).toMatchObject([{ body: 'a' }])
    expect(server.status()).toEqual({
      lines: { state: 'running', accepted: 1, refused: 1, lost: 2, lagMs: 2000 },
      signed: { state: 'running', accepted: 0, refused: 0, lost: 0 },
      broken: { state: 'running', accepted: 0, refused: 0, lost: 0 },
    })
  })

  test('says what is taken where, and how', async () => {
    const { post, server } = await start()
    const elsewhere = await post('/v1/else', 'a')
    expect([elsewhere.status, await elsewhere.text()]).toEqual([
      404,
      'nothing is taken here; take one of /lines, /signed, /broken\n',
    ])
    expect((await fetch(`${server.url}/lines`)).status).toBe(405)
  })

  test.each([
    ['gzip', gzipSync('a')],
    ['deflate', deflateSync('a')],
    ['zstd', zstdCompressSync('a')],
    ['snappy', Buffer.from([1, 0, 97])],
    ['identity', Buffer.from('a')],
  ])('takes bodies with %s', async (encoding, body) => {
    const { post, stored } = await start()
    expect((await post('/lines', body, { 'content-encoding': encoding })).status).toBe(200)
    expect(stored).toMatchObject([{ body: 'a' }])
  })

  test('refuses what is not what it says, or not known', async () => {
    const { post, stored } = await start()
    for (const encoding of ['gzip', 'deflate', 'zstd', 'snappy'])
      expect((await post('/lines', 'nothing such', { 'content-encoding': encoding })).status).toBe(400)
    for (const encoding of ['br', 'constructor'])
      expect((await post('/lines', 'a', { 'content-encoding': encoding })).status).toBe(415)
    expect(stored).toEqual([])
  })

  test('refuses what is too large, as it is and decompressed, and lets the memory go', async () => {
    const { post } = await start({ bodyBytes: 1000, decompressedBytes: 2000, totalBytes: 3000 })
    for (let round = 0; round < 5; round++) {
      expect((await post('/lines', Buffer.alloc(1001))).status).toBe(413)
      for (const [encoding, bomb] of [
        ['gzip', gzipSync(Buffer.alloc(100_000))],
        ['zstd', zstdCompressSync(Buffer.alloc(100_000))],
        ['snappy', Buffer.from([0xff, 0xff, 0xff, 0x7f, 0, 97])],
      ] as const)
        expect((await post('/lines', bomb, { 'content-encoding': encoding })).status).toBe(413)
    }
    expect((await post('/lines', 'a')).status).toBe(200)
  })

  test('refuses a body in chunks that grows too large', async () => {
    const { server, post } = await start({ bodyBytes: 1000 })
    const body = new ReadableStream({
      pull(controller) {
        controller.enqueue(new Uint8Array(400))
      },
    })
    const sending = fetch(`${server.url}/lines`, { method: 'POST', body, duplex: 'half' } as RequestInit)
    // A client that is busy sending may see the connection end before it sees the answer.
    expect(await sending.then(({ status }) => status).catch(() => 'ended')).toBeOneOf([413, 'ended'])
    expect((await post('/lines', 'a')).status).toBe(200)
  })

  test('sends senders away while the store is behind, and takes the same later', async () => {
    const { post, hold, stored, server } = await start()
    const release = hold()
    const waiting = [post('/lines', 'a'.repeat(400)), post('/lines', 'b'.repeat(400))]
    await expect.poll(() => server.status().lines?.state).toBe('waiting')
    const away = await post('/lines', 'c')
    expect([away.status, away.headers.get('retry-after')]).toEqual([503, '1'])
    expect(server.status().lines?.message).toMatch(/behind/)
    release()
    expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual([200, 200])
    expect((await post('/lines', 'c')).status).toBe(200)
    expect(stored).toHaveLength(3)
    expect(server.status().lines?.message).toMatch(/1 requests were asked to come back/)
  })

  test('takes no more requests at once than it should', async () => {
    const { post, hold, server } = await start({ requests: 2 })
    const release = hold()
    const many = ['a', 'b', 'c', 'd'].map(body => post('/lines', body))
    await expect.poll(() => server.status().lines?.message).toMatch(/^2 requests/)
    release()
    const statuses = (await Promise.all(many)).map(({ status }) => status)
    expect(statuses.filter(status => status === 503)).toHaveLength(2)
  })

  test('takes only those who know the token, and those whose source checks them itself', async () => {
    const { post, stored } = await start({ token: 'secret' })
    const basic = `Basic ${Buffer.from('anyone:secret').toString('base64')}`
    for (const authorization of ['', 'Bearer other', 'Basic c2VjcmV0Og==', 'secret']) {
      const refused = await post('/lines', 'a', authorization ? { authorization } : {})
      expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([
        401,
        'Bearer realm="keelway-intake"',
      ])
    }
    for (const authorization of ['Bearer secret', 'bearer secret', basic])
      expect((await post('/lines', 'a', { authorization })).status).toBe(200)
    expect((await post('/signed', 'a')).status).toBe(200)
    expect(stored).toHaveLength(4)
  })

  test('tells nobody why a source broke, but the log', async () => {
    const { post, said } = await start()
    const answer = await post('/broken', 'a')
    expect([answer.status, await answer.text()]).toEqual([500, expect.not.stringContaining('x')])
    expect(said).toEqual(['intake at /broken failed: x'])
  })

  test('outlives senders that break off', async () => {
    const { server, post } = await start()
    await new Promise<void>(resolve => {
      const socket = connect(server.port, '127.0.0.1', () => {
        socket.write('POST /lines HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\npart')
        socket.destroy()
      })
      socket.on('close', () => resolve())
    })
    expect((await post('/lines', 'a')).status).toBe(200)
  })

  test('ends what it began when it is closed', async () => {
    const { server, post, hold, stored } = await start()
    const release = hold()
    const last = post('/lines', 'a')
    await expect.poll(() => server.status().lines?.state === 'running' && stored.length === 0).toBe(true)
    await new Promise(setImmediate)
    release()
    expect((await last).status).toBe(200)
    await server[Symbol.asyncDispose]()
    await expect(post('/lines', 'b')).rejects.toThrow()
  })
})

test('every source that is written to has a type and paths of its own', () => {
  const types = pushSources.map(({ type }) => type)
  const paths = pushSources.flatMap(source => source.paths)
  expect(new Set(types).size).toBe(types.length)
  expect(new Set(paths).size).toBe(paths.length)
})
