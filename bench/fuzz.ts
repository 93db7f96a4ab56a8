/**
 * Malformed requests against a real gateway process with everything on: bodies of every protocol that are cut, overwritten,
 * of wrong types, nested, huge, with doubled keys; tricks in headers, framing and pipelining; slow, aborted and garbage
 * connections.
 *
 *   node bench/fuzz.ts [--requests 100000] [--seed 1] [--parallel 24] [--json] [--check]
 *
 * An answer is well-formed when it is an error of the protocol that was asked, or a legitimate 200 where what was changed
 * left a good request. Anything else is a defect and is told with its seed: a 5xx (the providers are well), silence, an end
 * inside an answer, no JSON, an end of the process. Memory must be bounded: its
 * peak in the second half of the run stays within 64 MB of the peak in the first,
 * and good requests must be answered afterwards. --check fails when any of that does not hold.
 */
import { existsSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { type Random, seededRandom } from '../src/lib/random.ts'
import { validRequests } from './fuzz/bodies.ts'
import { below, bodyMutations, pick } from './fuzz/body-mutations.ts'
import { type Outcome, RawClient } from './fuzz/exchange.ts'
import { defectOf } from './fuzz/judge.ts'
import { upstreamProgram } from './fuzz/upstream.ts'
import { requestOf, type Wire, wireMutations } from './fuzz/wire-mutations.ts'
import { type Bar, failIfMissed, table, tellBars } from './load/figures.ts'
import { contentOf, startGateway, withClaude } from './load/gateway.ts'
import { measuredCore, measuringCore, residentMb, startProgram } from './load/processes.ts'

const memoryMb = 64

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    parallel: { type: 'string', default: '24' },
    json: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
  },
})
const requests = Number(values.requests)
const seed = Number(values.seed)

/** Of a thousand cases. */
const shares: Record<keyof typeof bodyMutations | keyof typeof wireMutations, number> = {
  truncated: 120,
  bytes: 140,
  types: 230,
  nesting: 60,
  numbers: 80,
  long: 10,
  keys: 120,
  headers: 90,
  framing: 70,
  pipelined: 40,
  slow: 10,
  aborted: 20,
  garbage: 10,
}
const classes = Object.entries(shares).flatMap(([name, share]) =>
  Array<keyof typeof shares>(share).fill(name as keyof typeof shares),
)

interface Tally {
  sent: number
  ok: number
  refused: number
  limited: number
  /** Connections that ended, or stayed open, without an answer. */
  unanswered: number
  defects: number
}
interface Defect {
  class: string
  case: number
  what: string
}

const tallies = new Map<string, Tally>()
const defects: Defect[] = []
const upstream = await startProgram(upstreamProgram, [], measuringCore)
const gateway = await startGateway({
  content: withClaude(contentOf(upstream.url, { everything: true }), upstream.url),
  cores: measuredCore,
})
const port = Number(new URL(gateway.url).port)
const begin = performance.now()
/** By tenth of the run. */
const peaksMb: number[] = []
try {
  let next = 0
  const work = async () => {
    const client = new RawClient(port)
    while (next < requests && isAlive()) {
      const index = next++
      await runCase(index, client)
      if (index % 500 === 0) watchMemory(index)
    }
    client.close()
  }
  await Promise.all(Array.from({ length: Number(values.parallel) }, work))
  const wellAfter = await countWell()
  tell(wellAfter)
} finally {
  await gateway.stop()
  await upstream.stop()
}
process.exit()

function watchMemory(index: number): void {
  const tenth = Math.floor((index * 10) / requests)
  peaksMb[tenth] = Math.max(peaksMb[tenth] ?? 0, isAlive() ? residentMb(gateway.pid) : 0)
}

function isAlive(): boolean {
  return existsSync(`/proc/${gateway.pid}`)
}

/** Every case has a sequence of its own, so that one can be repeated. */
async function runCase(index: number, client: RawClient): Promise<void> {
  const random = seededRandom(seed * 1_000_003 + index)
  const name = pick(random, classes)
  const { wire, keep } = caseOf(name, random)
  const outcome = await client.run(wire, keep)
  const tally = tallies.get(name) ?? { sent: 0, ok: 0, refused: 0, limited: 0, unanswered: 0, defects: 0 }
  tallies.set(name, tally)
  tally.sent++
  for (const { status } of outcome.answers)
    if (status === 429) tally.limited++
    else if (status >= 400) tally.refused++
    else tally.ok++
  if (outcome.answers.length === 0) tally.unanswered++
  const found = defectsOf(outcome, wire)
  if (found.length > 0) tally.defects++
  for (const what of found) defects.push({ class: name, case: index, what })
}

function caseOf(name: keyof typeof shares, random: Random): { wire: Wire; keep: boolean } {
  const valid = pick(random, validRequests)
  if (name in wireMutations)
    return { wire: wireMutations[name as keyof typeof wireMutations](valid, random), keep: false }
  const body = bodyMutations[name as keyof typeof bodyMutations](valid.body, random)
  const write = requestOf(valid.path, body)
  return { wire: { steps: [{ write }], paths: [valid.path], mustAnswer: true }, keep: below(random, 50) > 0 }
}

function defectsOf({ answers, unreadable, silent, refused }: Outcome, { paths }: Wire): string[] {
  const found = answers.map((answer, i) => defectOf(answer, paths[i])).filter(what => what !== undefined)
  if (unreadable !== undefined) found.push(unreadable)
  if (silent) found.push('no answer')
  if (refused !== undefined) found.push(`the gateway is gone: ${refused}`)
  return found
}

async function countWell(): Promise<number> {
  let well = 0
  for (const { path, body } of validRequests) {
    const client = new RawClient(port)
    const wire = {
      steps: [{ write: requestOf(path, JSON.stringify(body)) }],
      paths: [path],
      mustAnswer: true,
    }
    const { answers } = await client.run(wire, true)
    const [answer] = answers
    if (answer && answer.status < 300 && defectOf(answer, path) === undefined) well++
    else console.error(`afterwards ${path}: ${answer?.status} ${answer?.body.toString().slice(0, 200)}`)
    client.close()
  }
  return well
}

function tell(wellAfter: number): void {
  const sent = [...tallies.values()].reduce((sum, tally) => sum + tally.sent, 0)
  const bars: Bar[] = [
    { name: 'requests sent', measured: sent, bound: requests, must: 'at least' },
    { name: 'defects', measured: defects.length, bound: 0, must: 'at most' },
    {
      name: 'peak of memory, second half beyond the first, MB',
      measured: Math.max(...peaksMb.slice(5)) - Math.max(...peaksMb.slice(0, 5)),
      bound: memoryMb,
      must: 'at most',
    },
    {
      name: 'good requests answered afterwards',
      measured: wellAfter,
      bound: validRequests.length,
      must: 'at least',
    },
  ]
  if (values.json) {
    console.log(
      JSON.stringify({
        seed,
        classes: Object.fromEntries(tallies),
        defects: defects.slice(0, 100),
        peaksMb,
        bars,
      }),
    )
    failIfMissed(bars, values.check)
    return
  }
  const rows = [...tallies].map(([name, tally]) => ({
    class: name,
    ...Object.fromEntries(Object.entries(tally).map(([column, count]) => [column, count.toFixed(0)])),
  }))
  console.log(table(rows))
  console.log(
    `\nseed ${seed}, ${((performance.now() - begin) / 1000).toFixed(0)} s, memory by tenth, MB: ${peaksMb.map(mb => mb.toFixed(0)).join(' ')}`,
  )
  const kinds = Map.groupBy(
    defects,
    ({ class: name, what }) => `${name}: ${what.replace(/\d{3,}/g, '#').slice(0, 160)}`,
  )
  for (const [kind, [first, ...others]] of kinds)
    console.log(`${others.length + 1} × ${kind} (first case ${first?.case})`)
  const failures = gateway
    .log()
    .split('\n')
    .filter(line => line.includes(' failed: '))
  for (const line of failures.slice(0, 10)) console.log(line)
  tellBars(bars, values.check)
}
