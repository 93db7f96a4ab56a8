/**
 * Memory of the gateway with many streams open that each get a chunk every few seconds, and with readers who stop
 * reading while the provider goes on sending. Gateway and upstream are processes of their own; memory is resident
 * memory from /proc, so this runs on Linux only. A stream takes two file descriptors of its worker: 10,000 in one worker
 * need `ulimit -n` above 20,500.
 *
 *   node bench/streams.ts [--streams 10000] [--workers 2] [--chunks 4] [--pause 2000] [--readers 200] [--json]
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { request } from 'undici'
import { createHub } from '../src/gateway/hub.ts'
import { listenNear } from '../src/gateway/listen.ts'
import { spawnGateway } from '../src/gateway/process.ts'
import { makeSnapshot } from '../src/gateway/snapshot.ts'
import { upstreamMethods } from '../src/gateway/transport.ts'
import { systemClock } from '../src/lib/clock.ts'
import { digestOf } from '../src/lib/digest.ts'
import { writePrivateFile } from '../src/lib/private-file.ts'
import { serveRpc } from '../src/lib/rpc.ts'

const key = 'kw-bench'
const model = 'bench'
/** What a provider sends to a reader who has stopped, in bytes. */
const floodBytes = 32 << 20

const { values } = parseArgs({
  options: {
    role: { type: 'string' },
    streams: { type: 'string', default: '10000' },
    workers: { type: 'string', default: '2' },
    chunks: { type: 'string', default: '4' },
    pause: { type: 'string', default: '2000' },
    readers: { type: 'string', default: '200' },
    json: { type: 'boolean', default: false },
  },
})
const [streams, workers, chunks, pauseMs, readers] = [
  values.streams,
  values.workers,
  values.chunks,
  values.pause,
  values.readers,
].map(Number) as [number, number, number, number, number]

if (values.role === 'upstream') await serveUpstream()
else await measure()

async function serveUpstream(): Promise<void> {
  const chunk = (text: string) =>
    `data: ${JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model, choices: [{ index: 0, delta: { content: text }, finish_reason: null }] })}\n\n`
  const end = `data: ${JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model, choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })}\n\ndata: [DONE]\n\n`
  const slow = async (response: ServerResponse): Promise<void> => {
    for (let i = 0; i < chunks; i++) {
      response.write(chunk(`word ${i} `))
      await systemClock.sleep(pauseMs)
    }
    response.end(end)
  }
  const flood = async (response: ServerResponse): Promise<void> => {
    const piece = chunk('word '.repeat(200))
    let wake = () => {}
    response.on('drain', () => wake())
    response.on('close', () => wake())
    for (let sent = 0; sent < floodBytes && !response.destroyed; sent += piece.length) {
      if (response.write(piece)) continue
      await new Promise<void>(resolve => {
        wake = resolve
      })
    }
    response.end(end)
  }
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const part of request) body += part
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.socket?.setNoDelay(true)
    if (body.includes('warm')) response.end(end)
    else await (body.includes('flood') ? flood(response) : slow(response))
  })
  server.listen({ host: '127.0.0.1', port: 0, backlog: 4096 }, () => {
    const address = server.address()
    console.log(typeof address === 'object' && address ? address.port : '')
  })
}

async function measure(): Promise<void> {
  await using stack = new AsyncDisposableStack()
  const upstream = spawn(
    process.execPath,
    [import.meta.filename, '--role', 'upstream', '--chunks', String(chunks), '--pause', String(pauseMs)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  stack.defer(() => void upstream.kill('SIGKILL'))
  const upstreamPort = await firstLine(upstream)
  const state = await mkdtemp(join(tmpdir(), 'keelway-streams-'))
  stack.defer(() => rm(state, { recursive: true }))
  const { url, pids } = await startGateway(state, upstreamPort, stack)
  const port = Number(new URL(url).port)

  for (let i = 0; i < 500; i++) await openStream(port, 'warm').closed
  const idle = memoryOf(pids)
  const began = performance.now()
  const open: Stream[] = []
  let peak = idle
  while (open.length < streams) {
    for (let i = 0; i < 100 && open.length < streams; i++) open.push(openStream(port, 'slow'))
    await Promise.all(open.slice(-100).map(stream => stream.begun))
    peak = Math.max(peak, memoryOf(pids))
  }
  const openedMs = performance.now() - began
  const atOnce = open.filter(stream => !stream.ended).length
  let cancel = () => {}
  const sample = (): void => {
    peak = Math.max(peak, memoryOf(pids))
    cancel = systemClock.after(100, sample)
  }
  sample()
  const results = await Promise.allSettled(open.map(stream => stream.closed))
  cancel()
  const whole = open.filter(stream => stream.done).length
  const broken = results.filter(({ status }) => status === 'rejected').length

  await systemClock.sleep(2000)
  const before = memoryOf(pids)
  const stopped = Array.from({ length: readers }, () => openStream(port, 'flood', true))
  await Promise.all(stopped.map(stream => stream.begun))
  await systemClock.sleep(5000)
  const held = memoryOf(pids) - before
  for (const stream of stopped) stream.destroy()
  const report = {
    streams,
    workers,
    atOnce,
    whole,
    broken,
    openedMs: Math.round(openedMs),
    memory: {
      idleMb: mb(idle),
      peakMb: mb(peak),
      perStreamKb: Math.round((peak - idle) / streams / 1024),
      stoppedReaders: readers,
      sentToEachMb: mb(floodBytes),
      perStoppedReaderKb: Math.round(held / readers / 1024),
    },
  }
  if (values.json) console.log(JSON.stringify(report))
  else
    console.log(
      [
        `${atOnce} of ${streams} streams open at once in ${workers} worker(s), opened in ${Math.round(openedMs)} ms; ${whole} ended whole, ${broken} broken`,
        `resident memory of all gateway processes: idle ${mb(idle)} MB, peak ${mb(peak)} MB: ${report.memory.perStreamKb} kB a stream`,
        `${readers} readers who stopped while ${mb(floodBytes)} MB were sent to each: ${report.memory.perStoppedReaderKb} kB held for each`,
      ].join('\n'),
    )
}

interface Stream {
  /** Resolves with the first byte. */
  begun: Promise<void>
  /** Resolves at the end; rejects when it was cut off. */
  closed: Promise<void>
  done: boolean
  ended: boolean
  destroy(): void
}

/** One request over a connection of its own; nothing of the answer is kept. */
function openStream(port: number, content: string, stops = false): Stream {
  const body = JSON.stringify({ model, stream: true, messages: [{ role: 'user', content }] })
  const head = `POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${key}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n`
  const socket = connect({ port, host: '127.0.0.1' }, () => socket.write(head + body))
  const first = Promise.withResolvers<void>()
  const last = Promise.withResolvers<void>()
  const stream: Stream = {
    begun: first.promise,
    closed: last.promise,
    done: false,
    ended: false,
    destroy: () => socket.destroy(),
  }
  // Not every caller waits for the end.
  last.promise.catch(() => undefined)
  let tail = ''
  socket.on('data', data => {
    first.resolve()
    tail = (tail + data.toString('latin1')).slice(-64)
    if (tail.includes('[DONE]')) stream.done = true
    if (stops) socket.pause()
  })
  const finish = (error?: Error): void => {
    stream.ended = true
    first.resolve()
    if (error || !stream.done) last.reject(error ?? new Error('cut off'))
    else last.resolve()
  }
  socket.on('error', finish)
  socket.on('close', () => finish())
  return stream
}

async function startGateway(state: string, upstreamPort: string, stack: AsyncDisposableStack) {
  const token = 'bench'
  const hub = createHub({
    clock: systemClock,
    telemetry: { append: async () => {} },
    blobs: { get: async () => undefined },
    token,
  })
  const server = createServer(
    serveRpc({ upstream: { target: hub.upstream, methods: upstreamMethods } }, { token }),
  )
  const control = await listenNear(server, '127.0.0.1', 0)
  stack.defer(() => {
    server.close()
    server.closeAllConnections()
  })
  const endpoints = join(state, 'endpoints.json')
  writePrivateFile(endpoints, JSON.stringify({ control: `http://127.0.0.1:${control}`, controlToken: token }))
  const gateway = await spawnGateway({
    state,
    control: endpoints,
    host: '127.0.0.1',
    port: 0,
    clock: systemClock,
    workers,
  })
  stack.defer(() => gateway.stop())
  const connected = async () => {
    while (hub.gateways().length < workers) await systemClock.sleep(20)
  }
  await connected()
  await hub.control.publish(
    makeSnapshot(
      {
        routes: [
          {
            namespace: 'bench',
            name: 'bench',
            model,
            stable: 'bench/bench-1',
            phase: '',
            unit: 'call',
            record: { content: 'none', redact: true },
          },
        ],
        releases: {
          'bench/bench-1': {
            namespace: 'bench',
            route: 'bench',
            name: 'bench-1',
            digest: digestOf('bench-1'),
            bundle: {
              serve: 'provider',
              provider: {
                protocol: 'openai',
                endpoint: `http://127.0.0.1:${upstreamPort}/v1`,
                timeoutMs: 600_000,
              },
              model: 'gpt-bench',
              parameters: {},
            },
          },
        },
        accessKeys: [{ namespace: 'bench', name: 'bench', hash: digestOf(key), routes: [] }],
        budgets: [],
        secrets: {},
      },
      1,
    ),
  )
  return { url: gateway.url, pids: await workerPids(gateway.url) }
}

/** Processes that answer; the one that keeps them running holds no streams. */
async function workerPids(url: string): Promise<number[]> {
  const pids = new Map<number, number>()
  while (pids.size < workers) {
    const { body } = await request(`${url}/healthz`, { reset: true })
    const { worker } = (await body.json()) as { worker: { index: number; pid: number } }
    pids.set(worker.index, worker.pid)
  }
  return [...pids.values()]
}

function memoryOf(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => {
    const found = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
    return sum + Number(found?.[1] ?? 0) * 1024
  }, 0)
}

function mb(bytes: number): number {
  return Math.round(bytes / (1 << 20))
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new Error('the upstream has no output')
  const [data] = (await once(child.stdout, 'data')) as [Buffer]
  return data.toString().trim()
}
