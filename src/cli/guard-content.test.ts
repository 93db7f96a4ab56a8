import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Command, parseInvocation, UsageError } from './command.ts'
import { guardGround } from './guard-ground.ts'
import { guardPii } from './guard-pii.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keelway-guard-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function run(command: Command, lines: readonly string[], ...more: string[]): Promise<string[]> {
  const file = join(folder, 'in.jsonl')
  await writeFile(file, lines.join('\n'))
  const printed: string[] = []
  const io = {
    out: (text: string) => void printed.push(text),
    err: () => {},
    signal: new AbortController().signal,
  }
  expect(await command.run(parseInvocation(command, [file, ...more], io))).toBe(0)
  return printed
}

const texts = ['{"text":"write to anna@example.org"}', '', '{"text":"nothing here"}']

test('guard pii --json prints one line of spans for each text, in order', async () => {
  expect((await run(guardPii, texts, '--json')).map(line => JSON.parse(line))).toEqual([
    { spans: [{ start: 9, end: 25, type: 'EMAIL_ADDRESS' }] },
    { spans: [] },
  ])
})

test('guard pii sums up by kind and shows nothing of what it found', async () => {
  const [summary = ''] = await run(guardPii, texts)
  expect(summary).toBe('1 of 2 texts contain personal data\n  EMAIL_ADDRESS  1')
})

test('guard ground prints a score for each answer, and in words what supports it least', async () => {
  const row = JSON.stringify({ context: 'The sky is blue. Grass is green.', answer: 'Grass is green.' })
  const [line = ''] = await run(guardGround, [row], '--json')
  expect(JSON.parse(line)).toMatchObject({ confidence: 'normal' })
  expect((JSON.parse(line) as { score: number }).score).toBeGreaterThan(0.7)
  expect((await run(guardGround, [row]))[0]).toContain('nearest  Grass is green.')
})

test.each([
  [guardPii, 'not json', 'in.jsonl:2: not JSON'],
  [guardPii, '{"txt":"x"}', 'in.jsonl:2: text'],
  [guardGround, '{"context":"x"}', 'in.jsonl:2: '],
])('%# names file and line of bad input', async (command, line, message) => {
  const failed = run(command, ['{"text":"x","context":"x","answer":"y"}', line])
  await expect(failed).rejects.toThrow(UsageError)
  await expect(failed).rejects.toThrow(message)
})

test('a file that is not there is bad input', async () => {
  const io = { out: () => {}, err: () => {}, signal: new AbortController().signal }
  await expect(guardPii.run(parseInvocation(guardPii, [join(folder, 'none')], io))).rejects.toThrow(
    'cannot read',
  )
})
