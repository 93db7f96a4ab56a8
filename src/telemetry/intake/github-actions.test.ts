import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { FakeClock } from '../../lib/clock.fake.ts'
import { fixture, taken } from './fixture.world.ts'
import { githubActions } from './github-actions.ts'
import { intakeRequest, pushSourceContract } from './source.contract.ts'
import type { IntakeRequest } from './source.ts'

const secret = 'shared with GitHub'
const source = githubActions(() => secret)
const sign = (body: Uint8Array) => `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`
const told = (event: string, body: Uint8Array): IntakeRequest =>
  intakeRequest('/v1/github', body, { 'x-github-event': event, 'x-hub-signature-256': sign(body) })

pushSourceContract('github-actions', {
  source,
  good: [
    { request: told('workflow_run', fixture('github-workflow-run.json')), signals: 1 },
    { request: told('workflow_job', fixture('github-workflow-job.json')), signals: 1 },
    { request: told('deployment_status', fixture('github-deployment-status.json')), signals: 1 },
  ],
  malformed: told('workflow_run', Buffer.from('{"action":"completed","workflow_run":{"id":1}}')),
})

const signals = async (event: string, body: Uint8Array) =>
  (await taken(source, told(event, body), new FakeClock())).signals

test('a failed run and the step of a job that failed are events of the repository', async () => {
  expect(await signals('workflow_run', fixture('github-workflow-run.json'))).toMatchObject([
    {
      source: 'ci',
      resource: { service: 'checkout' },
      severity: 'error',
      reason: 'failure',
      key: 'ci/github/acme/checkout/run/30433642/2',
      at: Date.UTC(2026, 0, 5, 10, 3, 30),
      attributes: { 'ci.commit': 'acb5820ced9479c074f688cc328bf03f341a511d', 'ci.duration_ms': 210_000 },
    },
  ])
  expect(await signals('workflow_job', fixture('github-workflow-job.json'))).toMatchObject([
    { message: 'job test of acme/checkout: failure in Run tests', severity: 'error' },
  ])
})

test('a deployment that succeeded is a change with its commit', async () => {
  expect(await signals('deployment_status', fixture('github-deployment-status.json'))).toMatchObject([
    {
      kind: 'change',
      change: 'deploy',
      id: 'acb5820ced9479c074f688cc328bf03f341a511d',
      author: 'ada',
      resource: { service: 'checkout', version: 'acb5820ced94' },
      attributes: { 'deploy.environment': 'production' },
    },
  ])
})

test('a deployment that failed is an event, one under way is nothing yet', async () => {
  const status = (state: string) => {
    const payload = JSON.parse(fixture('github-deployment-status.json').toString())
    payload.deployment_status.state = state
    return Buffer.from(JSON.stringify(payload))
  }
  expect(await signals('deployment_status', status('failure'))).toMatchObject([
    { kind: 'event', reason: 'DeploymentFailed' },
  ])
  expect(await signals('deployment_status', status('in_progress'))).toEqual([])
})

const body = fixture('github-workflow-run.json')
test.each([
  ['no signature', { 'x-github-event': 'workflow_run' }, 'is missing'],
  ['another secret', { 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` }, 'does not match'],
  ['a signature of another length', { 'x-hub-signature-256': 'sha256=00' }, 'does not match'],
])('%s is refused with 401 and nothing handed on', async (_, headers, error) => {
  const request = intakeRequest('/v1/github', body, headers)
  const { answer, signals: kept } = await taken(source, request, new FakeClock())
  expect(answer).toMatchObject({ status: 401, refused: 1 })
  expect(String(answer.body)).toContain(error)
  expect(String(answer.body)).not.toContain(secret)
  expect(kept).toEqual([])
})

test('without a secret set here nobody is believed', async () => {
  const { answer } = await taken(
    githubActions(() => undefined),
    told('workflow_run', body),
    new FakeClock(),
  )
  expect(answer.status).toBe(401)
})

test('what else GitHub tells is taken and left alone', async () => {
  const { answer, signals: kept } = await taken(source, told('ping', Buffer.from('{}')), new FakeClock())
  expect({ status: answer.status, kept }).toEqual({ status: 200, kept: [] })
})

test('other methods than POST are refused', async () => {
  const { answer } = await taken(source, { ...told('ping', body), method: 'GET' }, new FakeClock())
  expect(answer).toMatchObject({ status: 405, headers: { allow: 'POST' } })
})
