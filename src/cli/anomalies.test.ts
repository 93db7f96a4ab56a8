import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { anomalies } from './anomalies.ts'
import { parseInvocation, UsageError } from './command.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keelway-anomalies-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function run(lines: readonly string[], ...more: string[]): Promise<string[]> {
  const file = join(folder, 'series.csv')
  await writeFile(file, lines.join('\n'))
  const printed: string[] = []
  const io = {
    out: (text: string) => void printed.push(text),
    err: () => {},
    signal: new AbortController().signal,
  }
  expect(await anomalies.run(parseInvocation(anomalies, [file, ...more], io))).toBe(0)
  return printed.join('\n').split('\n')
}

const clock = (minute: number) => new Date(Date.UTC(2026, 2, 1) + minute * 60_000).toISOString()
const rows = Array.from({ length: 600 }, (_, i) => `${clock(i)},${i === 550 ? 90 : 10 + (i % 7)}`)

test('prints one object a row in order, with an explanation where it is worth one', async () => {
  const printed = (await run(['timestamp,value', ...rows], '--json')).map(line => JSON.parse(line))
  expect(printed.map(({ timestamp }) => timestamp)).toEqual(rows.map(row => row.split(',')[0]))
  expect(printed[7]).toEqual({ timestamp: clock(7), value: 10, score: 0 })
  expect(printed[550]).toMatchObject({ value: 90, since: clock(550) })
  expect(printed[550].score).toBeGreaterThan(0.5)
  expect(printed[550].explanation).toMatch(/^is 6.92 × its usual level \(90, usually 13\) at 09:10$/)
})

test('draws the series, marks what is abnormal and says it in words', async () => {
  const printed = await run(['timestamp,value', ...rows])
  expect(printed[0]).toMatch(/^ +90 .*[▇█░]/)
  expect(printed[8]?.indexOf('▲')).toBe(printed[0]?.search(/[▇█░]/))
  expect(printed[9]).toMatch(/2026-03-01 00:00 .* 2026-03-01 09:5\d$/)
  expect(printed[10]).toBe('600 rows, 1 abnormal:')
  expect(printed[11]).toContain('6.92 × its usual level')
})

test('reads seconds, milliseconds, times without a zone, quotes and missing values', async () => {
  const times = [
    '1772323200',
    '1772323200000',
    '2026-03-01 00:00:00',
    '"2026-03-01T00:00:00.000Z"',
    '2026-03-01',
  ]
  const printed = await run(
    ['timestamp,value', ...times.map((time, i) => `${time},${i === 2 ? '' : i}`)],
    '--json',
  )
  expect(printed.map(line => JSON.parse(line)).map(({ value }) => value)).toEqual([0, 1, null, 3, 4])
})

test('says so when there is nothing to draw', async () => {
  expect(await run(['timestamp,value'])).toEqual(['0 rows, nothing abnormal'])
})

test.each([
  [['time,cpu', '1,2'], 'series.csv:1: the first line should be timestamp,value, not "time,cpu"'],
  [['timestamp,value', '1,2', 'yesterday,3'], 'series.csv:3: "yesterday" is no time'],
  [['timestamp,value', '2026-13-01 00:00:00,3'], 'series.csv:2: "2026-13-01 00:00:00" is no time'],
  [['timestamp,value', '1e300,3'], 'series.csv:2: "1e300" is no time'],
  [['timestamp,value', '1,many'], 'series.csv:2: "many" is no number'],
  [['timestamp,value', '1,2,3'], 'series.csv:2: expected a timestamp and a value'],
  [[], 'is empty'],
])('%# names file and line of what is no row', async (lines, message) => {
  const failed = run(lines)
  await expect(failed).rejects.toThrow(UsageError)
  await expect(failed).rejects.toThrow(message)
})

test('a file that is not there is bad input', async () => {
  const io = { out: () => {}, err: () => {}, signal: new AbortController().signal }
  const invocation = parseInvocation(anomalies, [join(folder, 'none.csv')], io)
  await expect(anomalies.run(invocation)).rejects.toThrow('cannot read')
})
