import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { FakeClock } from '../../lib/clock.fake.ts'
import type { Signal } from '../signals/signal.ts'
import { FakeContext } from './source.fake.ts'
import { type IntakeRequest, type PushSource, type Source, SourceError, StoreBehind } from './source.ts'

/** Where a source finds something: a folder, a server, a feed. Made anew for each test. */
export interface SourceWorld<Settings> extends Partial<AsyncDisposable> {
  settings: Settings
  /** Makes something new that the source has to find; the number of signals that it is. */
  produce(): Promise<number>
  /** Lets the source look again, such as by moving the clock; called over and over. */
  pass(): void | Promise<void>
}

export interface SourceCase<Settings> {
  source: Source<Settings>
  world(context: FakeContext): Promise<SourceWorld<Settings>>
  /** Settings that can not be used, and what the error has to name. */
  wrong: { settings: unknown; names: RegExp }
  /** Of a source that only says how things are now, such as a scrape: what is gone is gone. */
  momentary?: boolean
}

/** What every Source must do. */
export function sourceContract<Settings>(name: string, subject: SourceCase<Settings>): void {
  const { source } = subject
  const start = async () => {
    const context = new FakeContext()
    const world = await subject.world(context)
    const open = () => source.open(world.settings, context)
    const until = (condition: () => void) =>
      vi.waitFor(
        async () => {
          await world.pass()
          condition()
        },
        { timeout: 5000, interval: 5 },
      )
    const stop = () => world[Symbol.asyncDispose]?.()
    return { context, world, open, until, stop }
  }

  describe(`${name} as a source`, () => {
    test('hands on what is there, well formed, and counts it', async () => {
      const { context, world, open, until, stop } = await start()
      const opened = await open()
      const expected = await world.produce()
      await until(() => expect(context.stored.length).toBeGreaterThanOrEqual(expected))
      for (const signal of context.stored) expectWellFormed(signal)
      expect(opened.status()).toMatchObject({ state: 'running', accepted: context.stored.length, lost: 0 })
      await opened.close()
      await stop?.()
    })

    test('takes no more while the store has not taken what it handed on', async () => {
      const { context, world, open, until, stop } = await start()
      context.hold()
      const opened = await open()
      await world.produce()
      await until(() => expect(context.inFlight).toBeGreaterThan(0))
      await world.produce()
      for (let pass = 0; pass < 5; pass++) await world.pass()
      expect(context.mostInFlight).toBe(1)
      expect(context.stored).toEqual([])
      context.release()
      await opened.close()
      await stop?.()
    })

    test('goes on after the store failed, and loses nothing that it could ask for again', async () => {
      const { context, world, open, until, stop } = await start()
      context.fail(new StoreBehind(1))
      const opened = await open()
      const first = await world.produce()
      for (let pass = 0; pass < 5; pass++) await world.pass()
      context.fail()
      const second = subject.momentary ? await world.produce() : 0
      await until(() => expect(context.stored.length).toBeGreaterThanOrEqual(second || first))
      await opened.close()
      await stop?.()
    })

    test('comes back after a restart without telling again what it told', async () => {
      const { context, world, open, until, stop } = await start()
      const opened = await open()
      const first = await world.produce()
      await until(() => expect(context.stored.length).toBeGreaterThanOrEqual(first))
      await opened.close()
      const told = new Set(context.stored.map(signal => JSON.stringify(signal)))
      const before = context.stored.length
      expect(told.size).toBe(before)
      context.abort()
      const again = await open()
      const second = await world.produce()
      await until(() => expect(context.stored.length).toBeGreaterThanOrEqual(before + second))
      const repeated = context.stored.slice(before).filter(signal => told.has(JSON.stringify(signal)))
      expect(repeated).toEqual([])
      await again.close()
      await stop?.()
    })

    test('hands on nothing after it was closed', async () => {
      const { context, world, open, until, stop } = await start()
      const opened = await open()
      const expected = await world.produce()
      await until(() => expect(context.stored.length).toBeGreaterThanOrEqual(expected))
      await opened.close()
      const { length } = context.stored
      await world.produce()
      for (let pass = 0; pass < 5; pass++) await world.pass()
      expect(context.stored.length).toBe(length)
      await stop?.()
    })

    test('names the setting that is wrong', async () => {
      const { settings, names } = subject.wrong
      const opening = source.open(settings as Settings, new FakeContext())
      await expect(opening).rejects.toBeInstanceOf(SourceError)
      await expect(opening).rejects.toThrow(names)
    })
  })
}

export interface PushCase {
  source: PushSource
  /** Requests as the real sender makes them, and how many signals each of them is. */
  good: readonly { request: IntakeRequest; signals: number }[]
  /** A request that no sender means. */
  malformed: IntakeRequest
}

/** What every PushSource must do. */
export function pushSourceContract(name: string, subject: PushCase): void {
  const { source, good, malformed } = subject
  const clock = new FakeClock()

  describe(`${name} as a source that is written to`, () => {
    test('hands on every signal, well formed, and says so', async () => {
      for (const { request, signals } of good) {
        const stored: Signal[] = []
        const answer = await source.take(request, async batch => void stored.push(...batch), clock)
        expect(answer.status).toBeGreaterThanOrEqual(200)
        expect(answer.status).toBeLessThan(300)
        expect(stored).toHaveLength(signals)
        for (const signal of stored) expectWellFormed(signal)
      }
    })

    test('answers at its paths only after the signals were stored', async () => {
      for (const { request } of good) {
        expect(source.paths).toContain(request.path)
        const gate = Promise.withResolvers<void>()
        let answered = false
        const taking = source
          .take(request, () => gate.promise, clock)
          .then(() => {
            answered = true
          })
        await new Promise(setImmediate)
        expect(answered).toBe(false)
        gate.resolve()
        await taking
      }
    })

    test('lets the sender know when the store is behind', async () => {
      const [first] = good
      if (!first) throw new Error('a case needs one good request')
      const behind = async () => {
        throw new StoreBehind(3)
      }
      await expect(source.take(first.request, behind, clock)).rejects.toBeInstanceOf(StoreBehind)
    })

    test('refuses what is malformed and hands on nothing of it', async () => {
      const stored: Signal[] = []
      const answer = await source.take(malformed, async batch => void stored.push(...batch), clock)
      expect(answer.status).toBe(400)
      expect(answer.refused).toBeGreaterThan(0)
      expect(stored).toEqual([])
    })

    test('answers any bytes, cut or changed requests too, with 2xx or 4xx', async () => {
      const requests = good.map(({ request }) => request)
      const body = fc.oneof(
        fc.uint8Array({ maxLength: 200 }).map(bytes => () => Buffer.from(bytes)),
        fc.nat(10_000).map(at => (whole: Buffer) => whole.subarray(0, at % (whole.length + 1))),
        fc.tuple(fc.nat(10_000), fc.nat(255)).map(([at, byte]) => (whole: Buffer) => {
          const changed = Buffer.from(whole)
          if (changed.length > 0) changed[at % changed.length] = byte
          return changed
        }),
      )
      await fc.assert(
        fc.asyncProperty(fc.constantFrom(...requests), body, async (request, change) => {
          const stored: Signal[] = []
          const emit = async (batch: readonly Signal[]) => void stored.push(...batch)
          const answer = await source.take({ ...request, body: change(request.body) }, emit, clock)
          expect([2, 4]).toContain(Math.floor(answer.status / 100))
          for (const signal of stored) expectWellFormed(signal)
        }),
        { numRuns: 300 },
      )
    })
  })
}

/** A request as the server hands it on. */
export const intakeRequest = (
  path: string,
  body: string | Uint8Array,
  headers: Record<string, string> = { 'content-type': 'application/json' },
): IntakeRequest => ({
  method: 'POST',
  path,
  query: new URLSearchParams(),
  headers,
  body: Buffer.from(body as Uint8Array),
})

/** What every source owes to the store: known times, bounded texts, plain values. */
export function expectWellFormed(signal: Signal): void {
  expect(Number.isFinite(signal.at)).toBe(true)
  expect(signal.at).toBeGreaterThan(0)
  expect(typeof signal.resource.service).toBe('string')
  const attributes = Object.entries(signal.attributes)
  expect(attributes.length).toBeLessThanOrEqual(128)
  for (const [key, value] of attributes) {
    expect(key.length).toBeLessThanOrEqual(256)
    expect(['string', 'number', 'boolean']).toContain(typeof value)
    if (typeof value === 'string') expect(value.length).toBeLessThanOrEqual(4096)
    if (typeof value === 'number') expect(Number.isFinite(value)).toBe(true)
  }
  for (const value of Object.values(signal.resource)) expect(value.length).toBeLessThanOrEqual(256)
  if (signal.kind === 'log') expect(signal.body.length).toBeLessThanOrEqual(65_536)
  if (signal.kind === 'event') expect(signal.key).not.toBe('')
  if (signal.kind === 'change') expect(signal.id).not.toBe('')
  if (signal.kind === 'metric') expect(Number.isFinite(signal.value)).toBe(true)
}
