import { expect, test } from 'vitest'
import { FakeClock } from '../../lib/clock.fake.ts'
import { costCsv } from './cost-csv.ts'
import { fixture, taken } from './fixture.world.ts'
import { reportIntake } from './report.ts'
import { intakeRequest, pushSourceContract } from './source.contract.ts'

const source = reportIntake(costCsv)
const told = (body: string | Uint8Array) => intakeRequest('/v1/costs', body, { 'content-type': 'text/csv' })

pushSourceContract('cost-csv', {
  source,
  good: [
    { request: told(fixture('cost-focus.csv')), signals: 2 },
    { request: told('date,service,category,usd\n2026-01-04,checkout,tokens,0.5\n'), signals: 1 },
  ],
  malformed: told('date,usd\n2026-01-04,much\n'),
})

test('lines of FOCUS say whose cost it is by their tags', async () => {
  const { signals } = await taken(source, told(fixture('cost-focus.csv')), new FakeClock())
  expect(signals).toMatchObject([
    {
      resource: { service: 'checkout' },
      at: Date.UTC(2026, 0, 4),
      until: Date.UTC(2026, 0, 5),
      usd: 1.25,
      category: 'compute',
      owner: 'payments',
      attributes: { 'cost.service': 'Virtual Machines', 'cost.resource': 'vm-1' },
    },
    { resource: { service: '' }, usd: 0.4, category: 'network', owner: 'shop' },
  ])
})

test.each([
  ['', 'the body is empty'],
  ['usd\n1', 'line 2: column ChargePeriodStart is missing'],
  ['date,usd\n2026-01-04,', 'line 2: column usd is missing'],
  ['date,usd\nsoon,1', 'line 2: column date is not a time: soon'],
  ['date,usd,currency\n2026-01-04,1,EUR', 'line 2: column currency is EUR; only amounts in USD are taken'],
  ['start,end,usd\n2026-01-04,2026-01-03,1', 'line 2: column end is not after the start'],
  ['a\n"b', 'the body is not CSV'],
])('%j is refused with line and column', async (body, error) => {
  const { answer } = await taken(source, told(body), new FakeClock())
  expect(answer.status).toBe(400)
  expect(JSON.parse(String(answer.body)).error).toContain(error)
})
