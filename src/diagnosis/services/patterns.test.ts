import fc from 'fast-check'
import { expect, test } from 'vitest'
import { patternChanges } from './patterns.ts'
import { type CallPlan, ONSET, requestsOf, requestTimes } from './services.world.ts'
import { statementsOf } from './statements.ts'
import { tracesOf } from './traces.ts'

const changesOf = (times: readonly number[], plan: (time: number) => CallPlan) => {
  const { spans, logs } = requestsOf(times, plan)
  const traces = tracesOf(spans, ONSET)
  return patternChanges(traces, statementsOf(logs, traces, ONSET))
}

const cart = (says: readonly string[], calls: readonly CallPlan[] = []): CallPlan => ({
  ...{ service: 'cart', self: 5, says, calls },
})
const [asked, found, failed] = ['INFO Cart#10 asked', 'INFO Cart#20 found', 'ERROR Cart#30 nothing there']

test('more or less traffic is no change of what is done', () => {
  fc.assert(
    fc.property(fc.integer({ min: 3, max: 40 }), fc.integer({ min: 3, max: 40 }), (before, after) => {
      expect(
        changesOf(requestTimes(before, after), () => cart([asked, found], [{ service: 'db', self: 2 }])),
      ).toEqual([])
    }),
    { numRuns: 20 },
  )
})

test('a step that is gone and an error that came are told with their counts', () => {
  const changes = changesOf(requestTimes(), time => cart(time < ONSET ? [asked, found] : [asked, failed]))
  expect(changes.find(({ error, after }) => error && after === undefined)).toMatchObject({
    ...{ service: 'cart', operation: 'GET /cart', what: 'statement' },
    ...{ before: { count: 0, of: 20 }, now: { count: 20, of: 20 } },
  })
  expect(changes.find(({ text, by }) => text.startsWith('INFO Cart#20') && by < 0)).toBeDefined()
  expect(changes.every(({ text }) => !text.startsWith('INFO Cart#10'))).toBe(true)
})

test('a call that is no longer made is told', () => {
  const changes = changesOf(requestTimes(), time =>
    cart([asked], time < ONSET ? [{ service: 'db', self: 2 }] : []),
  )
  expect(changes.map(({ what, by }) => [what, by < 0])).toContainEqual(['call', true])
})

test('what follows a statement is told where that statement goes on', () => {
  const changes = changesOf(requestTimes(), time =>
    cart(time < ONSET ? [asked, found, 'INFO Cart#40 priced'] : [found, asked]),
  )
  expect(changes.some(({ after, by }) => after?.startsWith('INFO Cart#20') && by < 0)).toBe(true)
})

test('few visits tell little', () => {
  const plan = (time: number) => cart(time < ONSET ? [asked, found] : [asked])
  const largest = (times: number[]) => Math.max(0, ...changesOf(times, plan).map(({ by }) => Math.abs(by)))
  expect(largest(requestTimes(1, 1))).toBe(0)
  expect(largest(requestTimes(4, 4))).toBeLessThan(largest(requestTimes(40, 40)))
})
