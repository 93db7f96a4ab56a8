/**
 * What the gateway costs, beside others in the same run: (a) the upstream itself, (b) a bare node:http + undici proxy that
 * parses and serialises JSON both ways, (c) the gateway with only a key and a route, (d) the gateway with everything on:
 * limits, a budget with prices, guardrails that enforce on both sides, records that keep redacted answers, metrics; and
 * with --peers (e) `@portkey-ai/gateway` installed from npm for this run, (f) the same with two dependencies pinned.
 *
 *   node bench/gateway.ts [--rounds 5] [--seconds 2] [--peers] [--json] [--check]
 *
 * Each is a process on the first core; upstream and load are on the last. Answers have 950 bytes, streams 50 chunks 2 ms
 * apart whose first holds the role and the first words, as servers send it. Rounds take turns between the targets and
 * medians of rounds are told, so that other load on the machine touches all alike. CPU is user + system time of the
 * process, from /proc: Linux only. Added latency is the difference of percentiles at 200 requests/s, open loop: a request
 * counts from when it was due. "text" is the time to the first words: enforcing guardrails on answers hold a window back.
 * --check fails when a bar is missed. It takes some 4 minutes, 6 with --peers.
 */
import { parseArgs } from 'node:util'
import { bareProgram } from './load/bare-proxy.ts'
import { type Bar, failIfMissed, median, quantile, table, tellBars } from './load/figures.ts'
import { accessKey, chatBody, contentOf, startGateway } from './load/gateway.ts'
import { type Asked, pace, saturate } from './load/load.ts'
import { pins, portkeyHeaders, startPortkey } from './load/portkey.ts'
import {
  cpuSeconds,
  measuredCore,
  measuringCore,
  pin,
  residentMb,
  type Served,
  startProgram,
} from './load/processes.ts'
import { chunksOfStream, firstText, upstreamProgram } from './load/upstream.ts'

const connections = 32
const pacedRate = 200
const streamsAtOnce = [8, 64]

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '2' },
    peers: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
  },
})
const rounds = Number(values.rounds)
const seconds = Number(values.seconds)

interface Target {
  name: string
  served: Served
  headers: Record<string, string>
  /** Fresh installs of Portkey break streams. */
  streams: boolean
  perSecond: number[]
  cpuUs: number[]
  endMs: number[]
  byStreams: Map<number, { firstMs: number[]; textMs: number[]; chunkUs: number[] }>
  residentMb: number
}

const pinned = pin(process.pid, measuringCore)
const targets = await startTargets()
try {
  for (const target of targets) await warmUp(target)
  for (let round = 0; round < rounds; round++) for (const target of targets) await measureWhole(target)
  for (let round = 0; round < rounds; round++)
    for (const target of targets) {
      const timings = await pace(askedOf(target, false), { rate: pacedRate, seconds: 2 * seconds })
      target.endMs.push(...timings.map(({ endMs }) => endMs))
    }
  for (const count of streamsAtOnce)
    for (let round = 0; round < rounds; round++)
      for (const target of targets) if (target.streams) await measureStreams(target, count)
  for (const target of targets) target.residentMb = residentMb(target.served.pid)
  tell()
} finally {
  for (const { served } of targets) await served.stop()
}

async function startTargets(): Promise<Target[]> {
  const upstream = await startProgram(upstreamProgram, [], measuringCore)
  const started = [
    target('direct', upstream),
    target('bare', await startProgram(bareProgram, [upstream.url], measuredCore)),
  ]
  for (const everything of [false, true]) {
    const content = contentOf(upstream.url, { everything })
    const gateway = await startGateway({ content, cores: measuredCore })
    started.push(target(everything ? 'gateway, everything on' : 'gateway, all off', gateway))
  }
  if (!values.peers) return started
  for (const [name, overrides] of [
    ['portkey', {}],
    ['portkey, pinned', pins],
  ] as const)
    try {
      const portkey = await startPortkey(overrides, measuredCore)
      const streams = name !== 'portkey'
      started.push({ ...target(name, portkey, portkeyHeaders(upstream.url)), streams })
      if (!values.json) console.log(`${name}: @portkey-ai/gateway ${portkey.version}`)
    } catch (error) {
      const [why] = (error as Error).message.split('\n')
      console.error(`skipped ${name}: it can not be installed and started here (${why})`)
    }
  return started
}

function target(
  name: string,
  served: Served,
  headers: Record<string, string> = { authorization: `Bearer ${accessKey}` },
): Target {
  return {
    name,
    served,
    headers,
    streams: true,
    perSecond: [],
    cpuUs: [],
    endMs: [],
    byStreams: new Map(),
    residentMb: 0,
  }
}

function askedOf({ served, headers }: Target, stream: boolean): Asked {
  return { url: served.url, path: '/v1/chat/completions', headers, body: chatBody(stream) }
}

/** Until the optimising compiler has seen enough of it, or for 30 s. */
async function warmUp(target: Target): Promise<void> {
  const begin = performance.now()
  for (let left = target.streams ? 12_000 : 1000; left > 0 && performance.now() - begin < 30_000; )
    left -= (await saturate(askedOf(target, false), { connections, seconds: 0.5 })).timings.length
  if (target.streams) await saturate(askedOf(target, true), { connections, seconds: 1 })
}

async function measureWhole(target: Target): Promise<void> {
  const before = cpuSeconds(target.served.pid)
  const { perSecond, timings } = await saturate(askedOf(target, false), { connections, seconds })
  target.cpuUs.push(((cpuSeconds(target.served.pid) - before) / timings.length) * 1e6)
  target.perSecond.push(perSecond)
}

async function measureStreams(target: Target, count: number): Promise<void> {
  const before = cpuSeconds(target.served.pid)
  const { timings } = await saturate(askedOf(target, true), { connections: count, seconds, text: firstText })
  const found = target.byStreams.get(count) ?? { firstMs: [], textMs: [], chunkUs: [] }
  found.chunkUs.push(((cpuSeconds(target.served.pid) - before) / timings.length / chunksOfStream) * 1e6)
  found.firstMs.push(median(timings.map(({ firstMs }) => firstMs)))
  found.textMs.push(median(timings.map(({ textMs }) => textMs)))
  target.byStreams.set(count, found)
}

interface Row {
  target: string
  perSecond: number
  cpuUs: number
  ratio: number
  addedP50Ms: number
  addedP99Ms: number
  residentMb: number
  streams: { count: number; firstMs: number; textMs: number; chunkUs: number }[]
}

function rowOf(found: Target): Row {
  const [direct, bare] = targets
  const added = (share: number) => quantile(found.endMs, share) - quantile(direct?.endMs ?? [], share)
  return {
    target: found.name,
    perSecond: median(found.perSecond),
    cpuUs: median(found.cpuUs),
    // Of rounds that stood side by side.
    ratio: median(found.cpuUs.map((us, round) => us / (bare?.cpuUs[round] ?? Number.NaN))),
    addedP50Ms: added(0.5),
    addedP99Ms: added(0.99),
    residentMb: found.residentMb,
    streams: [...found.byStreams].map(([count, { firstMs, textMs, chunkUs }]) => ({
      count,
      firstMs: median(firstMs),
      textMs: median(textMs),
      chunkUs: median(chunkUs),
    })),
  }
}

function tell(): void {
  const rows = targets.map(rowOf)
  const bars = barsOf(rows)
  if (values.json) {
    console.log(JSON.stringify({ rounds, seconds, connections, pinned, rows, bars }))
    failIfMissed(bars, values.check)
    return
  }
  console.log(
    `${rounds} rounds of ${seconds} s, ${connections} connections, ${pinned ? 'pinned to cores' : 'NOT pinned to cores'}`,
  )
  const flat = rows.map(({ target, streams, ...row }) => ({
    target,
    'req/s': row.perSecond,
    'CPU µs/req': row.cpuUs,
    '× bare': row.ratio,
    'added p50 ms': row.addedP50Ms,
    'p99 ms': row.addedP99Ms,
    'RSS MB': row.residentMb,
  }))
  console.log(table(flat))
  const streamed = rows.flatMap(({ target, streams }) =>
    streams.map(({ count, firstMs, textMs, chunkUs }) => ({
      target,
      streams: count.toFixed(0),
      'TTFB ms': firstMs,
      'text ms': textMs,
      'CPU µs/chunk': chunkUs,
    })),
  )
  console.log(`\n${table(streamed)}`)
  tellBars(bars, values.check)
}

function barsOf(rows: readonly Row[]): Bar[] {
  const row = (name: string) => rows.find(({ target }) => target === name)
  const on = row('gateway, everything on')
  const bare = row('bare')
  if (!on || !bare) return []
  const bars: Bar[] = [
    { name: 'CPU of a request, everything on, × bare', measured: on.ratio, bound: 1.5, must: 'at most' },
    { name: 'added p50 at 200/s, ms', measured: on.addedP50Ms, bound: 0.5, must: 'at most' },
    { name: 'added p99 at 200/s, ms', measured: on.addedP99Ms, bound: 3, must: 'at most' },
  ]
  for (const [i, { count, firstMs }] of on.streams.entries())
    bars.push({
      name: `TTFB of ${count} streams beyond bare, ms`,
      measured: firstMs - (bare.streams[i]?.firstMs ?? Number.NaN),
      bound: 1,
      must: 'at most',
    })
  for (const [name, bound] of [
    ['portkey', 10],
    ['portkey, pinned', 6],
  ] as const) {
    const peer = row(name)
    if (peer)
      bars.push({
        name: `requests/s, × ${name}`,
        measured: on.perSecond / peer.perSecond,
        bound,
        must: 'at least',
      })
  }
  return bars
}
