import { expect, test } from 'vitest'
import { FakeClock } from '../../lib/clock.fake.ts'
import { fixture, taken } from './fixture.world.ts'
import { gitlabCi } from './gitlab-ci.ts'
import { intakeRequest, pushSourceContract } from './source.contract.ts'

const token = 'shared with GitLab'
const source = gitlabCi(() => token)
const told = (body: Uint8Array, given = token) =>
  intakeRequest('/v1/gitlab', body, { 'x-gitlab-token': given })

pushSourceContract('gitlab-ci', {
  source,
  good: [
    { request: told(fixture('gitlab-pipeline.json')), signals: 1 },
    { request: told(fixture('gitlab-job.json')), signals: 1 },
    { request: told(fixture('gitlab-deployment.json')), signals: 1 },
    { request: told(fixture('gitlab-feature-flag.json')), signals: 1 },
  ],
  malformed: told(Buffer.from('{"object_kind":"pipeline"}')),
})

const signals = async (name: string) => (await taken(source, told(fixture(name)), new FakeClock())).signals

test('pipelines and jobs are events, deployments and flags are changes', async () => {
  expect(await signals('gitlab-pipeline.json')).toMatchObject([
    {
      message: 'pipeline of acme/checkout: failed in unit',
      severity: 'error',
      at: Date.UTC(2026, 0, 5, 10, 3, 30),
    },
  ])
  expect(await signals('gitlab-job.json')).toMatchObject([
    {
      message: 'job unit of acme/checkout: failed (script_failure)',
      attributes: { 'ci.duration_ms': 90_500 },
    },
  ])
  expect(await signals('gitlab-deployment.json')).toMatchObject([
    {
      change: 'deploy',
      id: '279484c09fbe69ededfced8c1bb6e6d24616b468',
      at: Date.UTC(2026, 0, 5, 10, 10),
      resource: { service: 'checkout' },
    },
  ])
  expect(await signals('gitlab-feature-flag.json')).toMatchObject([
    { change: 'flag', before: 'off', message: 'flag new-cart of acme/checkout was turned on' },
  ])
})

test('what has not finished is left alone', async () => {
  const payload = JSON.parse(fixture('gitlab-job.json').toString())
  payload.build_status = 'running'
  payload.build_finished_at = null
  const { answer, signals: kept } = await taken(
    source,
    told(Buffer.from(JSON.stringify(payload))),
    new FakeClock(),
  )
  expect(answer.status).toBe(200)
  expect(kept).toEqual([])
})

test('another token is refused', async () => {
  const { answer } = await taken(source, told(fixture('gitlab-job.json'), 'guess'), new FakeClock())
  expect(answer).toMatchObject({ status: 401, refused: 1 })
})
