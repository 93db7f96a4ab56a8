import { FakeClock } from '../../lib/clock.fake.ts'
import type { Signal } from '../signals/signal.ts'
import { type IntakeOptions, serveIntake } from './http.ts'
import { createIntakeQueue } from './queue.ts'
import type { PushSource } from './source.ts'

/** A running intake whose store is a list that can stand still. */
export async function runningIntake(sources: readonly PushSource[], options: Partial<IntakeOptions> = {}) {
  const clock = new FakeClock()
  const stored: Signal[] = []
  const said: string[] = []
  let gate: Promise<void> = Promise.resolve()
  const store = {
    async append(signals: readonly Signal[]) {
      await gate
      stored.push(...signals)
    },
  }
  const say = (text: string) => void said.push(text)
  const queue = createIntakeQueue({ store, clock, say, capacityBytes: 1000 })
  const server = await serveIntake({ sources, queue, clock, say, host: '127.0.0.1', port: 0, ...options })
  return {
    clock,
    queue,
    server,
    stored,
    said,
    /** The store takes nothing until the returned function is called. */
    hold(): () => void {
      const held = Promise.withResolvers<void>()
      gate = held.promise
      return held.resolve
    },
    post: (path: string, body: string | Uint8Array, headers: Record<string, string> = {}) =>
      fetch(`${server.url}${path}`, { method: 'POST', body: Buffer.from(body as Uint8Array), headers }),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]()
      await queue.close()
    },
  }
}
