/**
 * How many spans and log records a second a signal store takes with questions running, what it says of ten million
 * spans and how fast, and how much disk each needs.
 *
 *     node bench/signals.ts [--spans 10000000] [--logs 4000000] [--batch 4000] [--keep FOLDER]
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { systemClock } from '../src/lib/clock.ts'
import { openDuckDbSignals } from '../src/telemetry/signals/duckdb-signals.ts'
import type { Signal } from '../src/telemetry/signals/signal.ts'
import type { SignalStore, Window } from '../src/telemetry/signals/signal-store.ts'
import { logMaker, spanMaker } from './signals/made.ts'

const { values } = parseArgs({
  options: {
    spans: { type: 'string', default: '10000000' },
    logs: { type: 'string', default: '4000000' },
    batch: { type: 'string', default: '4000' },
    keep: { type: 'string' },
  },
})
const [spans, logs, batch] = [Number(values.spans), Number(values.logs), Number(values.batch)]
const folder = values.keep ?? (await mkdtemp(join(tmpdir(), 'keelway-bench-signals-')))
const path = join(folder, 'signals.duckdb')
const store = await openDuckDbSignals({ path, clock: systemClock })
const minute = 60_000
const begin = Math.floor(systemClock.now() / minute) * minute - 3_600_000
const window = { from: begin, to: begin + 3_600_000 }

const cpuSeconds = (since?: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(since)
  return (user + system) / 1e6
}

/** Appends `total` signals, eight batches at a time, with a question a second beside them. */
async function intake(name: string, total: number, make: (count: number) => Signal[]): Promise<void> {
  const before = (await store.stats()).bytes
  let [left, making, slowest, asked] = [total, 0, 0, 0]
  const cpu = process.cpuUsage()
  const start = performance.now()
  let over = false
  const asking = (async () => {
    while (!over) {
      await systemClock.sleep(1000)
      const began = performance.now()
      await questions[asked++ % questions.length]?.[1](window)
      slowest = Math.max(slowest, performance.now() - began)
    }
  })()
  const feed = async () => {
    while (left > 0) {
      const count = Math.min(batch, left)
      left -= count
      const made = process.cpuUsage()
      const signals = make(count)
      making += cpuSeconds(made)
      await store.append(signals)
    }
  }
  const upkeep = setInterval(() => void store.maintain(systemClock.now()), 15_000)
  await Promise.all(Array.from({ length: 8 }, feed))
  const seconds = (performance.now() - start) / 1000
  over = true
  await asking
  clearInterval(upkeep)
  const used = cpuSeconds(cpu) - making
  await store.maintain(systemClock.now())
  const after = (await store.stats()).bytes
  console.log(
    `${name}: ${Math.round(total / seconds)}/s by the clock, ${((used / total) * 1e6).toFixed(2)} µs of CPU each ` +
      `(${Math.round((2 * total) / used)}/s on two free cores), ${((after - before) / total).toFixed(1)} bytes each, ` +
      `slowest of ${asked} questions ${Math.round(slowest)} ms`,
  )
}

const questions: [string, (window: Window) => ReturnType<SignalStore[keyof SignalStore]>][] = [
  ['service graph', window => store.serviceGraph(window)],
  [
    'p95 per minute of a service',
    window => store.requests({ resource: { service: 'service-7' }, window, stepMs: minute }),
  ],
  ['p95 per minute of everything', window => store.requests({ resource: {}, window, stepMs: minute })],
  ['operations by p95', window => store.top({ of: 'operations', measure: 'p95', window, limit: 20 })],
  ['templates', window => store.templates({ window, limit: 50 })],
]

async function ask(): Promise<void> {
  for (const [name, question] of questions) {
    const times: number[] = []
    const cpu = process.cpuUsage()
    for (let i = 0; i < 5; i++) {
      const start = performance.now()
      await question(window)
      times.push(performance.now() - start)
    }
    times.sort((a, b) => a - b)
    console.log(
      `${name}: ${Math.round(times[2] ?? 0)} ms (worst ${Math.round(times[4] ?? 0)}), ${Math.round(cpuSeconds(cpu) * 200)} ms of CPU`,
    )
  }
}

await intake('spans', spans, spanMaker(begin, 50_000))
await ask()
await intake('logs', logs, logMaker(begin, 100_000))
await ask()
const { rows, bytes } = await store.stats()
console.log(
  `stored: ${JSON.stringify(rows)}, ${(bytes / 2 ** 20).toFixed(0)} MiB, peak ${Math.round(process.resourceUsage().maxRSS / 1024)} MiB of memory`,
)
await store.close()
if (!values.keep) await rm(folder, { recursive: true })
