import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { parseDataset, requiredText, rowsOf } from '../../src/lib/dataset.ts'
import { runtimeFor, trainerNamed } from '../../src/models/index.ts'
import type { LoadedModel, Row } from '../../src/models/model.ts'
import { type Mail, type MailParts, mailParts, withoutNewerSpam, withShuffledLabels } from './mail.ts'
import { story } from './prepare.ts'
import { promptText, recordedAnswers, refundParts } from './refund.ts'

let mail: MailParts
beforeAll(() => {
  mail = mailParts()
})

const rowOf = ({ text, label }: Mail): Row => ({ input: text, label })
const linearText = trainerNamed('linear-text')
const trainedFrom = (mails: Mail[]): LoadedModel =>
  runtimeFor(linearText.format).load(linearText.train(mails.map(rowOf), linearText.parameters({})))
const accuracy = (model: LoadedModel, mails: Mail[]): number =>
  mails.filter(({ text, label }) => model.predict(text).label === label).length / mails.length

test('the parts of the mail share no message and no text', () => {
  const parts = [mail.train, mail.gate, mail.live]
  expect(parts.map(part => part.length)).toEqual([2100, 1400, 2000])
  const all = parts.flat()
  expect(new Set(all.map(({ id }) => id)).size).toBe(all.length)
  expect(new Set(all.map(({ text }) => text)).size).toBe(all.length)
  expect(all.length + mail.repeats).toBe(mail.messages)
})

test('every kind of mail is in every part, in about its natural share', () => {
  const shares = (mails: Mail[], group: string) =>
    mails.filter(({ id }) => id.startsWith(`${group}/`)).length / mails.length
  const all = [...mail.train, ...mail.gate, ...mail.live]
  for (const group of ['easy-ham-1', 'easy-ham-2', 'hard-ham-1', 'spam-1', 'spam-2'])
    for (const part of [mail.train, mail.gate, mail.live])
      expect(Math.abs(shares(part, group) - shares(all, group))).toBeLessThan(0.03)
})

test('shuffling deals the labels out again and leaves the texts', () => {
  const shuffled = withShuffledLabels(mail.train, 0.6)
  const spam = (mails: Mail[]) => mails.filter(({ label }) => label === 'spam').length
  expect(spam(shuffled)).toBe(spam(mail.train))
  expect(shuffled.map(({ text }) => text)).toEqual(mail.train.map(({ text }) => text))
  expect(shuffled.filter(({ label }, n) => label !== mail.train[n]?.label).length).toBeGreaterThan(300)
})

test('fifty mails make a fair model and all of them a better one', () => {
  const [few, all] = [trainedFrom(mail.train.slice(0, 50)), trainedFrom(mail.train)]
  expect(accuracy(few, mail.gate)).toBeGreaterThan(0.9)
  expect(accuracy(all, mail.gate)).toBeGreaterThan(0.975)
  expect(accuracy(all, mail.live)).toBeGreaterThan(accuracy(few, mail.live) + 0.02)
})

test('shuffled labels show offline', () => {
  expect(accuracy(trainedFrom(withShuffledLabels(mail.train, 0.6)), mail.gate)).toBeLessThan(0.9)
})

test('missing newer spam shows on live mail only', () => {
  const old = trainedFrom(withoutNewerSpam(mail.train))
  expect(accuracy(old, withoutNewerSpam(mail.gate))).toBeGreaterThan(0.975)
  expect(accuracy(old, mail.live)).toBeLessThan(0.9)
})

test('the refund gate holds no order delivered 15 to 30 days ago and live holds all of them', () => {
  const { gate, live } = refundParts()
  const between = ({ facts }: { facts: { daysSinceDelivery: number } }) =>
    facts.daysSinceDelivery >= 15 && facts.daysSinceDelivery <= 30
  expect([gate.length, live.length]).toEqual([76, 84])
  expect([gate.filter(between).length, live.filter(between).length]).toEqual([0, 54])
  expect(new Set([...gate, ...live].map(({ user }) => user)).size).toBe(160)
})

test('every prompt version has a recorded answer to every input, and they are right as often as told', () => {
  const answers = new Map(recordedAnswers().map(({ system, user, answer }) => [`${system}\n${user}`, answer]))
  const { gate, live } = refundParts()
  const right = (version: 'v1' | 'v2' | 'v3' | 'v4', inputs: typeof gate) =>
    inputs.filter(({ user, expected }) =>
      answers.get(`${promptText(version)}\n${user}`)?.startsWith(`{"action": "${expected}"`),
    ).length
  expect(answers.size).toBe(640)
  expect((['v1', 'v2', 'v3', 'v4'] as const).map(v => [right(v, gate), right(v, live)])).toEqual([
    [44, 47],
    [76, 84],
    [0, 0],
    [76, 54],
  ])
})

test('the commits hold what they say, and the live data stays outside of the repository', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'support-desk-'))
  try {
    const { changes, traffic } = await story(join(directory, 'live'))
    const [repository, live] = [join(directory, 'repository'), join(directory, 'live')]
    const dataset = async (file: string) => parseDataset(file, await readFile(file), 'jsonl')
    const columns = { input: 'text', label: 'label' }
    const trained: number[] = []
    for (const change of changes) {
      await change.apply(repository)
      trained.push(rowsOf(await dataset(join(repository, 'data/mail-train.jsonl')), columns).length)
    }
    expect(trained).toEqual([50, 2100, 2100, 1682, 1682, 1682, 1682])
    expect(changes.map(({ outcome }) => outcome)).toEqual([
      'live',
      'promoted',
      'rejected',
      'rolled-back',
      'promoted',
      'rejected',
      'rolled-back',
    ])
    const prompt = parse(await readFile(join(repository, 'deploy/refund-prompt.yaml'), 'utf8'))
    expect(prompt.spec.messages[0].content).toBe(promptText('v4'))
    const cassette = await dataset(join(repository, 'data/refund-answers.jsonl'))
    const systems = cassette.records.map(record => requiredText(cassette, record, 'system'))
    expect(systems.filter(system => system === prompt.spec.messages[0].content)).toHaveLength(160)
    expect((await dataset(join(live, 'mail-live.jsonl'))).records).toHaveLength(2000)
    expect((await dataset(join(live, 'refund-live.jsonl'))).records).toHaveLength(84)
    expect(traffic.map(({ route, rows }) => [route, rows.length])).toEqual([
      ['mail-triage', 2000],
      ['refund-desk', 84],
    ])
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
})

test('a live model takes the place of the recorded answers', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'support-desk-'))
  try {
    const { changes } = await story(join(directory, 'live'), {
      url: 'https://models.example/v1',
      model: 'small',
    })
    await changes[0]?.apply(directory)
    const provider = parse(await readFile(join(directory, 'deploy/provider.yaml'), 'utf8'))
    expect(provider.spec).toMatchObject({ protocol: 'openai', endpoint: 'https://models.example/v1' })
    expect(await readFile(join(directory, 'deploy/refund-desk.yaml'), 'utf8')).toContain('model: "small"')
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
})
