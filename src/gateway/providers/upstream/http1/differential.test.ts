import { Agent, type Dispatcher } from 'undici'
import { afterEach, expect, test } from 'vitest'
import { systemClock } from '../../../../lib/clock.ts'
import { exchange } from '../exchange.ts'
import { UpstreamDispatcher } from './dispatcher.ts'
import { dribble, type RawServer, rawServer } from './http1.world.ts'

/** What follows an answer. */
type After = 'open' | 'end' | 'reset'

const ok = 'HTTP/1.1 200 OK\r\n'
const json = `${ok}content-type: application/json\r\n`
const chunked = `${ok}transfer-encoding: chunked\r\n\r\n`
const many = Array.from({ length: 40 }, (_, i) => `x-field-${i}: ${'v'.repeat(i)}\r\n`).join('')

/** Bytes of servers, honest and hostile. */
const answers: readonly [string, string, After?][] = [
  ['a length', `${json}content-length: 5\r\n\r\nhello`],
  ['a length of 0', `${json}content-length: 0\r\n\r\n`],
  ['a length with zeros before', `${json}content-length: 0005\r\n\r\nhello`],
  ['a connection that ends', `${json}\r\nhello`, 'end'],
  ['a reset instead of an end', `${json}content-length: 50\r\n\r\nhello`, 'reset'],
  ['a length and an end before it', `${json}content-length: 50\r\n\r\nhello`, 'end'],
  ['a length and close', `${json}connection: close\r\ncontent-length: 5\r\n\r\nhello`],
  ['close among other options', `${json}connection: foo, Close\r\ncontent-length: 5\r\n\r\nhello`],
  ['close and no length', `${json}connection: close\r\n\r\nhello`, 'end'],
  ['keep-alive of no time', `${json}keep-alive: timeout=1\r\ncontent-length: 5\r\n\r\nhello`],
  ['keep-alive of some time', `${json}keep-alive: timeout=60, max=100\r\ncontent-length: 5\r\n\r\nhello`],
  ['an old version', 'HTTP/1.0 200 OK\r\ncontent-length: 5\r\n\r\nhello'],
  [
    'an old version that stays',
    'HTTP/1.0 200 OK\r\nconnection: keep-alive\r\ncontent-length: 5\r\n\r\nhello',
  ],
  ['an old version until its end', 'HTTP/1.0 200 OK\r\n\r\nhello', 'end'],
  ['no reason', 'HTTP/1.1 200\r\ncontent-length: 2\r\n\r\nhi'],
  ['an empty reason', 'HTTP/1.1 200 \r\ncontent-length: 2\r\n\r\nhi'],
  ['a reason of many words', 'HTTP/1.1 500 No luck today\r\ncontent-length: 2\r\n\r\nhi'],
  ['a redirect', 'HTTP/1.1 302 Found\r\nlocation: /\r\ncontent-length: 2\r\n\r\nhi'],
  ['no content', 'HTTP/1.1 204 No Content\r\n\r\n'],
  ['not modified', 'HTTP/1.1 304 Not Modified\r\n\r\n'],
  ['no content with a length', 'HTTP/1.1 204 No Content\r\ncontent-length: 5\r\n\r\n'],
  ['chunks', `${chunked}5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n`],
  ['chunks with letters and zeros', `${chunked}00A\r\n0123456789\r\na\r\n0123456789\r\n000\r\n\r\n`],
  ['chunks with extensions', `${chunked}5;a=b;c="d"\r\nhello\r\n0;x\r\n\r\n`],
  ['chunks with trailers', `${chunked}5\r\nhello\r\n0\r\nx-sum: 1\r\nx-more: 2\r\n\r\n`],
  ['chunks in capital letters', `${ok}Transfer-Encoding: Chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n`],
  ['chunks after another coding', `${ok}transfer-encoding: gzip, chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n`],
  ['another coding only', `${ok}transfer-encoding: gzip\r\n\r\nhello`, 'end'],
  ['chunks that end too early', `${chunked}5\r\nhello\r\n`, 'end'],
  ['a chunk longer than its size', `${chunked}5\r\nhello!\r\n0\r\n\r\n`],
  ['a chunk without a size', `${chunked}\r\nhello\r\n0\r\n\r\n`],
  ['a chunk size that is none', `${chunked}xyz\r\nhello\r\n0\r\n\r\n`],
  ['a negative chunk size', `${chunked}-5\r\nhello\r\n0\r\n\r\n`],
  ['chunk sizes ended by LF', `${chunked}5\nhello\n0\n\n`],
  [
    'both a length and chunks',
    `${ok}content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n`,
  ],
  [
    'chunks and then a length',
    `${ok}transfer-encoding: chunked\r\ncontent-length: 5\r\n\r\n5\r\nhello\r\n0\r\n\r\n`,
  ],
  ['two lengths', `${ok}content-length: 5\r\ncontent-length: 5\r\n\r\nhello`],
  ['two different lengths', `${ok}content-length: 5\r\ncontent-length: 6\r\n\r\nhello`],
  ['a length that is none', `${ok}content-length: five\r\n\r\nhello`],
  ['a negative length', `${ok}content-length: -5\r\n\r\nhello`],
  ['an absurd length', `${ok}content-length: 99999999999999999999999\r\n\r\nhello`],
  ['a list of lengths', `${ok}content-length: 5, 5\r\n\r\nhello`],
  ['early hints', `HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n${json}content-length: 5\r\n\r\nhello`],
  ['an unasked 100', `HTTP/1.1 100 Continue\r\n\r\n${json}content-length: 5\r\n\r\nhello`],
  ['an unasked upgrade', 'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n'],
  ['an upgrade that is none', `${json}connection: upgrade\r\nupgrade: h2c\r\ncontent-length: 5\r\n\r\nhello`],
  ['many fields', `${ok}${many}content-length: 2\r\n\r\nhi`],
  [
    'fields more than once',
    `${ok}x-a: 1\r\nX-A: 2\r\nset-cookie: b\r\nset-cookie: c\r\ncontent-length: 2\r\n\r\nhi`,
  ],
  ['an own field of a strange name', `${ok}__proto__: 1\r\nconstructor: 2\r\ncontent-length: 2\r\n\r\nhi`],
  ['a value with letters of Latin 1', `${ok}x-a: caf\xe9\r\ncontent-length: 2\r\n\r\nhi`],
  ['values with spaces before', `${ok}x-a:  \t 1\r\nx-b:\r\ncontent-length: 2\r\n\r\nhi`],
  ['more head than is read', `${ok}x-a: ${'v'.repeat(20_000)}\r\ncontent-length: 2\r\n\r\nhi`],
  ['a head of endless fields', `${ok}${'x-a: 1\r\n'.repeat(9000)}content-length: 2\r\n\r\nhi`],
  ['a space before the colon', `${ok}x-a : 1\r\ncontent-length: 2\r\n\r\nhi`],
  ['a line that goes on', `${ok}x-a: 1\r\n two\r\ncontent-length: 2\r\n\r\nhi`],
  ['a field without a colon', `${ok}x-a\r\ncontent-length: 2\r\n\r\nhi`],
  ['a field without a name', `${ok}: 1\r\ncontent-length: 2\r\n\r\nhi`],
  ['a NUL in a value', `${ok}x-a: 1\0\r\ncontent-length: 2\r\n\r\nhi`],
  ['a bare CR in a value', `${ok}x-a: 1\r2\r\ncontent-length: 2\r\n\r\nhi`],
  ['lines ended by LF', 'HTTP/1.1 200 OK\ncontent-length: 2\n\nhi'],
  ['another protocol', 'SSH-2.0-OpenSSH_9.6\r\n\r\n'],
  ['another version', 'HTTP/3.0 200 OK\r\ncontent-length: 2\r\n\r\nhi'],
  ['a status of two digits', 'HTTP/1.1 20 OK\r\ncontent-length: 2\r\n\r\nhi'],
  ['a status of four digits', 'HTTP/1.1 2000 OK\r\ncontent-length: 2\r\n\r\nhi'],
  ['half a head', 'HTTP/1.1 200 OK\r\ncontent-le', 'end'],
  ['nothing', '', 'end'],
  ['nothing but a reset', '', 'reset'],
  ['more than the answer', `${json}content-length: 5\r\n\r\nhello${json}content-length: 5\r\n\r\nworld`],
  [
    'an event stream',
    `${ok}content-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\nf\r\ndata: {"a":1}\n\n\r\n\r\n0\r\n\r\n`,
  ],
]

let server: RawServer | undefined
let dispatchers: Dispatcher[] = []
afterEach(async () => {
  await Promise.all(dispatchers.map(one => one.destroy()))
  dispatchers = []
  await server?.stop()
})

interface Outcome {
  status?: number
  headers?: unknown
  body?: string
  error?: string
  /** Connections that two calls, one after the other, took. */
  connections?: number
}

async function ask(dispatcher: Dispatcher, origin: string): Promise<Outcome> {
  const { signal } = new AbortController()
  const outcome: Outcome = {}
  try {
    const answer = await exchange(
      dispatcher,
      { origin, path: '/v1/x', headers: { 'x-one': '1' }, body: '{"a":"é"}', timeoutMs: 3000 },
      signal,
    )
    outcome.status = answer.status
    outcome.headers = { ...answer.headers }
    outcome.body = (await answer.body.readAll(1 << 20)).toString('latin1')
  } catch (error) {
    const code = String((error as { code?: string }).code)
    // Undici's parser errors have no code, and it tells some by the length that did not come.
    outcome.error = /^(HPE_.*|undefined|UND_ERR_RES_CONTENT_LENGTH_MISMATCH)$/.test(code) ? 'broken' : code
  }
  return outcome
}

async function outcomeOf(
  make: () => Dispatcher,
  bytes: string,
  after: After,
  slow: boolean,
): Promise<Outcome> {
  const dispatcher = make()
  dispatchers.push(dispatcher)
  const served = await rawServer(socket => {
    const then = () => {
      if (after === 'end') socket.end()
      else if (after === 'reset') socket.resetAndDestroy()
    }
    if (slow) dribble(socket, bytes, then)
    else socket.write(bytes, 'latin1', then)
  })
  server = served
  const first = await ask(dispatcher, served.origin)
  const once = served.connections
  if (once !== 1) throw new Error(`${once} connections for one call`)
  // What the server does after its answer is seen before the connection is used again.
  await systemClock.sleep(5)
  if (first.error === undefined) {
    await ask(dispatcher, served.origin)
    first.connections = served.connections
    expect(new Set(served.requests).size).toBe(1)
  }
  await served.stop()
  return first
}

const plain = () =>
  new UpstreamDispatcher({ clock: systemClock, connections: 100, keepAliveMs: 30_000, connectMs: 5000 })
const undici = () => new Agent({ connections: 100, pipelining: 1, keepAliveTimeout: 30_000 })

test.each(answers)('reads %s as undici does', async (_, bytes, after = 'open') => {
  const theirs = await outcomeOf(undici, bytes, after, false)
  const ours = await outcomeOf(plain, bytes, after, false)
  expect(ours).toEqual(theirs)
  if (bytes.length < 1000) expect(await outcomeOf(plain, bytes, after, true)).toEqual(ours)
})
