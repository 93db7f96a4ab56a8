import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { isCalibrating } from '../gates/judge/label-queue.ts'
import { seededRandom } from '../lib/random.ts'
import { serveRpc } from '../lib/rpc.ts'
import { type DuckDbTelemetry, openDuckDbTelemetry } from '../telemetry/duckdb.ts'
import { call as callOf } from '../telemetry/telemetry.contract.ts'
import { type CallRecord, type Feedback, telemetryMethods } from '../telemetry/telemetry.ts'
import { parseInvocation, UsageError } from './command.ts'
import { labelCommand } from './label.ts'

let folder: string
let stack: AsyncDisposableStack
let telemetry: DuckDbTelemetry
const lines: string[] = []

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'keelway-label-'))
  stack = new AsyncDisposableStack()
  stack.defer(() => rmSync(folder, { recursive: true, force: true }))
  telemetry = await openDuckDbTelemetry({ path: join(folder, 'telemetry.duckdb') })
  stack.defer(() => telemetry.close())
  const server = createServer(
    serveRpc({ telemetry: { target: telemetry, methods: telemetryMethods } }, { token: 'kc' }),
  )
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  stack.defer(() => void server.close(() => {}))
  stack.defer(() => server.closeAllConnections())
  const control = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  writeFileSync(
    join(folder, 'endpoints.json'),
    JSON.stringify({ pid: 1, api: '', gateway: '', control, controlToken: 'kc' }),
  )
})
afterEach(() => {
  lines.length = 0
  return stack.disposeAsync()
})

const call = (id: string, fields: Partial<CallRecord> = {}) => callOf(id, { namespace: 'default', ...fields })

const run = (args: string[], typed: string[] = []): Promise<number> => {
  const command = labelCommand(() => Readable.from(typed.map(line => `${line}\n`)))
  return command.run(
    parseInvocation(command, ['--route', 'triage', '--by', 'ada', ...args, '--state', folder], {
      out: text => void lines.push(text),
      err: () => {},
      signal: new AbortController().signal,
    }),
  )
}

const labelsOf = async (id: string) =>
  (await telemetry.call(id))?.feedback
    .filter(({ source }) => source === 'person')
    .map(({ by, scores }) => ({ by, scores }))

const scored = (id: string, scores: Record<string, number>): Feedback => ({
  call: id,
  at: 1100,
  source: 'scorer',
  scores,
})

test('a person is shown question, documents and answer, and each verdict is recorded with who gave it', async () => {
  await telemetry.append(
    [
      call('a', { output: 'It comes on Monday.', input: 'When?', context: 'Delivery: Monday' }),
      call('b', { output: 'Never.', at: 900 }),
      call('c', { output: 'Perhaps.' }),
    ],
    ['a', 'b', 'c'].map(id => scored(id, { correct: 0.5 })),
  )
  expect(await run(['--n', '3'], ['what', 'c', 'n', 's'])).toBe(0)
  const text = lines.join('\n')
  for (const part of ['It comes on Monday.', 'When?', 'Delivery: Monday', 'Never.', '2 labels by ada'])
    expect(text).toContain(part)
  expect(text).not.toContain('0.5')
  const given = await Promise.all(['a', 'b', 'c'].map(labelsOf))
  expect(
    given
      .flat()
      .map(label => label?.scores?.correct)
      .toSorted(),
  ).toEqual([0, 1])
  expect(given.flat().every(label => label?.by === 'ada')).toBe(true)
})

test('quitting, or the end of input, keeps what was said before', async () => {
  await telemetry.append(
    ['a', 'b', 'c'].map(id => call(id)),
    ['a', 'b', 'c'].map(id => scored(id, { correct: 0.4 })),
  )
  expect(await run([], ['correct', 'q'])).toBe(0)
  expect(lines.at(-1)).toContain('1 labels by ada')
  lines.length = 0
  expect(await run([], ['not'])).toBe(0)
  expect(lines.at(-1)).toContain('1 labels by ada')
  lines.length = 0
  expect(await run(['--json'])).toBe(0)
  expect(lines).toHaveLength(1)
})

test('nothing a stranger wrote moves the cursor of whoever labels', async () => {
  await telemetry.append(
    [call('a', { output: 'fine\u001b[2J\u001b]0;owned\u0007\r\u202edone\nnext' })],
    [scored('a', { correct: 0.5 })],
  )
  await run([], ['s'])
  const shown = lines.join('\n')
  expect(shown).toContain('  fine\ufffd[2J\ufffd]0;owned\ufffd\ufffd\ufffddone\n  next')
  expect(shown).not.toMatch(/[^\P{Cc}\n]/u)
})

test('the queue is half random and half hard, and no call that is labelled, unrecorded or shadow comes again', async () => {
  const calls = Array.from({ length: 400 }, (_, i) => call(`call-${i}`, { output: 'x' }))
  const { output: _, ...unrecorded } = call('unrecorded')
  await telemetry.append(
    [...calls, unrecorded, call('shadow', { arm: 'shadow' })],
    [
      ...calls.map((one, i) => scored(one.id, { correct: i % 10 === 0 ? 0.5 : 1 })),
      scored('unrecorded', { correct: 0.5 }),
      { call: 'call-0', at: 1, source: 'person', by: 'bob', scores: { correct: 1 } },
    ],
  )
  expect(await run(['--json', '--n', '30'])).toBe(0)
  const queue = lines.map(line => JSON.parse(line) as { id: string; why: string })
  expect(queue).toHaveLength(30)
  expect(queue.filter(({ why }) => why === 'random')).toHaveLength(15)
  for (const { id, why } of queue) {
    expect(isCalibrating(id)).toBe(why === 'random')
    if (why === 'uncertain') expect(Number(id.split('-')[1]) % 10).toBe(0)
    expect(['call-0', 'unrecorded', 'shadow']).not.toContain(id)
  }
  expect(queue.findIndex(({ why }) => why === 'random')).not.toBe(0)
  lines.length = 0
  await run(['--json', '--n', '30', '--score', 'kind'])
  expect(lines.map(line => JSON.parse(line).id as string).every(isCalibrating)).toBe(true)
})

test('where a client and a scorer disagree a person is asked first', async () => {
  const ids = Array.from({ length: 40 }, (_, i) => `d-${i}`)
  const odd = ids.find(id => !isCalibrating(id)) ?? ''
  await telemetry.append(
    ids.map(id => call(id)),
    [...ids.map(id => scored(id, { correct: 0.9 })), { call: odd, at: 1, scores: { correct: 0 } }],
  )
  await run(['--json', '--n', '2'])
  expect(lines.map(line => JSON.parse(line))).toContainEqual(
    expect.objectContaining({ id: odd, why: 'disagreement' }),
  )
})

test('a queue is labelled elsewhere and read back, once', async () => {
  await telemetry.append(
    ['a', 'b', 'c'].map(id => call(id, { input: 'May I?' })),
    ['a', 'b', 'c'].map(id => scored(id, { correct: 0.5 })),
  )
  const file = join(folder, 'labels.jsonl')
  expect(await run(['--export', file])).toBe(0)
  const rows = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))
  expect(rows).toHaveLength(3)
  expect(rows[0]).toMatchObject({ score: 'correct', verdict: null, input: 'May I?', output: 'spam' })
  const verdicts = ['correct', 'not', null]
  const filled = rows.map((row, i) =>
    JSON.stringify({ ...row, verdict: verdicts[i], label: 'ham', by: 'bob' }),
  )
  writeFileSync(file, filled.join('\n'))
  expect(await run(['--import', file, '--json'])).toBe(0)
  expect(JSON.parse(lines.at(-1) ?? '')).toEqual({ recorded: 2, repeated: 0, skipped: 1 })
  await run(['--import', file, '--json'])
  expect(JSON.parse(lines.at(-1) ?? '')).toEqual({ recorded: 0, repeated: 2, skipped: 1 })
  expect(await labelsOf(rows[0].call)).toEqual([{ by: 'bob', scores: { correct: 1 } }])
  expect((await telemetry.call(rows[1].call))?.feedback.at(-1)).toMatchObject({
    label: 'ham',
    source: 'person',
  })
})

test('a file that can not be read is named by line, and so is a call of another route', async () => {
  await telemetry.append([call('a'), call('other', { route: 'other' })], [])
  const file = join(folder, 'labels.jsonl')
  const refusal = async (text: string) => {
    writeFileSync(file, text)
    const error = await run(['--import', file]).catch((error: unknown) => error)
    expect(error).toBeInstanceOf(UsageError)
    return (error as Error).message.replace(file, 'FILE')
  }
  expect(await refusal('{"call": "a", "verdict": "correct"}\n{"call": "a", "verdict": "yes"}')).toMatch(
    /^FILE:2: verdict: /,
  )
  expect(await labelsOf('a')).toEqual([])
  expect(await refusal('{"call"')).toMatch(/^FILE:1: not JSON/)
  expect(await refusal('{"call": "other", "verdict": "not"}')).toContain(
    'FILE:1: default/triage has no call other',
  )
  await expect(run(['--import', join(folder, 'none')])).rejects.toThrow('there is no file')
  await expect(run(['--n', '0'])).rejects.toThrow('--n must be a whole number')
  await expect(run(['--score', 'a b'])).rejects.toThrow('--score must be a name')
})

test('the report calibrates each scorer on random labels only, and corrects what it observes', async () => {
  const ids = Array.from({ length: 3000 }, (_, i) => `s-${i}`)
  const isGood = (i: number) => i % 5 !== 0
  const random = seededRandom(3)
  const chance = ids.map(() => Math.floor(random() * 10))
  // Right nine times in ten, whatever the truth.
  const kind = (i: number) => Number(isGood(i) === (chance[i] !== 0))
  await telemetry.append(
    ids.map(id => call(id)),
    ids.flatMap((id, i) => [
      scored(id, { kind: kind(i), quick: 1 }),
      ...(random() < 0.5 || !isCalibrating(id)
        ? []
        : [
            {
              call: id,
              at: 1200,
              source: 'person' as const,
              by: 'ada',
              scores: { correct: Number(isGood(i)) },
            },
          ]),
    ]),
  )
  await telemetry.append(
    [],
    [
      {
        call: ids.find(id => !isCalibrating(id)) ?? '',
        at: 1,
        source: 'person',
        by: 'ada',
        scores: { kind: 0 },
      },
    ],
  )
  expect(await run(['--stats', '--json'])).toBe(0)
  const [report, quick] = lines.map(line => JSON.parse(line))
  expect(report).toMatchObject({ scorer: 'kind', scored: 3000, soughtOut: 1 })
  expect(report.labels).toBeGreaterThan(200)
  expect(report.corrected.low).toBeLessThan(0.8)
  expect(report.corrected.high).toBeGreaterThan(0.8)
  expect(report.inflation).toBeGreaterThan(1)
  expect(quick.inflation).toBeUndefined()
  lines.length = 0
  await run(['--stats'])
  expect(lines.join('\n')).toMatch(
    /kind: 3000 calls scored.*\n {2}sensitivity .*\n[\s\S]*a change needs 1\.\d+ times/,
  )
  expect(lines.join('\n')).toContain('it can not stand for people')
})

test('without calls or scores the command says what is missing', async () => {
  await run([])
  expect(lines.join('\n')).toContain('no call of default/triage needs a label')
  lines.length = 0
  await run(['--stats'])
  expect(lines).toEqual(['no scorer scored a call of default/triage yet'])
  rmSync(join(folder, 'endpoints.json'))
  await expect(run([])).rejects.toThrow('nothing runs on state directory')
})
