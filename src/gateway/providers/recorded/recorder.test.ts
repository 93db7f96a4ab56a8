import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Agent } from 'undici'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { digestOf } from '../../../lib/digest.ts'
import type { AnswerContent } from '../../canonical/answer.ts'
import type { CanonicalRequest } from '../../canonical/request.ts'
import { canonical, folded, openTarget, providerRequest, readEvents, saying } from '../provider.world.ts'
import { parseCassette } from './cassette.ts'
import { recordedProvider } from './provider.ts'
import { openRecorder } from './recorder.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keelway-record-'))
})
afterAll(() => rm(folder, { recursive: true }))

const dispatcher = new Agent()
afterAll(() => dispatcher.destroy())

let files = 0
const newFile = () => join(folder, `cassette-${files++}.jsonl`)
const open = (file: string, options: { redact?: boolean; maxRows?: number } = {}) =>
  openRecorder({ file, maxRows: 100, redact: true, ...options })

const answer = (text: string, fields: Partial<AnswerContent['choices'][number]> = {}): AnswerContent => ({
  id: 'a',
  model: 'm',
  choices: [{ text, reasoning: '', thoughts: [], refusal: '', toolCalls: [], finish: 'stop', ...fields }],
  embeddings: [],
})

async function replay(file: string, text: string) {
  const bytes = await readFile(file)
  const backend = await openTarget(
    recordedProvider,
    {
      serve: 'provider',
      provider: {
        protocol: 'recorded',
        cassette: { digest: digestOf(bytes), format: 'jsonl' },
        timeoutMs: 1000,
      },
      model: 'm',
    },
    { dispatcher },
    new Map([[digestOf(bytes), bytes]]),
  )
  return folded(
    await readEvents(
      await backend.answer(providerRequest({ ...saying(text), stream: true }), new AbortController().signal),
    ),
  )
}

test('recorded answers are found by system and user message, outer white space aside', () => {
  const csv = 'system,user,answer\n"Be kind.\n",hi,one\nBe kind.,hi,two\nBe rude.,hi,three\n'
  const cassette = parseCassette(Buffer.from(csv), 'csv')
  expect(cassette.find('Be kind.', ' hi')).toEqual({ text: 'one' })
  expect(cassette.find('Be rude.', 'hi')).toEqual({ text: 'three' })
  expect(cassette.find('Be', 'kind.hi')).toBeUndefined()
  expect(() => parseCassette(Buffer.from('{"system":"a","user":"b"}'), 'jsonl')).toThrow('answer')
})

test('an input is written once, however often it is asked, also by another run', async () => {
  const file = newFile()
  for (let run = 0; run < 2; run++) {
    const recorder = await open(file)
    const added = [
      await recorder.add(canonical(saying('one')), answer('1')),
      await recorder.add(canonical(saying(' one ')), answer('1')),
      await recorder.add(canonical(saying('one')), answer('another')),
    ]
    expect(added).toEqual([run === 0 ? 'written' : 'known', 'known', 'differs'])
    expect(recorder.rows).toBe(1)
    await recorder.close()
  }
  expect((await readFile(file, 'utf8')).split('\n')).toEqual(['{"system":"","user":"one","answer":"1"}', ''])
  expect((await stat(file)).mode & 0o777).toBe(0o600)
})

test('many at once become whole rows', async () => {
  const file = newFile()
  const recorder = await open(file)
  await Promise.all(
    Array.from({ length: 50 }, (_, i) =>
      recorder.add(canonical(saying(`question ${i}`)), answer(`${i}`.repeat(500))),
    ),
  )
  await recorder.close()
  expect(parseCassette(await readFile(file), 'jsonl').answers.size).toBe(50)
})

test('a row that was cut off does not spoil the next one', async () => {
  const file = newFile()
  await writeFile(file, '{"system":"","user":"one","answer":"1"}')
  const recorder = await open(file)
  await recorder.add(canonical(saying('two')), answer('2'))
  await recorder.close()
  expect((await replay(file, 'two')).choices[0]?.text).toBe('2')
  await writeFile(file, '{"system":"","us')
  await expect(open(file)).rejects.toThrow('not JSON')
})

test('a full cassette takes no more', async () => {
  const recorder = await open(newFile(), { maxRows: 1 })
  expect(await recorder.add(canonical(saying('one')), answer('1'))).toBe('written')
  expect(await recorder.add(canonical(saying('two')), answer('2'))).toBe('full')
  expect(await recorder.add(canonical(saying('one')), answer('1'))).toBe('known')
  await recorder.close()
})

test('what a cassette can not tell is left out', async () => {
  const recorder = await open(newFile())
  const picture = [
    {
      role: 'user' as const,
      parts: [
        { type: 'text' as const, text: 'x' },
        { type: 'image' as const, url: 'u' },
      ],
    },
  ]
  const [choice] = answer('1').choices
  if (!choice) throw new Error('no choice')
  const { finish: _, ...unfinished } = choice
  const cases: readonly (readonly [CanonicalRequest, AnswerContent])[] = [
    [canonical({ messages: picture }), answer('1')],
    [canonical(saying('')), answer('1')],
    [canonical(saying('x')), { ...answer('1'), choices: [choice, choice] }],
    [canonical(saying('x')), { ...answer('1'), choices: [unfinished] }],
    [canonical(saying('x')), answer('1'.repeat(2 << 20))],
  ]
  for (const [request, content] of cases) expect(await recorder.add(request, content)).toBe('unrecordable')
  expect(recorder.rows).toBe(0)
  await recorder.close()
})

test('personal data and secrets are masked in the file and put back when it is replayed', async () => {
  const file = newFile()
  const recorder = await open(file)
  const key = `ghp_${'a1B2c3D4e5'.repeat(4).slice(0, 36)}`
  const user = `Mail jane.doe@example.com about card 4111 1111 1111 1111, token ${key}.`
  await recorder.add(
    canonical(saying(user)),
    answer('I wrote to jane.doe@example.com.', {
      toolCalls: [{ id: 'c', name: 'mail', arguments: '{"to":"jane.doe@example.com"}' }],
      finish: 'tool-calls',
    }),
  )
  await recorder.close()
  const written = await readFile(file, 'utf8')
  for (const hidden of ['jane', '4111', key]) expect(written).not.toContain(hidden)
  expect(written).toContain('"redacted":true')
  expect((await replay(file, user)).choices).toMatchObject([
    {
      text: 'I wrote to jane.doe@example.com.',
      toolCalls: [{ name: 'mail', arguments: '{"to":"jane.doe@example.com"}' }],
      finish: 'tool-calls',
    },
  ])
  // The same question of someone else has the same answer, about them.
  const other = user.replace('jane.doe@example.com', 'joe@example.org')
  expect((await replay(file, other)).choices[0]?.text).toBe('I wrote to joe@example.org.')
  await expect(replay(file, 'Mail somebody.')).rejects.toMatchObject({ code: 'no_recorded_answer' })
})

test('a row with the key in it is not written', async () => {
  const recorder = await open(newFile(), { redact: false })
  const asked = canonical(saying('my key is sk-of-mine'))
  expect(await recorder.add(asked, answer('1'), 'sk-of-mine')).toBe('unrecordable')
  await recorder.close()
})

test('personal data stays where it is wanted', async () => {
  const file = newFile()
  const recorder = await open(file, { redact: false })
  await recorder.add(canonical(saying('I am jane.doe@example.com')), answer('Hi'))
  await recorder.close()
  expect(await readFile(file, 'utf8')).toContain('jane.doe@example.com')
})
