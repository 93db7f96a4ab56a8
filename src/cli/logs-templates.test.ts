import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseInvocation, UsageError } from './command.ts'
import { lineBatches } from './line-batches.ts'
import { logsTemplates } from './logs-templates.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keelway-logs-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function file(content: string | Buffer): Promise<string> {
  const path = join(folder, 'input.log')
  await writeFile(path, content)
  return path
}

async function run(...args: string[]): Promise<string[]> {
  const printed: string[] = []
  const io = {
    out: (text: string) => void printed.push(...text.split('\n')),
    err: () => {},
    signal: new AbortController().signal,
  }
  expect(await logsTemplates.run(parseInvocation(logsTemplates, args, io))).toBe(0)
  return printed
}

const names = ['root', 'git', 'mysql', 'anna', 'otto']
const log = [
  ...names.map(name => `2024-01-02 03:04:05 INFO a.B: login of user ${name} from 10.0.0.1`),
  '2024-01-02 03:04:06 ERROR a.B: broke',
  'java.lang.IllegalStateException: gone',
  '\tat a.B.c(B.java:1)',
].join('\n')

test('each line has the final id of its template, in order, and a stack trace that of its entry', async () => {
  const rows = (await run(await file(`${log}\n`), '--json')).map(
    line => JSON.parse(line) as { line: number; id: string; template: string },
  )
  expect(rows.map(({ line }) => line)).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
  expect(rows.map(({ template }) => template)).toEqual([
    ...names.map(() => 'login of user <*> from <*>'),
    'broke',
    'broke',
    'broke',
  ])
  expect(new Set(rows.map(({ id }) => id)).size).toBe(2)
})

test('the summary counts entries, and shows the most frequent templates', async () => {
  const printed = await run(await file(log), '--top', '1')
  expect(printed[0]).toBe('6 entries, 2 templates')
  expect(printed.join('\n')).toMatch(/5 +83\.3 % +info +1 +5 +login of user <\*> from <\*>/)
  expect(printed.at(-1)).toBe('and 1 more with 1 entries (16.7 %); see --top')
  expect(await run(await file(''))).toEqual(['0 entries, 0 templates'])
})

test.each([
  [['--json', '--top', '3'], '--top is for the summary'],
  [['--top', '0'], '--top must be a whole number'],
  [['--top', 'x'], '--top must be a number'],
])('bad options are refused: %j', async (args, message) => {
  await expect(async () => run(await file(log), ...args)).rejects.toThrow(message)
})

test('a file that can not be read is named', async () => {
  await expect(run(join(folder, 'none.log'))).rejects.toThrow(UsageError)
  await expect(run(join(folder, 'none.log'))).rejects.toThrow('none.log')
})

test('lines are cut at line ends wherever the bytes are divided', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.string({ unit: 'grapheme' }).map(line => line.replace(/[\r\n]/g, '')),
        { minLength: 1, maxLength: 20 },
      ),
      fc.integer({ min: 1, max: 9 }),
      async (lines, chunk) => {
        const read: string[] = []
        for await (const batch of lineBatches(await file(lines.map(line => `${line}\r\n`).join('')), chunk))
          read.push(...batch)
        expect(read).toEqual(lines.map(line => line.toWellFormed()))
      },
    ),
    { numRuns: 50 },
  )
})

test('a line without end is cut, and what follows it is read', async () => {
  const read: string[] = []
  for await (const batch of lineBatches(await file(`${'x'.repeat(3_000_000)}\nnext`))) read.push(...batch)
  expect(read.map(({ length }) => length)).toEqual([65_536, 4])
  const bytes: string[] = []
  for await (const batch of lineBatches(await file(Buffer.from([0xff, 0xfe, 0x0a, 0x00, 0x80]))))
    bytes.push(...batch)
  expect(bytes).toHaveLength(2)
})
