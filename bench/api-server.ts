/**
 * The whole API over TLS: creates/s with 1 and 50 writers beside etcd's puts/s in turn, a list of 10,000 objects, and
 * the delay from a write's answer to 100 watchers at 100 writes/s. The server runs in a process of its own.
 * `node bench/api-server.ts [--seconds N] [--rounds N] [--dir DIR] [--json]`
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { Pool } from 'undici'
import { startEtcd } from './etcd.ts'
import { measureWriters, medianRate, type Put, type Rate, showRate, value800 } from './writers.ts'

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '3' },
    dir: { type: 'string', default: tmpdir() },
    json: { type: 'boolean', default: false },
    serve: { type: 'string' },
  },
})

interface Access {
  url: string
  ca: string
  token: string
}

const collection = '/apis/keelway.dev/v1alpha1/namespaces/default/prompts'
const listed = 10_000
const watchers = 100
const writesPerSecond = 100

/** The server's process: says where it is, and ends when its input does. */
async function runServer(directory: string): Promise<void> {
  const { serve } = await import('../src/server/served.fake.ts')
  const served = await serve(directory)
  const access: Access = { url: served.listener.url, ca: served.ca, token: served.token }
  console.log(JSON.stringify(access))
  process.stdin.resume()
  await once(process.stdin, 'end')
  await served[Symbol.asyncDispose]()
}

async function startServer(directory: string): Promise<Access & { process: ChildProcess }> {
  const child = spawn(process.execPath, [import.meta.filename, '--serve', directory], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
  return { ...(JSON.parse(line) as Access), process: child }
}

async function measure(): Promise<void> {
  const directory = await mkdtemp(join(options.dir, 'keelway-bench-'))
  const server = await startServer(directory)
  try {
    const creates = await measureCreates(server, directory)
    const list = await measureList(server)
    const watch = await measureWatch(server)
    console.error(
      `list of ${listed} objects: ${list.medianMs.toFixed(0)} ms, ${(list.bytes / 1e6).toFixed(1)} MB`,
    )
    console.error(
      `write to ${watchers} watchers at ${watch.writesPerSecond.toFixed(0)} writes/s: ` +
        `p50 ${watch.p50Ms.toFixed(1)} ms, p99 ${watch.p99Ms.toFixed(1)} ms, ${watch.events} events`,
    )
    if (options.json) console.log(JSON.stringify({ bench: 'api-server', ...creates, list, watch }))
  } finally {
    server.process.stdin?.end()
    await once(server.process, 'exit')
    await rm(directory, { recursive: true })
  }
}

const promptText = (name: string, content: string): string =>
  JSON.stringify({
    apiVersion: 'keelway.dev/v1alpha1',
    kind: 'Prompt',
    metadata: { name },
    spec: { messages: [{ role: 'system', content }] },
  })

/** Creates a new object with each call. */
function createsThrough(pool: Pool, { token }: Access, round: string): Put {
  let made = 0
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  return async (writer, _, value) => {
    made++
    const body = promptText(`${round}-w${writer}-${made}`, value)
    const answer = await pool.request({ method: 'POST', path: collection, headers, body })
    await answer.body.dump()
    if (answer.statusCode !== 201) throw new Error(`a create was answered ${answer.statusCode}`)
  }
}

async function measureCreates(access: Access, directory: string) {
  const [seconds, rounds] = [Number(options.seconds), Number(options.rounds)]
  await using etcd = await startEtcd(directory)
  if (!etcd) console.error('etcd is missing: install it (Debian: apt-get install etcd-server) to compare')
  const results: { writers: number; api: Rate; etcd: Rate | undefined; ratio: number | undefined }[] = []
  for (const writers of [1, 50]) {
    const pool = new Pool(access.url, { connections: writers, connect: { ca: access.ca } })
    const create = createsThrough(pool, access, `of-${writers}`)
    const [ours, theirs]: [Rate[], Rate[]] = [[], []]
    await measureWriters(create, writers, 1)
    if (etcd) await measureWriters(etcd.put, writers, 0.5)
    for (let round = 0; round < rounds; round++) {
      ours.push(await measureWriters(create, writers, seconds))
      if (etcd) theirs.push(await measureWriters(etcd.put, writers, seconds))
    }
    await pool.close()
    const [api, other] = [medianRate(ours), etcd && medianRate(theirs)]
    const ratio = other && api.perSecond / other.perSecond
    results.push({ writers, api, etcd: other, ratio })
    console.error(`${writers} writer(s): API ${showRate(api)}`)
    if (other) console.error(`  etcd ${etcd?.version}: ${showRate(other)}; API / etcd = ${ratio?.toFixed(2)}`)
  }
  return { valueBytes: value800.length, etcd: etcd?.version ?? 'missing', results }
}

async function measureList(access: Access) {
  const namespace = 'listed'
  const headers = { authorization: `Bearer ${access.token}`, 'content-type': 'application/json' }
  const pool = new Pool(access.url, { connections: 20, connect: { ca: access.ca } })
  const post = async (path: string, body: string) => {
    const answer = await pool.request({ method: 'POST', path, headers, body })
    await answer.body.dump()
    if (answer.statusCode !== 201) throw new Error(`a create was answered ${answer.statusCode}`)
  }
  await post(
    '/api/v1/namespaces',
    JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }),
  )
  const path = collection.replace('default', namespace)
  for (let made = 0; made < listed; made += 50)
    await Promise.all(Array.from({ length: 50 }, (_, i) => post(path, promptText(`p${made + i}`, value800))))
  const times: number[] = []
  let bytes = 0
  for (let i = 0; i < 15; i++) {
    const start = performance.now()
    const answer = await pool.request({ method: 'GET', path, headers })
    bytes = (await answer.body.arrayBuffer()).byteLength
    times.push(performance.now() - start)
  }
  await pool.close()
  times.sort((a, b) => a - b)
  return { objects: listed, bytes, medianMs: times[times.length >> 1] ?? 0, worstMs: times.at(-1) ?? 0 }
}

async function measureWatch(access: Access) {
  const delays: number[] = []
  const streams = await Promise.all(Array.from({ length: watchers }, () => openWatch(access, delays)))
  const pool = new Pool(access.url, { connections: 4, connect: { ca: access.ca } })
  const headers = { authorization: `Bearer ${access.token}`, 'content-type': 'application/json' }
  // In fewer writes a single stall would be the 99th percentile.
  const total = Math.max(20, Number(options.seconds)) * writesPerSecond
  const begin = performance.now()
  const writes: Promise<unknown>[] = []
  for (let n = 0; n < total; n++) {
    const due = begin + (n * 1000) / writesPerSecond
    if (due > performance.now()) await sleep(due - performance.now())
    const body = promptText(`watched-${n}`, `at=${performance.now()} ${value800}`)
    writes.push(
      pool.request({ method: 'POST', path: collection, headers, body }).then(answer => answer.body.dump()),
    )
  }
  await Promise.all(writes)
  const elapsed = (performance.now() - begin) / 1000
  const deadline = performance.now() + 5000
  while (delays.length < total * watchers && performance.now() < deadline) await sleep(20)
  for (const stream of streams) stream.destroy()
  await pool.close()
  delays.sort((a, b) => a - b)
  const quantile = (q: number) => delays[Math.min(delays.length - 1, Math.floor(q * delays.length))] ?? 0
  return {
    watchers,
    writesPerSecond: total / elapsed,
    events: delays.length,
    p50Ms: quantile(0.5),
    p99Ms: quantile(0.99),
  }
}

/** A watch of its own connection that notes how long after its write each event came. */
async function openWatch({ url, ca, token }: Access, delays: number[]) {
  const sent = request(
    `${url}${collection}?watch=true&resourceVersion=${await currentVersion({ url, ca, token })}`,
    {
      ca,
      agent: false,
      headers: { authorization: `Bearer ${token}` },
    },
  )
  sent.end()
  const [response] = await once(sent, 'response')
  response.setEncoding('utf8')
  response.on('data', (text: string) => {
    const now = performance.now()
    for (const [, at] of text.matchAll(/"at=([0-9.]+) /g)) delays.push(now - Number(at))
  })
  return sent
}

async function currentVersion({ url, ca, token }: Access): Promise<string> {
  const pool = new Pool(url, { connect: { ca } })
  const headers = { authorization: `Bearer ${token}` }
  const answer = await pool.request({ method: 'GET', path: `${collection}?limit=1`, headers })
  const { metadata } = (await answer.body.json()) as { metadata: { resourceVersion: string } }
  await pool.close()
  return metadata.resourceVersion
}

if (options.serve) await runServer(options.serve)
else await measure()
