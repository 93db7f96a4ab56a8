import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { systemClock } from '../../lib/clock.ts'
import { seededRandom } from '../../lib/random.ts'
import type { BudgetSnapshot } from '../snapshot.ts'
import { budgetWindow } from './budget-window.ts'
import { sqliteCounter } from './sqlite-counter.ts'

/** What one gateway process is told. */
export interface ChaosWork {
  counter: string
  /** Where it writes what each call used, and how much of that was beyond its reservation. */
  bill: string
  seed: number
  budget: BudgetSnapshot
  /** A call reserves at most so many. */
  mostTokens: number
  /** Share of calls that use half as much again as they reserved. */
  exceeding: number
}

export interface ChaosResult {
  calls: number
  kills: number
  /** Tokens that were used, by the bills, and those of them beyond the reservation of their own call. */
  used: number
  exceeded: number
  /** What the counter says was spent: the difference was forgotten by killed processes. */
  counted: number
}

const program = fileURLToPath(new URL('./spending.chaos-worker.ts', import.meta.url))

/** Gateway processes spend one budget on one counter file until nothing is left, while they are killed at random. */
export async function spendInChaos(options: {
  workers: number
  kills: number
  limit: number
  mostTokens: number
  exceeding: number
  seed: number
}): Promise<ChaosResult> {
  const folder = await mkdtemp(join(tmpdir(), 'keelway-chaos-'))
  const random = seededRandom(options.seed)
  const budget: BudgetSnapshot = {
    namespace: 'default',
    name: 'shared',
    period: 'total',
    tokens: options.limit,
    unknownPrice: 'allow',
    mode: 'enforce',
  }
  const work = { counter: join(folder, 'counter.db'), bill: join(folder, 'bill'), budget, ...options }
  let kills = 0
  const run = async (): Promise<void> => {
    for (;;) {
      const child = start({ ...work, seed: Math.floor(random() * 2 ** 32) })
      const dies = kills < options.kills ? 1 + Math.floor(random() * 8) : Number.POSITIVE_INFINITY
      let progress = 0
      child.stdout?.on('data', (dots: Buffer) => {
        progress += dots.length
        if (progress >= dies && child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
      })
      const [code, signal] = (await once(child, 'exit')) as [number | null, string | null]
      if (signal === 'SIGKILL') kills++
      else if (code === 0) return
      else throw new Error(`a gateway process ended with ${code ?? signal}`)
    }
  }
  try {
    await Promise.all(Array.from({ length: options.workers }, run))
    const counter = sqliteCounter({ path: work.counter, clock: systemClock })
    const counted = await counter.spent(budgetWindow(budget, 'tokens', '', systemClock.now()))
    await counter.close()
    return { ...sumOf(work.bill), kills, counted }
  } finally {
    await rm(folder, { recursive: true })
  }
}

const start = (work: ChaosWork): ChildProcess =>
  spawn(process.execPath, [program, JSON.stringify(work)], { stdio: ['ignore', 'pipe', 'inherit'] })

function sumOf(bill: string): { calls: number; used: number; exceeded: number } {
  const sum = { calls: 0, used: 0, exceeded: 0 }
  for (const line of existsSync(bill) ? readFileSync(bill, 'utf8').split('\n') : []) {
    if (line === '') continue
    const [used = 0, exceeded = 0] = line.split(' ').map(Number)
    sum.calls++
    sum.used += used
    sum.exceeded += exceeded
  }
  return sum
}
