/**
 * CPU of the gateway for one request, beside a bare node:http + undici proxy that parses and re-serialises JSON both
 * ways, in the same run, with the same load, in front of the same local upstream. Each is a process of its own; CPU is
 * user + system time of that process from /proc, so this runs on Linux only.
 *
 *   node bench/gateway.ts [--requests 8000] [--rounds 5] [--json]
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Pool } from 'undici'
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
const connections = 32
const ticksPerSecond = 100

const { values } = parseArgs({
  options: {
    role: { type: 'string' },
    target: { type: 'string' },
    requests: { type: 'string', default: '8000' },
    rounds: { type: 'string', default: '5' },
    json: { type: 'boolean', default: false },
  },
})

if (values.role === 'upstream') await serve(upstreamListener())
else if (values.role === 'bare') await serve(bareListener(values.target ?? ''))
else await compare(Number(values.requests), Number(values.rounds))

async function serve(listener: RequestListener): Promise<void> {
  console.log(await listenNear(createServer(listener), '127.0.0.1', 0))
}

/** Answers 950 bytes at once, or 20 chunks of a stream. */
function upstreamListener(): RequestListener {
  const whole = JSON.stringify({
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1,
    model: 'gpt-bench',
    choices: [
      { index: 0, message: { role: 'assistant', content: 'word '.repeat(140) }, finish_reason: 'stop' },
    ],
    usage: { prompt_tokens: 80, completion_tokens: 140, total_tokens: 220 },
  })
  const chunk = (delta: object, finish: string | null, usage: object | null = null, choices = true) =>
    `data: ${JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'gpt-bench', choices: choices ? [{ index: 0, delta, finish_reason: finish }] : [], usage })}\n\n`
  const events = [
    ...Array.from({ length: 20 }, (_, i) => chunk({ content: `word ${i} ` }, null)),
    chunk({}, 'stop'),
    chunk({}, null, { prompt_tokens: 80, completion_tokens: 20 }, false),
    'data: [DONE]\n\n',
  ]
  return async (request, response) => {
    let body = ''
    for await (const part of request) body += part
    if (!JSON.parse(body).stream) {
      response.writeHead(200, { 'content-type': 'application/json' }).end(whole)
      return
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    const next = (i: number): void => {
      if (i === events.length) response.end()
      else response.write(events[i], () => setImmediate(next, i + 1))
    }
    next(0)
  }
}

/** What one writes in an afternoon: no keys, no limits, no records. */
function bareListener(target: string): RequestListener {
  const pool = new Pool(target, { connections: 256 })
  return async (request, response) => {
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part)
    const asked = JSON.parse(Buffer.concat(parts).toString())
    const { statusCode, headers, body } = await pool.request({
      method: 'POST',
      path: '/v1/chat/completions',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...asked, model: 'gpt-bench' }),
    })
    response.statusCode = statusCode
    response.setHeader('content-type', String(headers['content-type']))
    if (asked.stream) body.pipe(response)
    else response.end(JSON.stringify(await body.json()))
  }
}

async function compare(requests: number, rounds: number): Promise<void> {
  const children: ChildProcess[] = []
  const state = await mkdtemp(join(tmpdir(), 'keelway-bench-'))
  const child = async (role: string, target = '') => {
    const started = spawn(process.execPath, [import.meta.filename, '--role', role, '--target', target], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    children.push(started)
    const [port] = await once(started.stdout, 'data')
    return { pid: started.pid ?? 0, url: `http://127.0.0.1:${Number(port)}` }
  }
  const upstream = await child('upstream')
  const bare = await child('bare', upstream.url)
  const gateway = await startGateway(state, upstream.url)
  try {
    const rows = []
    for (const stream of [false, true]) {
      const count = stream ? Math.ceil(requests / 4) : requests
      for (const { url } of [bare, gateway]) await load(url, Math.ceil(count / 4), stream)
      const costs = { bare: [] as number[], gateway: [] as number[] }
      for (let round = 0; round < rounds; round++) {
        costs.bare.push(await measure(bare, count, stream))
        costs.gateway.push(await measure(gateway, count, stream))
      }
      const [bareUs, gatewayUs] = [median(costs.bare), median(costs.gateway)]
      rows.push({
        load: stream ? 'streamed, 20 chunks' : 'whole answer, 950 B',
        bareUs,
        gatewayUs,
        ratio: gatewayUs / bareUs,
      })
    }
    const answered = requests * (rounds + 0.25) + Math.ceil(requests / 4) * (rounds + 0.25)
    if (gateway.records() < answered)
      throw new Error(`only ${gateway.records()} of ${answered} calls were recorded`)
    if (values.json) console.log(JSON.stringify({ requests, rounds, connections, rows }))
    else {
      console.log(`CPU µs per request, median of ${rounds} rounds, ${connections} connections`)
      for (const { load, bareUs, gatewayUs, ratio } of rows)
        console.log(
          `${load.padEnd(22)} bare ${bareUs.toFixed(0).padStart(5)}   gateway ${gatewayUs.toFixed(0).padStart(5)}   ratio ${ratio.toFixed(2)}`,
        )
    }
  } finally {
    await gateway.stop()
    for (const { pid } of children) if (pid) process.kill(pid)
    await rm(state, { recursive: true })
    process.exit()
  }
}

/** The real gateway process with a key, a route to the upstream, and call records reported to this process. */
async function startGateway(state: string, upstream: string) {
  const token = 'bench'
  let records = 0
  const hub = createHub({
    clock: systemClock,
    telemetry: {
      append: async calls => {
        records += calls.length
      },
    },
    blobs: { get: async () => undefined },
    token,
  })
  const control = createServer(
    serveRpc({ upstream: { target: hub.upstream, methods: upstreamMethods } }, { token }),
  )
  const port = await listenNear(control, '127.0.0.1', 0)
  const endpoints = join(state, 'endpoints.json')
  writePrivateFile(endpoints, JSON.stringify({ control: `http://127.0.0.1:${port}`, controlToken: token }))
  const gateway = await spawnGateway({
    state,
    control: endpoints,
    host: '127.0.0.1',
    port: 0,
    clock: systemClock,
  })
  while (hub.gateways().length === 0) await systemClock.sleep(10)
  const bundle = {
    serve: 'provider' as const,
    provider: {
      protocol: 'openai',
      endpoint: `${upstream}/v1`,
      secret: 'bench/openai/key',
      timeoutMs: 10_000,
    },
    model: 'gpt-bench',
    parameters: {},
  }
  await hub.control.publish(
    makeSnapshot(
      {
        routes: [
          {
            namespace: 'bench',
            name: 'r',
            model: 'r',
            stable: 'bench/r-1',
            phase: '',
            unit: 'session',
            record: { content: 'output', redact: true },
          },
        ],
        releases: {
          'bench/r-1': { namespace: 'bench', route: 'r', name: 'r-1', digest: 'sha256:1', bundle },
        },
        accessKeys: [{ namespace: 'bench', name: 'k', hash: digestOf(key), routes: [] }],
        budgets: [],
        secrets: { 'bench/openai/key': 'sk-bench' },
      },
      1,
    ),
  )
  return {
    ...gateway,
    records: () => records,
  }
}

async function measure(
  { pid, url }: { pid: number; url: string },
  count: number,
  stream: boolean,
): Promise<number> {
  const before = cpuSeconds(pid)
  await load(url, count, stream)
  // Records of the last calls are still on their way.
  await systemClock.sleep(250)
  return ((cpuSeconds(pid) - before) / count) * 1e6
}

async function load(url: string, count: number, stream: boolean): Promise<void> {
  const pool = new Pool(url, { connections })
  const body = JSON.stringify({
    model: 'r',
    messages: [{ role: 'user', content: 'please answer this question about an order '.repeat(6) }],
    ...(stream ? { stream } : {}),
  })
  let left = count
  const worker = async () => {
    while (left-- > 0) {
      const { statusCode, body: answer } = await pool.request({
        method: 'POST',
        path: '/v1/chat/completions',
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${key}`,
          'x-keelway-session': String(left),
        },
        body,
      })
      if (statusCode !== 200) throw new Error(`${url} answered ${statusCode}: ${await answer.text()}`)
      await answer.dump()
    }
  }
  await Promise.all(Array.from({ length: connections }, worker))
  await pool.close()
}

/** Fields 14 and 15 of proc(5) stat, in clock ticks. */
function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
}

function median(numbers: number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}
