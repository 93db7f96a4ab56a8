import { expect, test } from 'vitest'
import { FakeClock } from '../../lib/clock.fake.ts'
import { fixture, taken } from './fixture.world.ts'
import { junit } from './junit.ts'
import { reportIntake } from './report.ts'
import { intakeRequest, pushSourceContract } from './source.contract.ts'

const source = reportIntake(junit)
const body = fixture('junit-two-suites.xml')
const request = {
  ...intakeRequest('/v1/junit', body),
  query: new URLSearchParams({ service: 'checkout', commit: 'acb5820c' }),
}

pushSourceContract('junit', {
  source,
  good: [{ request, signals: 13 }],
  malformed: intakeRequest('/v1/junit', '<testsuites><testsuite></testsuites>'),
})

test('each failed test is an event, each suite an event with its counts', async () => {
  const { signals } = await taken(source, request, new FakeClock())
  const events = signals.filter(signal => signal.kind === 'event')
  expect(events.map(event => [event.reason, event.message])).toEqual([
    ['TestsFailed', 'Checkout & cart: 1 of 3 tests failed'],
    ['TestFailed', 'CartTest: asks once: expected 1 request, got 3'],
    ['TestsFailed', 'Payment: 1 of 1 tests failed'],
    ['TestError', 'PaymentTest: pays: no connection to https://***@pay.example.com'],
  ])
  expect(events[1]).toMatchObject({
    resource: { service: 'checkout' },
    at: Date.UTC(2026, 0, 5, 10, 2, 24),
    attributes: {
      'ci.commit': 'acb5820c',
      'test.failure': 'cart_test.go:42: expected <1>, got <3>',
      'test.duration_s': 1051,
    },
  })
  expect(signals).toContainEqual(
    expect.objectContaining({
      name: 'ci.tests',
      value: 1,
      attributes: { 'test.suite': 'Checkout & cart', 'test.result': 'skipped' },
    }),
  )
})

test('the same report sent twice has the same keys', async () => {
  const keys = async () =>
    (await taken(source, request, new FakeClock())).signals.flatMap(signal =>
      signal.kind === 'event' ? [signal.key] : [],
    )
  expect(await keys()).toEqual(await keys())
  expect(new Set(await keys()).size).toBe(4)
})
