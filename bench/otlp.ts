/**
 * What taking in OTLP costs. Without options: CPU of one core from the bytes of a request to signals. With --http: how many a
 * second come through the intake's port, from a process that sends as fast as it is answered, into nothing or into the
 * DuckDB store. Run: node bench/otlp.ts [--http [--store]] [--seconds 10] [--json]
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { gzipSync } from 'node:zlib'
import { systemClock } from '../src/lib/clock.ts'
import { serveIntake } from '../src/telemetry/intake/http.ts'
import { toProtobuf } from '../src/telemetry/intake/otlp/encode.fake.ts'
import { otlp } from '../src/telemetry/intake/otlp/otlp.ts'
import { createIntakeQueue } from '../src/telemetry/intake/queue.ts'
import type { PushSource } from '../src/telemetry/intake/source.ts'
import { openDuckDbSignals } from '../src/telemetry/signals/duckdb-signals.ts'
import type { Signal } from '../src/telemetry/signals/signal.ts'
import { bodies, perRequest } from './otlp/bodies.ts'
import { send } from './otlp/sender.ts'

const { values } = parseArgs({
  options: {
    http: { type: 'boolean', default: false },
    store: { type: 'boolean', default: false },
    seconds: { type: 'string', default: '10' },
    json: { type: 'boolean', default: false },
    /** Of the process that sends. */
    send: { type: 'string' },
    what: { type: 'string', default: '' },
  },
})

const cpuMicroseconds = (since?: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(since)
  return user + system
}

async function decoding(what: string, path: string, body: Buffer, type: string) {
  let signals = 0
  const emit = async (batch: readonly Signal[]) => {
    signals += batch.length
  }
  const request = {
    method: 'POST',
    path,
    query: new URLSearchParams(),
    headers: { 'content-type': type },
    body,
  }
  for (let warm = 0; warm < 20; warm++) await otlp.take(request, emit, systemClock)
  signals = 0
  const before = process.cpuUsage()
  while (signals < 400_000) await otlp.take(request, emit, systemClock)
  const microseconds = cpuMicroseconds(before) / signals
  return {
    what,
    encoding: type.split(/[/-]/).at(-1),
    'bytes each': Math.round(body.length / perRequest),
    'gzip bytes each': Math.round(gzipSync(body).length / perRequest),
    'µs CPU each': Number(microseconds.toFixed(2)),
    'a second on one core': Math.round(1e6 / microseconds),
  }
}

/** The intake with everything on, and a process beside it that sends. */
async function throughPort(what: string) {
  const folder = await mkdtemp(join(tmpdir(), 'keelway-bench-otlp-'))
  const nothing = { append: async () => undefined, close: async () => undefined }
  const path = join(folder, 'signals.duckdb')
  const store = values.store ? await openDuckDbSignals({ path, clock: systemClock }) : nothing
  const say = (text: string) => console.error(text)
  const queue = createIntakeQueue({ store, clock: systemClock, say })
  /** When the first request was there: the other process takes its time to start. */
  let [before, began]: [NodeJS.CpuUsage | undefined, number] = [undefined, 0]
  const take: PushSource['take'] = (...request) => {
    if (before === undefined) [before, began] = [process.cpuUsage(), performance.now()]
    return otlp.take(...request)
  }
  const server = await serveIntake({
    sources: [{ ...otlp, take }],
    queue,
    clock: systemClock,
    say,
    host: '127.0.0.1',
    port: 0,
  })
  const sender = spawn(
    process.execPath,
    [import.meta.filename, '--send', server.url, '--what', what, '--seconds', values.seconds],
    { stdio: 'inherit' },
  )
  await once(sender, 'exit')
  const seconds = (performance.now() - began) / 1000
  const microseconds = cpuMicroseconds(before)
  const { accepted = 0, refused, lost, message = '' } = server.status().otlp ?? {}
  await server[Symbol.asyncDispose]()
  await queue.close()
  await store.close()
  await rm(folder, { recursive: true })
  return {
    what,
    into: values.store ? 'DuckDB' : 'nothing',
    'a second': Math.round(accepted / seconds),
    'µs CPU each': Number((microseconds / accepted).toFixed(2)),
    'a second on one core': Math.round((1e6 * accepted) / microseconds),
    refused,
    lost,
    message,
  }
}

const results = []
if (values.send !== undefined) await send(values.send, values.what, Number(values.seconds))
else if (values.http) for (const [what] of bodies) results.push(await throughPort(what))
else
  for (const [what, path, json] of bodies) {
    results.push(await decoding(what, path, Buffer.from(toProtobuf(path, json)), 'application/x-protobuf'))
    results.push(await decoding(what, path, Buffer.from(JSON.stringify(json)), 'application/json'))
  }
if (values.json) console.log(JSON.stringify(results))
else if (results.length > 0) console.table(results)
