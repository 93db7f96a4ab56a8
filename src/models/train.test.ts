import { expect, test } from 'vitest'
import { FakeClock } from '../lib/clock.fake.ts'
import { systemClock } from '../lib/clock.ts'
import { digestOf } from '../lib/digest.ts'
import { runtimeFor, trainerNamed } from './index.ts'
import type { Row } from './model.ts'
import { trainInWorker } from './train.ts'

const rows = (count: number, words = 8): Row[] =>
  Array.from({ length: count }, (_, n) => ({
    input: `${n % 2 ? 'card' : 'refund'} ${Array.from({ length: words }, (_, w) => (n * 7919 + w * 104729) % 9973).join(' ')}`,
    label: n % 2 ? 'card' : 'refund',
  }))

const request = { trainer: 'linear-text', parameters: {}, from: rows(50) }

test('a worker makes the bytes that training in the same thread makes', async () => {
  const trained = await trainInWorker(request, { clock: systemClock })
  const trainer = trainerNamed('linear-text')
  expect(trained.digest).toBe(digestOf(trainer.train(rows(50), trainer.parameters({}))))
  expect(trained).toMatchObject({ format: 'linear-text', rows: 50, labels: ['card', 'refund'] })
  expect(trained.seconds).toBeGreaterThan(0)
  expect(runtimeFor(trained.format).load(trained.artefact).predict('my card').label).toBe('card')
})

test('a dataset is read in the worker and its faults name file and line', async () => {
  const content = (text: string) => ({
    ...request,
    from: {
      name: 'data/mail.csv',
      bytes: Buffer.from(text),
      format: 'csv' as const,
      input: 'text',
      label: 'kind',
    },
  })
  const trained = await trainInWorker(content('text,kind\nmy card,a\nmy refund,b\n'), { clock: systemClock })
  expect(trained).toMatchObject({ rows: 2, labels: ['a', 'b'] })
  await expect(
    trainInWorker(content('text,kind\nmy card,a\nmy refund\n'), { clock: systemClock }),
  ).rejects.toThrow('training with linear-text: data/mail.csv:3: 1 fields, but the header has 2')
})

test('an unknown trainer, a bad parameter and a single label are refused with the reason', async () => {
  const train = (change: object) => trainInWorker({ ...request, ...change }, { clock: systemClock })
  await expect(train({ trainer: 'magic' })).rejects.toThrow('no trainer is named "magic"')
  await expect(train({ parameters: { epochs: 0 } })).rejects.toThrow(
    'parameters of trainer linear-text: epochs: ',
  )
  await expect(train({ from: [{ input: 'a', label: 'x' }] })).rejects.toThrow('training needs at least two')
})

test('an aborted training ends with the reason, before it begins or while it runs', async () => {
  const long = { ...request, from: rows(4000, 100), parameters: { epochs: 100 } }
  const early = AbortSignal.abort(new Error('changed my mind'))
  await expect(trainInWorker(long, { clock: systemClock, signal: early })).rejects.toThrow('changed my mind')
  const controller = new AbortController()
  const running = trainInWorker(long, { clock: systemClock, signal: controller.signal })
  controller.abort(new Error('a newer commit is here'))
  await expect(running).rejects.toThrow('a newer commit is here')
})

test('a training that takes too long is stopped', async () => {
  const clock = new FakeClock()
  const running = trainInWorker(
    { ...request, from: rows(4000, 100), parameters: { epochs: 100 } },
    { clock, timeoutMs: 5000 },
  )
  clock.advance(5000)
  await expect(running).rejects.toThrow('training with linear-text took more than 5 s and was stopped')
})

test('a training that needs too much memory is stopped and says so', async () => {
  const lines = Array.from({ length: 200_000 }, (_, n) => `{"text":"${n} abcdefgh","label":"${n % 2}"}`).join(
    '\n',
  )
  const from = {
    name: 'big.jsonl',
    bytes: Buffer.from(lines),
    format: 'jsonl' as const,
    input: 'text',
    label: 'label',
  }
  await expect(trainInWorker({ ...request, from }, { clock: systemClock, memoryMb: 16 })).rejects.toThrow(
    'training with linear-text needs more than 16 MB: train from fewer rows',
  )
})
