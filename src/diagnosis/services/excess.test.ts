import { expect, test } from 'vitest'
import { emptyCase } from '../channel.contract.ts'
import { excessesOf } from './excess.ts'
import { graphOf, reachedFrom } from './graph.ts'
import { seriesOf } from './series.ts'
import { callsOf, ONSET, tablesOf } from './services.world.ts'
import { shiftOf } from './shift.ts'
import { tracesOf } from './traces.ts'

const waiting = {
  kinds: new Set(['latency'] as const),
  preferred: ['avg'],
  amount: ({ by }: { by: number }, requests: number) => by * requests,
}
const graphWith = (calls: string) => graphOf({ ...emptyCase(), topology: callsOf(calls) }, tracesOf([], 0))
const shiftsOf = (plans: Record<string, { requests: number; before: number; after?: number }>) =>
  seriesOf(
    tablesOf(
      Object.entries(plans).flatMap(([service, { requests, before, after }]) => [
        { service, name: 'requests', before: requests, noise: 0 },
        { service, name: 'latency_avg', before, noise: 0, ...(after !== undefined && { after }) },
      ]),
    ),
  ).flatMap(one => shiftOf(one, ONSET) ?? [])

test('waiting adds up over calls: a callee that is called often accounts for a caller with a smaller shift', () => {
  const found = excessesOf(
    shiftsOf({
      web: { requests: 100, before: 0.1, after: 0.3 },
      cart: { requests: 100, before: 0.05, after: 0.25 },
      db: { requests: 1_000, before: 0.005, after: 0.025 },
    }),
    waiting,
    graphWith('web>cart cart>db'),
    'web',
  )
  const ownOf = (name: string) => found.find(({ service }) => service === name)?.own
  expect(ownOf('db')).toBeCloseTo(20)
  expect(ownOf('cart')).toBeCloseTo(0)
  expect(ownOf('web')).toBeCloseTo(0)
  expect(found.find(({ service }) => service === 'cart')?.through).toBe('db')
})

test('only what calls lead to over others that suffer is reached', () => {
  const found = excessesOf(
    shiftsOf({
      web: { requests: 100, before: 0.1 },
      cart: { requests: 100, before: 0.05 },
      db: { requests: 100, before: 0.005, after: 0.5 },
      stock: { requests: 100, before: 0.005, after: 0.5 },
    }),
    waiting,
    graphWith('web>cart cart>db web>stock'),
    'web',
  )
  expect(found.filter(({ reached }) => reached).map(({ service }) => service)).toEqual(['stock', 'web'])
})

test('calls that go in a circle end', () => {
  expect(reachedFrom(graphWith('a>b b>c c>a'), 'a', () => true)).toEqual(['b', 'c'])
})
