import { expect, test } from 'vitest'
import { FakeClock } from '../../lib/clock.fake.ts'
import { fixture, taken } from './fixture.world.ts'
import { reportIntake } from './report.ts'
import { sarif } from './sarif.ts'
import { intakeRequest, pushSourceContract } from './source.contract.ts'

const source = reportIntake(sarif)
const request = intakeRequest('/v1/sarif', fixture('sarif-two-rules.json'))

pushSourceContract('sarif', {
  source,
  good: [{ request, signals: 2 }],
  malformed: intakeRequest('/v1/sarif', '{"version":"2.1.0","runs":[{"tool":{}}]}'),
})

test('findings say rule, place and commit; what passed, is accepted or gone is left out', async () => {
  const { signals } = await taken(source, request, new FakeClock())
  expect(signals).toMatchObject([
    {
      source: 'scan',
      reason: 'SC1001',
      severity: 'error',
      message: 'name reaches the query in find()',
      at: Date.UTC(2026, 0, 5, 10, 1),
      attributes: {
        'code.file': 'src/orders.ts',
        'code.line': 42,
        'scan.security_severity': '8.1',
        'ci.commit': 'acb5820ced9479c074f688cc328bf03f341a511d',
      },
    },
    { reason: 'SC1002', severity: 'info', message: 'x is not used' },
  ])
})

test('a finding that moved to another line is the same one when the scanner says so', async () => {
  const moved = JSON.parse(fixture('sarif-two-rules.json').toString())
  for (const result of moved.runs[0].results.slice(0, 2))
    result.locations[0].physicalLocation.region.startLine += 5
  const keys = async (body: Uint8Array) =>
    (await taken(source, intakeRequest('/v1/sarif', body), new FakeClock())).signals.map(signal =>
      signal.kind === 'event' ? signal.key : '',
    )
  const before = await keys(request.body)
  const after = await keys(Buffer.from(JSON.stringify(moved)))
  expect([after[0] === before[0], after[1] === before[1]]).toEqual([true, false])
})
