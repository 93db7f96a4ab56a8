import { expect, test, vi } from 'vitest'
import type { Signal } from '../signals/signal.ts'
import { createOutbox } from './outbox.ts'
import { FakeContext } from './source.fake.ts'

const signals = (count: number, at = Date.UTC(2025, 11, 31)): Signal[] =>
  Array.from({ length: count }, (_, index) => ({
    kind: 'log',
    resource: { service: 'a' },
    at,
    severity: 0,
    body: String(index),
    attributes: {},
  }))

test('who puts more than can wait is held until the store has taken some', async () => {
  const context = new FakeContext()
  context.hold()
  const outbox = createOutbox(context)
  await outbox.put(signals(1999))
  let put = false
  const putting = outbox.put(signals(1)).then(() => {
    put = true
  })
  await new Promise(setImmediate)
  expect(put).toBe(false)
  context.release()
  await putting
  await outbox.close()
  expect(context.stored).toHaveLength(2000)
})

test('a position is saved after what belongs to it was stored, and not before', async () => {
  const context = new FakeContext()
  context.fail(new Error('disk full'))
  const outbox = createOutbox(context)
  await outbox.put(signals(1), 'one')
  await outbox.put([], 'two')
  await vi.waitFor(() => expect(outbox.status()).toMatchObject({ state: 'waiting', accepted: 0 }))
  expect(outbox.status().message).toContain('disk full')
  expect(context.position).toBeUndefined()
  context.fail()
  context.clock.advance(1000)
  await vi.waitFor(() => expect(context.position).toBe('two'))
  expect(outbox.status()).toEqual({ state: 'running', accepted: 1, refused: 0, lost: 0, lagMs: 86_401_000 })
  await outbox.close()
})

test('what the store did not take by the time of closing keeps its position', async () => {
  const context = new FakeContext()
  context.fail(new Error('disk full'))
  const outbox = createOutbox(context)
  await outbox.put(signals(1), 'one')
  await outbox.close()
  await outbox.put(signals(1), 'two')
  expect(context).toMatchObject({ stored: [], position: undefined })
})

test('the status says what was refused, lost and wrong, and says each once', async () => {
  const context = new FakeContext()
  const outbox = createOutbox(context)
  outbox.refuse(2, 'a is missing')
  outbox.refuse(1, 'a is missing')
  outbox.lose(3, 'too many')
  expect(outbox.status()).toMatchObject({ state: 'running', refused: 3, lost: 3, message: 'too many' })
  outbox.trouble('no answer')
  outbox.trouble('no answer')
  expect(outbox.status()).toMatchObject({ state: 'failed', message: 'no answer' })
  outbox.trouble()
  expect(outbox.status().state).toBe('running')
  expect(context.said).toEqual(['a is missing', 'too many', 'no answer'])
})
