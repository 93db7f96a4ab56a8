import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { FakeClock } from '../../lib/clock.fake.ts'
import { featureFlags } from './feature-flags.ts'
import { fixture, taken } from './fixture.world.ts'
import { reportIntake, signedReportIntake } from './report.ts'
import { intakeRequest, pushSourceContract } from './source.contract.ts'

const source = reportIntake(featureFlags)
const told = (body: string | Uint8Array) => intakeRequest('/v1/feature-flags', body)
const simple = {
  flag: 'new-cart',
  at: '2026-01-05T10:00:00Z',
  by: 'ada',
  from: false,
  to: true,
  service: 'checkout',
  environment: 'production',
}

pushSourceContract('feature-flags', {
  source,
  good: [
    { request: told(JSON.stringify(simple)), signals: 1 },
    { request: told(JSON.stringify({ changes: [simple, { flag: 'dark-mode' }] })), signals: 2 },
    { request: told(fixture('flags-launchdarkly.json')), signals: 1 },
    { request: told(fixture('flags-openfeature.json')), signals: 2 },
  ],
  malformed: told('{"changes":[{"to":true}]}'),
})

const signals = async (body: string | Uint8Array) =>
  (await taken(source, told(body), new FakeClock())).signals

test('the three shapes say the same things', async () => {
  expect(await signals(JSON.stringify(simple))).toMatchObject([
    {
      change: 'flag',
      resource: { service: 'checkout' },
      before: 'off',
      author: 'ada',
      message: 'flag new-cart was set to on in production',
      attributes: { 'flag.key': 'new-cart', 'flag.value': 'on', 'flag.environment': 'production' },
    },
  ])
  expect(await signals(fixture('flags-launchdarkly.json'))).toMatchObject([
    {
      at: 1767607200000,
      before: 'off',
      author: 'ada@example.com',
      message: 'Ada turned on the flag New cart in Production',
      attributes: { 'flag.key': 'new-cart', 'flag.value': 'on', 'flag.environment': 'production' },
    },
  ])
  expect(await signals(fixture('flags-openfeature.json'))).toMatchObject([
    { resource: { service: 'checkout' }, author: 'flagd', attributes: { 'flag.key': 'new-cart' } },
    { attributes: { 'flag.key': 'dark-mode' } },
  ])
})

test('entries about other things than flags are left alone', async () => {
  const entry = JSON.parse(fixture('flags-launchdarkly.json').toString())
  entry.accesses = [{ action: 'updateName', resource: 'proj/shop:env/test' }]
  expect(await signals(JSON.stringify(entry))).toEqual([])
})

test('where no secret is set, the token of the port is asked for', () => {
  const open = signedReportIntake(featureFlags, { header: 'x-ld-signature', secret: () => undefined })
  expect(open.provesSender?.()).toBe(false)
})

test('where a secret is set, a body that is not signed with it is refused', async () => {
  const signed = signedReportIntake(featureFlags, { header: 'x-ld-signature', secret: () => 'shared' })
  const body = JSON.stringify(simple)
  const signature = createHmac('sha256', 'shared').update(body).digest('hex')
  const given = (headers: Record<string, string>) =>
    taken(signed, intakeRequest('/v1/feature-flags', body, headers), new FakeClock())
  expect(signed.provesSender?.()).toBe(true)
  expect((await given({})).answer.status).toBe(401)
  expect((await given({ 'x-ld-signature': signature })).answer.status).toBe(200)
})
