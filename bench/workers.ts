/**
 * What a second worker costs: CPU of a request through a gateway of two processes against one of a single process, with
 * everything on, so that they share limits and a budget.
 *
 *   node bench/workers.ts [--workers 2] [--rounds 7] [--seconds 2] [--json] [--check]
 *
 * Both gateways have the same cores (all but the last one, which makes the load), get the same load in turns, and are
 * measured with all their processes, the one that keeps workers running included. The ratio is the median of rounds that
 * stood side by side. --check fails above 1.15.
 */
import { parseArgs } from 'node:util'
import { type Bar, failIfMissed, median, table, tellBars } from './load/figures.ts'
import { accessKey, chatBody, contentOf, type ServedGateway, startGateway } from './load/gateway.ts'
import { type Asked, saturate } from './load/load.ts'
import { cpuSeconds, freeCores, measuringCore, pin, residentMb, startProgram } from './load/processes.ts'
import { upstreamProgram } from './load/upstream.ts'

const connections = 32
const warmRequests = 12_000
const warmMs = 40_000

const { values } = parseArgs({
  options: {
    workers: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '7' },
    seconds: { type: 'string', default: '2' },
    json: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
  },
})
const counts = [1, Number(values.workers)]
const seconds = Number(values.seconds)

interface Measured {
  workers: number
  gateway: ServedGateway
  cpuUs: number[]
  perSecond: number[]
}

const pinned = pin(process.pid, measuringCore)
const upstream = await startProgram(upstreamProgram, [], measuringCore)
const content = contentOf(upstream.url, { everything: true })
const measured: Measured[] = []
try {
  for (const workers of counts) {
    const gateway = await startGateway({ content, cores: freeCores, workers })
    measured.push({ workers, gateway, cpuUs: [], perSecond: [] })
  }
  for (const { workers, gateway } of measured) await warmUp(gateway, workers)
  for (let round = 0; round < Number(values.rounds); round++) for (const one of measured) await measure(one)
  tell()
} finally {
  for (const { gateway } of measured) await gateway.stop()
  await upstream.stop()
}
process.exit()

function askedOf(gateway: ServedGateway): Asked {
  const headers = { authorization: `Bearer ${accessKey}` }
  return { url: gateway.url, path: '/v1/chat/completions', headers, body: chatBody(false) }
}

/** Each worker until its optimising compiler has seen enough. */
async function warmUp(gateway: ServedGateway, workers: number): Promise<void> {
  const begin = performance.now()
  for (let left = workers * warmRequests; left > 0 && performance.now() - begin < warmMs; )
    left -= (await saturate(askedOf(gateway), { connections, seconds: 0.5 })).timings.length
}

async function measure({ gateway, cpuUs, perSecond }: Measured): Promise<void> {
  const before = cpuSeconds(gateway.pid)
  const found = await saturate(askedOf(gateway), { connections, seconds })
  cpuUs.push(((cpuSeconds(gateway.pid) - before) / found.timings.length) * 1e6)
  perSecond.push(found.perSecond)
}

function tell(): void {
  const [one, more] = measured
  const ratio = median(more?.cpuUs.map((us, round) => us / (one?.cpuUs[round] ?? Number.NaN)) ?? [])
  const bars: Bar[] = [
    {
      name: `CPU of a request, ${values.workers} workers × one`,
      measured: ratio,
      bound: 1.15,
      must: 'at most',
    },
  ]
  const rows = measured.map(({ workers, gateway, cpuUs, perSecond }) => ({
    workers: workers.toFixed(0),
    'req/s': median(perSecond),
    'CPU µs/req': median(cpuUs),
    'RSS MB': residentMb(gateway.pid),
  }))
  if (values.json) {
    console.log(JSON.stringify({ cores: freeCores, pinned, rows, bars }))
    failIfMissed(bars, values.check)
    return
  }
  console.log(`cores ${freeCores} for the gateways, ${pinned ? 'pinned' : 'NOT pinned'}\n${table(rows)}`)
  tellBars(bars, values.check)
}
