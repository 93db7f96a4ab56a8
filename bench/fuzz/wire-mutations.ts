import type { Random } from '../../src/lib/random.ts'
import { accessKey } from '../load/gateway.ts'
import type { Valid } from './bodies.ts'
import { below, pick } from './body-mutations.ts'

/** What is done on a connection, in order. */
export type Step = { write: Buffer } | { waitMs: number } | { close: 'end' | 'destroy' }

export interface Wire {
  steps: Step[]
  /** Paths asked for, in order; an answer to more than these need not be of a certain protocol. */
  paths: string[]
  /** Whether an answer must come: not when the request never ends. */
  mustAnswer: boolean
}

const goodFields = {
  host: 'gateway',
  authorization: `Bearer ${accessKey}`,
  'content-type': 'application/json',
}

export function requestOf(
  path: string,
  body: Buffer | string,
  {
    method = 'POST',
    fields = goodFields,
    length = true,
  }: {
    method?: string
    fields?: Record<string, string>
    length?: boolean
  } = {},
): Buffer {
  const bytes = Buffer.from(body)
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`)
  if (length) lines.push(`content-length: ${bytes.length}\r\n`)
  return Buffer.concat([Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`, 'latin1'), bytes])
}

const textOf = ({ body }: Valid) => JSON.stringify(body)
const chunk = (text: string) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`
const bytesOf = (random: Random, count: number) =>
  Buffer.from(Array.from({ length: count }, () => below(random, 256)))

/** Each makes bytes of a connection out of a request that is good in itself. */
export const wireMutations = {
  headers: (valid, random) => {
    const fields: Record<string, string> = { ...goodFields }
    let { path } = valid
    let method = 'POST'
    const tricks: (() => void)[] = [
      () =>
        (fields['content-type'] = pick(random, ['text/plain', 'application/xml', ';;;', 'a'.repeat(500)])),
      () =>
        (fields.authorization = pick(random, [
          '',
          'Bearer',
          'Basic eDp5',
          'Bearer \t',
          `Bearer ${'k'.repeat(9000)}`,
        ])),
      () =>
        (fields['x-keelway-session'] = pick(random, ['', '\xff\xfe', 's'.repeat(9000), '../..', "' or 1=1"])),
      () =>
        (fields.traceparent = pick(random, [
          '00-0-0-00',
          `00-${'f'.repeat(32)}-${'0'.repeat(16)}-01`,
          'ff',
          '\x80',
        ])),
      () => (fields.tracestate = 'a=b,'.repeat(2000)),
      () => (fields['content-encoding'] = pick(random, ['gzip', 'br', 'identity', 'nothing'])),
      () => (fields.expect = pick(random, ['100-continue', '200-ok'])),
      () => (fields.upgrade = 'websocket'),
      () => (fields.connection = pick(random, ['close', 'upgrade', 'keep-alive, x', ','])),
      () => (fields['x-odd'] = pick(random, ['a'.repeat(40_000), '\x00', 'a\x01b', ' '])),
      () => (fields['bad name'] = 'x'),
      () => (fields['anthropic-version'] = pick(random, ['', '1999-01-01', '\xe9'])),
      () => {
        for (let i = 0; i < 300; i++) fields[`x-${i}`] = 'y'
      },
      () => (method = pick(random, ['GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'BREW', 'post', 'PO ST'])),
      () =>
        (path = pick(random, [
          `${path}/`,
          `${path}?a=${'b'.repeat(3000)}`,
          '//',
          '/v1/models/%ff%zz',
          '/v1/../internal/answer',
          '/internal/answer',
          '*',
          'http://else/v1/models',
          `/${'x'.repeat(9000)}`,
          '/v1/chat/completions%00',
          '/é',
        ])),
      () => (fields['transfer-encoding'] = 'chunked'),
    ]
    for (let left = 1 + below(random, 2); left > 0; left--) pick(random, tricks)()
    const write = requestOf(path, textOf(valid), { method, fields })
    return {
      steps: [{ write }],
      paths: [path],
      mustAnswer: method === 'POST' && !fields['transfer-encoding'],
    }
  },
  framing: (valid, random) => {
    const text = textOf(valid)
    const half = text.slice(0, text.length / 2)
    const chunked = { ...goodFields, 'transfer-encoding': 'chunked' }
    const raw = (body: string, fields: Record<string, string> = chunked) =>
      requestOf(valid.path, body, { fields, length: false })
    const [write, mustAnswer] = pick<[Buffer, boolean]>(random, [
      [raw(`${chunk(text)}0\r\n\r\n`), true],
      [raw(`${[...text].map(chunk).join('')}0\r\n\r\n`), true],
      [raw(`${chunk(text)}0\r\nx-trailer: 1\r\n\r\n`), true],
      [raw(`${chunk(text).replace('\r\n', ';extension="x"\r\n')}0\r\n\r\n`), true],
      [raw(`zz\r\n${text}\r\n0\r\n\r\n`), true],
      [raw(`ffffffffffffffff\r\n${text}\r\n0\r\n\r\n`), false],
      [raw(`fffffffffffffffff\r\n${text}\r\n0\r\n\r\n`), true],
      [raw(`-1\r\n${text}\r\n0\r\n\r\n`), true],
      [raw(`7fffffff\r\n${text}`), false],
      [raw(`${chunk(half)}5\r\ntoo long a chunk\r\n0\r\n\r\n`), true],
      [raw(chunk(half)), false],
      [raw(`${chunk(text).replaceAll('\r\n', '\n')}0\n\n`), false],
      [raw(text, { ...goodFields, 'content-length': String(text.length + 50) }), false],
      [raw(text, { ...goodFields, 'content-length': String(Buffer.byteLength(half)) }), true],
      [raw(text, { ...goodFields, 'content-length': '-5' }), true],
      [raw(text, { ...goodFields, 'content-length': '1e3' }), true],
      [raw('', { ...goodFields, 'content-length': '99999999999' }), true],
      [raw(text, { ...goodFields, 'content-length': '5', 'Content-Length': '6' }), true],
      [raw(`${chunk(text)}0\r\n\r\n`, { ...chunked, 'content-length': '3' }), true],
      [raw(`${chunk(text)}0\r\n\r\n`, { ...goodFields, 'transfer-encoding': 'gzip, chunked' }), false],
      [raw(`${chunk(text)}0\r\n\r\n`, { ...goodFields, 'transfer-encoding': 'chunked, gzip' }), true],
      [raw(text, goodFields), true],
      [Buffer.from(`POST ${valid.path} HTTP/1.0\r\n\r\n`), true],
      [Buffer.from(`POST ${valid.path} HTTP/9.9\r\nhost: x\r\n\r\n`), true],
      [Buffer.from(`POST ${valid.path}\r\n\r\n`), true],
      [Buffer.from(`POST ${valid.path} HTTP/1.1\r\nhost: x\r\n folded: y\r\n\r\n`), false],
      [Buffer.from(`POST ${valid.path} HTTP/1.1\n\n`), false],
    ])
    return { steps: [{ write }], paths: [valid.path], mustAnswer }
  },
  pipelined: (valid, random) => {
    const good = requestOf(valid.path, textOf(valid))
    const next = pick(random, [
      good,
      Buffer.concat([good, good, good]),
      bytesOf(random, 200),
      Buffer.from('GET /healthz HTTP/1.1\r\nhost: x\r\n\r\nGET /nothing HTTP/1.1\r\nhost: x\r\n\r\n'),
      requestOf(valid.path, '{"model":'),
      requestOf(valid.path, textOf(valid), { fields: { host: 'x' } }),
      Buffer.from('\r\n\r\n\r\n'),
      Buffer.from('{"model":"chat"}'),
    ])
    return { steps: [{ write: Buffer.concat([good, next]) }], paths: [valid.path], mustAnswer: true }
  },
  slow: (valid, random) => {
    const bytes = requestOf(valid.path, textOf(valid))
    const cuts = Array.from({ length: 1 + below(random, 4) }, () => below(random, bytes.length)).sort(
      (a, b) => a - b,
    )
    const steps: Step[] = []
    let from = 0
    for (const to of [...cuts, bytes.length]) {
      steps.push({ write: bytes.subarray(from, to) }, { waitMs: below(random, 30) })
      from = to
    }
    return { steps, paths: [valid.path], mustAnswer: true }
  },
  aborted: (valid, random) => {
    const bytes = requestOf(valid.path, textOf(valid))
    const complete = random() < 0.5
    const write = complete ? bytes : bytes.subarray(0, below(random, bytes.length))
    const close = pick(random, ['end', 'destroy'] as const)
    return {
      steps: [{ write }, { waitMs: below(random, 20) }, { close }],
      paths: [valid.path],
      mustAnswer: false,
    }
  },
  garbage: (_, random) => {
    const write = pick(random, [
      bytesOf(random, 1 + below(random, 2000)),
      Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
      Buffer.concat([Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01]), bytesOf(random, 200)]),
      Buffer.from('\0'.repeat(5000)),
      Buffer.from(`GET / HTTP/1.1\r\n${'a: b\r\n'.repeat(20_000)}\r\n`),
      Buffer.from('G'.repeat(100_000)),
      Buffer.from('CONNECT else:443 HTTP/1.1\r\nhost: else\r\n\r\n'),
    ])
    return { steps: [{ write }], paths: [], mustAnswer: false }
  },
} satisfies Record<string, (valid: Valid, random: Random) => Wire>
