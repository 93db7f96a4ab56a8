import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FakeClock } from '../../../lib/clock.fake.ts'
import { createPrometheusQueries, type PrometheusServer } from './query.ts'
import { PrometheusError } from './query-answer.ts'

/** Queries to a server that answers this. */
function asking(status: number, body: unknown, server: Partial<PrometheusServer> = {}) {
  const clock = new FakeClock()
  const requests: { url: string; init: RequestInit | undefined }[] = []
  const fetch: typeof globalThis.fetch = async (input, init) => {
    requests.push({ url: String(input), init })
    return new Response(typeof body === 'string' ? body : JSON.stringify(body), { status })
  }
  return {
    clock,
    requests,
    queries: createPrometheusQueries({ url: 'http://p:9090/', ...server }, { clock, fetch }),
  }
}
const success = (resultType: string, result: unknown) => ({ status: 'success', data: { resultType, result } })

describe('a query to Prometheus', () => {
  test.each([
    [
      success('vector', [
        { metric: { job: 'a' }, value: [1435781451.781, '1'] },
        { metric: {}, histogram: [1435781451.781, {}] },
        { metric: {}, value: [1, '-Inf'] },
      ]),
      {
        type: 'vector',
        samples: [
          { labels: { job: 'a' }, at: 1435781451781, value: 1 },
          { labels: {}, at: 1000, value: Number.NEGATIVE_INFINITY },
        ],
      },
    ],
    [
      success('matrix', [
        {
          metric: { a: 'b' },
          values: [
            [1, 'NaN'],
            [2, '1e3'],
          ],
        },
      ]),
      {
        type: 'matrix',
        series: [
          {
            labels: { a: 'b' },
            points: [
              { at: 1000, value: Number.NaN },
              { at: 2000, value: 1000 },
            ],
          },
        ],
      },
    ],
    [success('scalar', [1, '2.5']), { type: 'scalar', at: 1000, value: 2.5 }],
    [success('string', [1, 'x']), { type: 'string', at: 1000, value: 'x' }],
  ])('gets %j', async (answer, value) => {
    expect(await asking(200, answer).queries.query('x')).toEqual(value)
  })

  test('sends expression, time and headers, and keeps the path of the server', async () => {
    const { queries, requests, clock } = asking(200, success('scalar', [1, '1']), {
      url: 'http://p:9090/prom',
      headers: () => ({ authorization: 'Bearer t' }),
    })
    await queries.query('up == 1')
    expect(requests[0]?.url).toBe('http://p:9090/prom/api/v1/query')
    expect(requests[0]?.init).toMatchObject({ method: 'POST', headers: { authorization: 'Bearer t' } })
    expect(String(requests[0]?.init?.body)).toBe(
      `query=up+%3D%3D+1&time=${clock.now() / 1000}&timeout=30000ms`,
    )
  })

  test.each([
    [400, { status: 'error', errorType: 'bad_data', error: 'parse error' }, 'bad_data', false, /parse error/],
    [503, { status: 'error', errorType: 'timeout', error: 'too slow' }, 'timeout', true, /too slow/],
    [502, '<html>', 'unreadable', true, /answered 502 without JSON/],
    [200, '<html>', 'unreadable', false, /answered 200 without JSON/],
    [200, success('matrix', 7), 'unreadable', false, /no list of series/],
    [200, success('scalar', ['1', 1]), 'unreadable', false, /no pair/],
    [200, success('scalar', [1, 'x']), 'unreadable', false, /no number/],
    [200, success('other', []), 'unreadable', false, /type other/],
  ])('that is answered %i with %j fails in words', async (status, body, type, retryable, message) => {
    const asked = asking(status, body).queries.query('x')
    await expect(asked).rejects.toMatchObject({ name: 'PrometheusError', type, retryable })
    await expect(asked).rejects.toThrow(message)
  })

  test('of a range with too many points is refused here', async () => {
    const { queries, requests } = asking(200, success('matrix', []))
    const range = queries.queryRange('x', { from: 0, to: 86_400_000 }, 1000)
    await expect(range).rejects.toThrow(/more than 11000 points/)
    expect(requests).toEqual([])
  })

  test('ends when the answer is too large or takes too long, and never shows headers', async () => {
    const server = { bodyBytes: 10, headers: () => ({ authorization: 'Bearer secret' }) }
    const large = asking(200, success('matrix', []), server).queries.query('x')
    await expect(large).rejects.toMatchObject({ type: 'unreachable', retryable: true })
    const clock = new FakeClock()
    const never: typeof fetch = (_, init) =>
      new Promise((_, reject) => {
        init?.signal?.addEventListener('abort', () => reject(init.signal?.reason))
      })
    const asked = createPrometheusQueries({ url: 'http://p:9090', ...server }, { clock, fetch: never }).query(
      'x',
    )
    const failing = expect(asked).rejects.toThrow(
      /^prometheus at p:9090 did not answer: took longer than 31 s$/,
    )
    clock.advance(31_000)
    await failing
  })

  test('of any answer gives a value or a PrometheusError', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('vector', 'matrix', 'scalar', 'string'),
        fc.jsonValue(),
        async (type, result) => {
          const value = await asking(200, success(type, result))
            .queries.query('x')
            .catch((error: unknown) => error)
          if (value instanceof Error) expect(value).toBeInstanceOf(PrometheusError)
        },
      ),
    )
  })
})
