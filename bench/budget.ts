/**
 * What limits cost and how well they hold: `node bench/budget.ts [--tokens 5000000] [--kills 40]`.
 * First the time of reserve and settle in one process, with everything on; then four gateway processes on one budget,
 * killed at random, against the stated bound: what calls used beyond their own reservation.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Counter } from '../src/gateway/accounting/counter.ts'
import { costOf } from '../src/gateway/accounting/prices.ts'
import { spendInChaos } from '../src/gateway/accounting/spending.chaos.ts'
import { createSpending, reservationFor } from '../src/gateway/accounting/spending.ts'
import { sqliteCounter } from '../src/gateway/accounting/sqlite-counter.ts'
import { priceOf } from '../src/gateway/accounting/target-price.ts'
import type { CanonicalRequest } from '../src/gateway/canonical/request.ts'
import { noUsage } from '../src/gateway/canonical/usage.ts'
import type { AccessKeySnapshot, BudgetSnapshot } from '../src/gateway/snapshot.ts'
import { systemClock } from '../src/lib/clock.ts'

const { values } = parseArgs({
  options: {
    tokens: { type: 'string', default: '5000000' },
    kills: { type: 'string', default: '40' },
    calls: { type: 'string', default: '300000' },
  },
})

await hotPath(Number(values.calls))
await chaos(Number(values.kills), 0)
await chaos(Number(values.kills), 0.05)
await chaos(0, 0.05)

async function hotPath(calls: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'keelway-budget-'))
  const inner = sqliteCounter({ path: join(folder, 'counter.db'), clock: systemClock })
  let questions = 0
  let waited = 0
  const counter: Counter = {
    ...inner,
    take: (...args) => {
      questions++
      return inner.take(...args)
    },
    giveBack: (...args) => {
      questions++
      return inner.giveBack(...args)
    },
  }
  const spending = createSpending({ counter, clock: systemClock, owner: 'bench' })
  const key: AccessKeySnapshot = {
    namespace: 'default',
    name: 'web',
    hash: 'sha256:0',
    routes: [],
    team: 'shop',
    limits: { requestsPerMinute: 10_000_000, tokensPerMinute: 10_000_000_000 },
  }
  const budget: BudgetSnapshot = {
    namespace: 'default',
    name: 'money',
    period: 'month',
    usd: 1_000_000,
    unknownPrice: 'refuse',
    mode: 'enforce',
  }
  const { usd: _, ...tokens } = { ...budget, name: 'tokens', period: 'day' as const, tokens: 1e13 }
  spending.apply({ budgets: [budget, tokens], accessKeys: [key] })
  const provider = { protocol: 'openai', endpoint: 'https://api.openai.com/v1', timeoutMs: 1000 }
  const price = priceOf({ serve: 'provider', provider, model: 'gpt-4o' })
  if (!price) throw new Error('the catalogue has no gpt-4o')
  const request: CanonicalRequest = {
    operation: 'chat',
    origin: { protocol: 'openai-chat', value: {} },
    model: 'gpt-4o',
    messages: [
      { role: 'system', parts: [{ type: 'text', text: 'Answer in one sentence. '.repeat(8) }] },
      { role: 'user', parts: [{ type: 'text', text: 'Where is my order of last week? '.repeat(4) }] },
    ],
    maxTokens: 500,
    choices: 1,
    stream: false,
    usageInStream: false,
    variables: {},
  }
  const usage = { ...noUsage, input: 90, cacheRead: 20, output: 120 }
  const one = (
    open = spending.reserve(reservationFor(key, { name: 'chat' }, [{ price }], request, systemClock.now())),
  ) => {
    if (open instanceof Promise) {
      waited++
      return open.then(settle)
    }
    return settle(open)
  }
  const settle = (open: { settle(used: typeof usage, usd: number | undefined): void }): undefined => {
    open.settle(usage, costOf(price, usage, systemClock.now())?.usd)
    spending.headers(key, 'openai')
  }
  for (let i = 0; i < 20_000; i++) await one()
  questions = 0
  waited = 0
  const begin = process.cpuUsage()
  for (let i = 0; i < calls; i++) {
    const waiting = one()
    if (waiting) await waiting
  }
  const { user, system } = process.cpuUsage(begin)
  const us = (user + system) / calls
  console.log(
    `reserve, price, settle and headers with 2 limits and 2 budgets: ${us.toFixed(2)} µs of CPU a call; ` +
      `${((questions / calls / 4) * 100).toFixed(2)} % of calls ask the counter for an account, ${((waited / calls) * 100).toFixed(2)} % wait for it`,
  )
  const window = { key: 'bench', from: 0, until: 1e15 }
  const start = performance.now()
  for (let i = 0; i < 20_000; i++) await inner.take(window, 1e12, 1, 1)
  console.log(
    `one question to the SQLite counter: ${(((performance.now() - start) / 20_000) * 1000).toFixed(1)} µs`,
  )
  await spending.stop()
  await inner.close()
  rmSync(folder, { recursive: true })
}

async function chaos(mostKills: number, exceeding: number): Promise<void> {
  const limit = Number(values.tokens)
  const start = performance.now()
  const { calls, kills, used, exceeded, counted } = await spendInChaos({
    workers: 4,
    kills: mostKills,
    limit,
    mostTokens: 1000,
    exceeding,
    seed: 1,
  })
  const overshoot = Math.max(0, used - limit)
  console.log(
    `4 processes, ${kills} killed, ${calls} calls in ${((performance.now() - start) / 1000).toFixed(1)} s, ` +
      `${exceeding * 100} % of calls use 1.5 × their reservation: used ${used} of ${limit}, ` +
      `overshoot ${overshoot}, bound ${exceeded}; ${counted - used} forgotten by killed processes`,
  )
  if (overshoot > exceeded) process.exitCode = 1
}
