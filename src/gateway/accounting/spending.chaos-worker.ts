import { openSync, writeSync } from 'node:fs'
import { systemClock } from '../../lib/clock.ts'
import { seededRandom } from '../../lib/random.ts'
import { noUsage } from '../canonical/usage.ts'
import { GatewayError } from '../failure.ts'
import type { ChaosWork } from './spending.chaos.ts'
import { createSpending } from './spending.ts'
import { sqliteCounter } from './sqlite-counter.ts'

/** One gateway process of `spending.chaos.ts`: calls until the budget is spent, and writes down what each one used. */
const work = JSON.parse(process.argv[2] ?? '{}') as ChaosWork
const random = seededRandom(work.seed)
const bill = openSync(work.bill, 'a')
const counter = sqliteCounter({ path: work.counter, clock: systemClock })
const spending = createSpending({ counter, clock: systemClock, owner: `gateway-${process.pid}` })
const key = { namespace: 'default', name: 'web', hash: 'sha256:0', routes: [] }
spending.apply({ budgets: [work.budget], accessKeys: [key] })

let calls = 0
const turn = () => new Promise<void>(resolve => setImmediate(resolve))

async function client(): Promise<void> {
  for (let refused = 0; refused < 20; ) {
    const maxOutputTokens = 1 + Math.floor(random() * work.mostTokens)
    try {
      const call = await spending.reserve({
        key,
        route: 'chat',
        inputTokens: 0,
        maxOutputTokens,
        maxUsd: undefined,
      })
      refused = 0
      for (let wait = random() * 3; wait > 1; wait--) await turn()
      const used = Math.ceil(maxOutputTokens * (random() < work.exceeding ? 1.5 : random()))
      // The provider bills first: a gateway killed between the two has spent it all the same.
      writeSync(bill, `${used} ${Math.max(0, used - maxOutputTokens)}\n`)
      call.settle({ ...noUsage, output: used }, undefined)
    } catch (error) {
      if (!(error instanceof GatewayError) || error.code !== 'budget_exceeded') throw error
      refused++
    }
    if (++calls % 100 === 0) process.stdout.write('.')
    await turn()
  }
}

await Promise.all(Array.from({ length: 16 }, client))
await spending.stop()
await counter.close()
