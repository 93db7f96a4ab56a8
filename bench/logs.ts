/**
 * Lines a second through header, scanner, template and counters on one core, over real logs repeated, and the memory of
 * a miner that is given a million lines of which no two are alike. Rates are over CPU time, so that a busy machine does
 * not change them much; without files the lines are made up.
 *
 *   taskset -c 1 node --expose-gc bench/logs.ts [FILE...] [--seconds 5] [--distinct 1000000] [--json]
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { seededRandom } from '../src/lib/random.ts'
import { createTemplateMiner } from '../src/telemetry/templates/miner.ts'
import { sharedData } from '../test/needs.ts'

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '5' },
    distinct: { type: 'string', default: '1000000' },
    json: { type: 'boolean', default: false },
  },
})

const words =
  'open close read write user block session failed started from to port size task node cache'.split(' ')

function madeUp(count: number, word: (index: number) => string): string[] {
  const random = seededRandom(1)
  return Array.from({ length: count }, (_, i) => {
    const text = Array.from({ length: 8 }, () => words[Math.floor(random() * words.length)]).join(' ')
    return `2024-01-02 03:04:05,678 INFO [worker-${i % 8}] app.Service: ${text} ${word(i)}`
  })
}

const letters = (index: number): string =>
  index.toString().replace(/\d/g, digit => 'abcdefghij'[Number(digit)] ?? '')

function linesOf(files: readonly string[]): string[] {
  return files.flatMap(file =>
    readFileSync(file, 'utf8')
      .split('\n')
      .filter(line => line !== ''),
  )
}

function loghub(): string[] {
  const folder = sharedData('loghub')
  if (folder === undefined) return []
  return readdirSync(folder)
    .filter(name => !name.includes('.') && name !== 'LICENSE')
    .map(name => join(folder, name, `${name}_2k.log`))
}

interface Rate {
  linesPerSecond: number
  mebibytesPerSecond: number
  templates: number
}

function rate(lines: readonly string[], seconds: number): Rate {
  const miner = createTemplateMiner()
  for (const line of lines) miner.add(line)
  const bytes = lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0)
  const start = process.cpuUsage()
  let passes = 0
  let spent = 0
  while (spent < seconds * 1e6) {
    for (const line of lines) miner.add(line)
    passes++
    const { user, system } = process.cpuUsage(start)
    spent = user + system
  }
  return {
    linesPerSecond: (passes * lines.length * 1e6) / spent,
    mebibytesPerSecond: (passes * bytes * 1e6) / spent / 2 ** 20,
    templates: miner.status().templates,
  }
}

/** Every line has words no other has, at places that change, so that no template covers it. */
function distinct(count: number): {
  heapMiB: number
  rssMiB: number
  linesPerSecond: number
  templates: number
} {
  globalThis.gc?.()
  const heap = process.memoryUsage().heapUsed
  const rss = process.memoryUsage().rss
  const random = seededRandom(2)
  const miner = createTemplateMiner()
  const start = process.cpuUsage()
  let most = rss
  for (let i = 0; i < count; i++) {
    const text = Array.from({ length: 6 }, () => letters(Math.floor(random() * 1e9))).join(' ')
    miner.add(`${text} ${letters(i)}`)
    if (i % 10_000 === 0) most = Math.max(most, process.memoryUsage().rss)
  }
  const { user, system } = process.cpuUsage(start)
  globalThis.gc?.()
  return {
    heapMiB: (process.memoryUsage().heapUsed - heap) / 2 ** 20,
    rssMiB: (most - rss) / 2 ** 20,
    linesPerSecond: (count * 1e6) / (user + system),
    templates: miner.status().templates,
  }
}

const files = positionals.length > 0 ? positionals : loghub()
const lines = files.length > 0 ? linesOf(files) : madeUp(16_000, i => `id-${i}`)
const result = { bench: 'logs', lines: lines.length, ...rate(lines, Number(options.seconds)) }
console.error(
  `${Math.round(result.linesPerSecond).toLocaleString('en')} lines/s of CPU, ${result.mebibytesPerSecond.toFixed(1)} MiB/s, ` +
    `${result.templates} templates in ${lines.length} lines`,
)
const memory = distinct(Number(options.distinct))
console.error(
  `${options.distinct} distinct lines: heap +${memory.heapMiB.toFixed(0)} MiB, resident at most +${memory.rssMiB.toFixed(0)} MiB, ` +
    `${Math.round(memory.linesPerSecond).toLocaleString('en')} lines/s, ${memory.templates} templates kept`,
)
if (options.json) console.log(JSON.stringify({ ...result, distinct: memory }))
