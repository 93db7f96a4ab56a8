import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ExpositionError, parseExposition } from './exposition.ts'

const parse = (text: string, openMetrics = false) => parseExposition(text, { openMetrics, most: 1000 })

describe('an exposition', () => {
  test('in the text format is read with types, labels, escapes, times and special values', () => {
    const { samples, types } = parse(`# HELP http_requests_total The total number of HTTP requests.
# TYPE http_requests_total counter
http_requests_total{method="post",code="200"} 1027 1395066363000
http_requests_total{method="post",code="400",}    3 1395066363000

# Escaping in label values:
msdos_file_access_time_seconds{path="C:\\\\DIR\\\\FILE.TXT",error="Cannot find file:\\n\\"FILE.TXT\\""} 1.458255915e9
metric_without_timestamp_and_labels 12.47
something_weird{problem="division by zero"} +Inf -3982045
not_known NaN\r
 \t
# TYPE rpc_duration_seconds summary
rpc_duration_seconds { quantile = "0.5" , a = "}" } 4773
empty{} -Inf
no_newline_at_the_end 1`)
    expect(types).toEqual(
      new Map([
        ['http_requests_total', 'counter'],
        ['rpc_duration_seconds', 'summary'],
      ]),
    )
    expect(samples).toEqual([
      {
        name: 'http_requests_total',
        labels: { method: 'post', code: '200' },
        value: 1027,
        at: 1395066363000,
      },
      { name: 'http_requests_total', labels: { method: 'post', code: '400' }, value: 3, at: 1395066363000 },
      {
        name: 'msdos_file_access_time_seconds',
        labels: { path: 'C:\\DIR\\FILE.TXT', error: 'Cannot find file:\n"FILE.TXT"' },
        value: 1.458255915e9,
      },
      { name: 'metric_without_timestamp_and_labels', labels: {}, value: 12.47 },
      { name: 'something_weird', labels: { problem: 'division by zero' }, value: Number.POSITIVE_INFINITY },
      { name: 'not_known', labels: {}, value: Number.NaN },
      { name: 'rpc_duration_seconds', labels: { quantile: '0.5', a: '}' }, value: 4773 },
      { name: 'empty', labels: {}, value: Number.NEGATIVE_INFINITY },
      { name: 'no_newline_at_the_end', labels: {}, value: 1 },
    ])
  })

  test('in OpenMetrics has seconds, units, exemplars and an end', () => {
    const { samples, units } = parse(
      `# TYPE foo counter
# UNIT foo seconds
foo_total{a="b"} 17.0 1520879607.789 # {trace_id="KOO5S4vxi0o"} 0.67
foo_created{a="b"} 1520430000.123
# TYPE "my.metric" gauge
{"my.metric", a="b"} 1
# EOF
after the end
`,
      true,
    )
    expect(units).toEqual(new Map([['foo', 'seconds']]))
    expect(samples).toEqual([
      { name: 'foo_total', labels: { a: 'b' }, value: 17, at: 1520879607789 },
      { name: 'foo_created', labels: { a: 'b' }, value: 1520430000.123 },
      { name: 'my.metric', labels: { a: 'b' }, value: 1 },
    ])
  })

  test.each([
    ['a b', 'line 1 has a value that is not a number'],
    ['a 1\nb{x="1"', 'line 2 has labels that do not end'],
    ['a{x="1} 1', 'line 1 has a text that does not end'],
    ['a{x=1} 1', 'line 1 has a label whose value is not in quotes'],
    ['a{x,y} 1', 'line 1 has a label without a value'],
    ['{x="1"} 1', 'line 1 has no name'],
    ['a 1 2 3', 'line 1 goes on after its time'],
    ['a', 'line 1 has a value that is not a number'],
    ['<html>', 'line 1 has no name'],
  ])('like %s is refused with its line', (text, message) => {
    expect(() => parse(text)).toThrow(message)
  })

  test('with too many samples is refused', () => {
    expect(() => parse('a 1\n'.repeat(1001))).toThrow('has more than 1000 samples')
  })

  test('is read as it was written', () => {
    const name = fc.stringMatching(/^[a-zA-Z_:][a-zA-Z0-9_:]{0,20}$/)
    const label = fc.stringMatching(/^[a-z_][a-z0-9_]{0,10}$/).filter(label => label !== '__proto__')
    const value = fc.oneof(
      fc.double().map(value => value + 0),
      fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY),
    )
    const sample = fc.record({
      name,
      labels: fc.dictionary(label, fc.string({ unit: 'binary' }), { noNullPrototype: true }),
      value,
    })
    const escaped = (text: string) => text.replace(/[\\"\n]/g, char => (char === '\n' ? '\\n' : `\\${char}`))
    const spelled = (value: number) =>
      Number.isFinite(value) ? String(value) : value > 0 ? '+Inf' : value < 0 ? '-Inf' : 'NaN'
    fc.assert(
      fc.property(fc.array(sample, { maxLength: 5 }), samples => {
        const text = samples.map(({ name, labels, value }) => {
          const pairs = Object.entries(labels).map(([key, text]) => `${key}="${escaped(text)}"`)
          return `${name}{${pairs.join(',')}} ${spelled(value)}\n`
        })
        expect(parse(text.join('')).samples).toEqual(samples)
      }),
      { numRuns: 40 },
    )
  })

  test('of any text is read or refused, in a time that grows with its length only', () => {
    const piece = fc.constantFrom('a', '{', '}', '"', '\\', '=', ',', ' ', '\n', '#', '1', 'TYPE ', 'é')
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), pieces => {
        try {
          parse(pieces.join(''))
        } catch (error) {
          expect(error).toBeInstanceOf(ExpositionError)
        }
      }),
      { numRuns: 1000 },
    )
    expect(() => parse(`a{x="${'\\'.repeat(2_000_000)}`)).toThrow(ExpositionError)
  })
})
