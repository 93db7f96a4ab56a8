import { expect, test, vi } from 'vitest'
import { FakeClock } from '../../lib/clock.fake.ts'
import type { CostRecord } from '../signals/signal.ts'
import { fixture, taken } from './fixture.world.ts'
import { openCost, openCostReport } from './opencost.ts'
import { reportIntake } from './report.ts'
import { intakeRequest, pushSourceContract, sourceContract } from './source.contract.ts'
import { FakeContext } from './source.fake.ts'

const told = (body: string | Uint8Array) => intakeRequest('/v1/opencost', body)
const HOUR = 3_600_000

pushSourceContract('opencost', {
  source: reportIntake(openCostReport),
  good: [{ request: told(fixture('opencost-allocation.json')), signals: 4 }],
  malformed: told('{"data":[{"a":{"cpuCost":1}}]}'),
})

/** OpenCost: one allocation for each hour of the window asked for. */
function answer(input: unknown): Response {
  const url = new URL(String(input))
  const [from = 0, until = 0] = (url.searchParams.get('window') ?? '').split(',').map(Number)
  const data = []
  for (let at = from * 1000; at < until * 1000; at += HOUR) {
    const window = { start: new Date(at).toISOString(), end: new Date(at + HOUR).toISOString() }
    const properties = { controller: 'checkout', controllerKind: 'deployment', namespace: 'shop' }
    data.push({ checkout: { name: 'checkout', properties, window, ...window, cpuCost: 0.5 } })
  }
  return new Response(JSON.stringify({ code: 200, data }))
}

sourceContract('opencost', {
  source: openCost,
  async world(context) {
    context.fetch = async input => answer(input)
    let first = context.position === undefined
    return {
      settings: { url: 'http://opencost.example.com:9003' },
      async produce() {
        if (!first) context.clock.advance(HOUR)
        const made = first ? 24 : 1
        first = false
        return made
      },
      pass: () => context.clock.advance(30_000),
    }
  },
  wrong: { settings: { url: 'opencost' }, names: /url/ },
})

test('the parts of a cost are told apart, and what nobody uses', async () => {
  const { signals } = await taken(
    reportIntake(openCostReport),
    told(fixture('opencost-allocation.json')),
    new FakeClock(),
  )
  const costs = (signals as CostRecord[]).map(({ resource, category, usd, owner }) => [
    resource.service,
    category,
    usd,
    owner,
  ])
  expect(costs).toEqual([
    ['checkout', 'compute', expect.closeTo(0.021), 'payments'],
    ['checkout', 'memory', 0.01, 'payments'],
    ['checkout', 'network', 0.005, 'payments'],
    ['', 'compute', 0.1, undefined],
  ])
  expect(signals[0]?.resource).toMatchObject({ namespace: 'shop', workload: 'Deployment/checkout' })
})

test('a server that does not answer well is asked again later, and its name is in the status', async () => {
  const context = new FakeContext()
  let well = false
  context.fetch = async input => (well ? answer(input) : new Response('no', { status: 503 }))
  const source = await openCost.open({ url: 'http://opencost.example.com:9003' }, context)
  await vi.waitFor(() =>
    expect(source.status()).toMatchObject({
      state: 'failed',
      message: 'OpenCost at opencost.example.com:9003 answered 503',
    }),
  )
  well = true
  await vi.waitFor(() => {
    context.clock.advance(30_000)
    expect(context.stored.length).toBeGreaterThanOrEqual(24)
  })
  await source.close()
})
