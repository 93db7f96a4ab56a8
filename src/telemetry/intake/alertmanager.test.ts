import { expect, test } from 'vitest'
import { FakeClock } from '../../lib/clock.fake.ts'
import { alertmanager } from './alertmanager.ts'
import { fixture, taken } from './fixture.world.ts'
import { intakeRequest, pushSourceContract } from './source.contract.ts'

const request = (name: string) => intakeRequest('/v1/alertmanager', fixture(name))

pushSourceContract('alertmanager', {
  source: alertmanager,
  good: [
    { request: request('alertmanager-firing.json'), signals: 2 },
    { request: request('alertmanager-resolved.json'), signals: 1 },
  ],
  malformed: intakeRequest('/v1/alertmanager', '{"version":"4","alerts":[{"status":"firing"}]}'),
})

test('an alert that resolves ends what it told when it fired', async () => {
  const clock = new FakeClock()
  const [fired] = (await taken(alertmanager, request('alertmanager-firing.json'), clock)).signals
  const [resolved] = (await taken(alertmanager, request('alertmanager-resolved.json'), clock)).signals
  expect(fired).toMatchObject({
    kind: 'event',
    source: 'alert',
    reason: 'HighErrorRate',
    severity: 'error',
    message: '5 % of requests of checkout fail',
    resource: {
      service: 'checkout',
      namespace: 'shop',
      workload: 'Deployment/checkout',
      instance: 'checkout-7d4b9c6f5-x2vlq',
    },
    attributes: { runbook: 'https://runbooks.example.com/errors' },
  })
  expect(fired).not.toHaveProperty('until')
  expect(resolved).toMatchObject({ key: (fired as { key: string }).key, until: Date.UTC(2026, 0, 5, 10, 24) })
})

test('secrets in annotations are not kept', async () => {
  const { signals } = await taken(alertmanager, request('alertmanager-firing.json'), new FakeClock())
  expect(signals[1]).toMatchObject({ severity: 'warning', resource: { service: 'cart' } })
  expect(JSON.stringify(signals)).not.toContain('ghp_')
})

test.each([
  ['{', 'the body is not JSON'],
  ['[]', 'the body is not a JSON object'],
  ['{"version":"3"}', 'version is 3; this is for version 4'],
  ['{"version":"4","alerts":7}', 'alerts is not a list'],
  ['{"version":"4","alerts":[{"status":"on"}]}', 'alerts[0].status is neither firing nor resolved'],
  ['{"version":"4","alerts":[{"status":"firing","startsAt":"soon"}]}', 'alerts[0].startsAt is not a time'],
  ['{"version":"4","alerts":[{"status":"firing","labels":{"a":1}}]}', 'alerts[0].labels.a is not text'],
])('%s is refused with the field that is wrong', async (body, error) => {
  const { answer } = await taken(alertmanager, intakeRequest('/v1/alertmanager', body), new FakeClock())
  expect(answer.status).toBe(400)
  expect(JSON.parse(String(answer.body)).error).toContain(error)
})
