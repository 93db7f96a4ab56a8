/**
 * Incidents of AI applications: faults of many kinds among innocent commits, into the real gateway under replayed
 * traffic, in simulated time. Counts how often the first hypothesis is right, how often a commit is blamed wrongly, and how
 * long it takes until an incident is open and until what was there before serves again.
 * Run: node bench/ai-incidents.ts [--seeds 101-105] [--kind NAME] [--gated] [--json]
 */
import { parseArgs } from 'node:util'
import { faults } from './incidents/faults.ts'
import { type RunResult, runIncident } from './incidents/run.ts'

const { values: options } = parseArgs({
  options: {
    seeds: { type: 'string', default: '101-103' },
    kind: { type: 'string' },
    gated: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
})
const [first = 1, last = first] = options.seeds.split('-').map(Number)
const steps = options.gated ? ['shadow', 25, 50] : []
const results: RunResult[] = []
for (const fault of faults) {
  if (options.kind !== undefined && fault.name !== options.kind) continue
  for (let seed = first; seed <= last; seed++) {
    const result = await runIncident(fault, { seed, steps })
    results.push(result)
    if (options.json) console.log(JSON.stringify(result))
    else if (!result.right) console.log(`  ${result.fault} seed ${seed}: ${result.said.slice(0, 300)}`)
  }
}

const share = (some: number, all: number): string => {
  if (all === 0) return '-'
  const [p, z] = [some / all, 1.96]
  const middle = (p + z ** 2 / (2 * all)) / (1 + z ** 2 / all)
  const half = (z * Math.sqrt((p * (1 - p)) / all + z ** 2 / (4 * all ** 2))) / (1 + z ** 2 / all)
  return `${some}/${all} [${Math.max(0, middle - half).toFixed(2)}, ${Math.min(1, middle + half).toFixed(2)}]`
}
const middle = (values: readonly number[]): string => {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted.length === 0 ? '-' : `${sorted[sorted.length >> 1]} (${sorted[0]} to ${sorted.at(-1)})`
}
const row = (name: string, some: readonly RunResult[]): string =>
  [
    name.padEnd(16),
    share(some.filter(({ right }) => right).length, some.length).padEnd(20),
    share(some.filter(({ falseRevert }) => falseRevert).length, some.length).padEnd(20),
    String(some.filter(({ stopped }) => stopped).length).padEnd(8),
    middle(some.flatMap(({ detected }) => detected ?? [])).padEnd(20),
    middle(some.flatMap(({ recovered }) => recovered ?? [])),
  ].join(' ')
console.log(
  [
    'kind'.padEnd(16),
    'right at rank 1'.padEnd(20),
    'false reverts'.padEnd(20),
    'stopped'.padEnd(8),
    'seconds to alert'.padEnd(20),
    'to recovery',
  ].join(' '),
)
for (const [name, some] of Map.groupBy(results, ({ fault }) => fault)) console.log(row(name, some))
console.log(row('all', results))
