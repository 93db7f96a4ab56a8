import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startTestServer } from '../../test/api-server.ts'
import { apiVersionOf, type Kind } from '../api/kind.ts'
import { ModelRoute } from '../api/kinds/model-route.ts'
import { Proposal } from '../api/kinds/proposal.ts'
import { RouteRelease } from '../api/kinds/route-release.ts'
import { createClient } from '../client/api-client.ts'
import type { Client } from '../client/client.ts'
import { systemClock } from '../lib/clock.ts'
import { seededRandom } from '../lib/random.ts'
import { serverCertificate } from '../server/certificates.ts'
import { listenHttps } from '../server/https.ts'
import { writeKubeconfig } from '../server/kubeconfig.ts'
import { approve } from './approve.ts'
import { type Command, parseInvocation } from './command.ts'
import { proposal } from './proposal.ts'
import { reject } from './reject.ts'
import { rolloutAbort } from './rollout-abort.ts'
import { rolloutOverride } from './rollout-override.ts'
import { rolloutPromote } from './rollout-promote.ts'
import { rolloutWatch } from './rollout-watch.ts'

let folder: string
let stack: AsyncDisposableStack
let client: Client
const lines: string[] = []
const stop = new AbortController()

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'keelway-decide-'))
  stack = new AsyncDisposableStack()
  stack.defer(() => rmSync(folder, { recursive: true, force: true }))
  const server = stack.use(await startTestServer())
  const certificate = await serverCertificate(join(folder, 'pki'), ['127.0.0.1'], systemClock)
  const authenticate = (token: string) => ({ name: token, groups: [] })
  const https = stack.use(
    await listenHttps({ server: server.server, certificate, authenticate, host: '127.0.0.1', port: 0 }),
  )
  const { ca } = certificate
  writeKubeconfig(join(folder, 'kubeconfig'), { server: https.url, ca, token: 'alice', user: 'alice' })
  client = createClient(server.transport, { clock: systemClock, random: seededRandom(1) })
  const create = async (kind: Kind, name: string, spec: object, status: object) => {
    const created = await client.create(kind, {
      apiVersion: apiVersionOf(kind),
      kind: kind.kind,
      metadata: { name, namespace: 'default' },
      spec,
    })
    await client.updateStatus(kind, { ...(created as object), status } as never)
  }
  const serve = { provider: { ref: 'p', model: 'm' } }
  await create(ModelRoute, 'desk', { model: 'desk', serve }, { stable: 'desk-1', candidate: 'desk-2' })
  await create(ModelRoute, 'idle', { model: 'idle', serve }, { stable: 'idle-1' })
  const spec = { route: 'desk', digest: `sha256:${'0'.repeat(64)}`, bundle: {} }
  await create(RouteRelease, 'desk-2', spec, {
    phase: 'RollingOut',
    weight: 25,
    units: 7,
    plan: ['units needed: 80'],
  })
})
afterEach(() => {
  lines.length = 0
  return stack.disposeAsync()
})

const run = async (command: Command, ...args: string[]): Promise<number> =>
  command.run(
    parseInvocation(command, [...args, '--state', folder], {
      out: text => void lines.push(text),
      err: () => {},
      signal: stop.signal,
    }),
  )

test.each([
  [approve, 'approve'],
  [rolloutPromote, 'promote'],
  [rolloutAbort, 'abort'],
  [rolloutOverride, 'override'],
])(
  'a decision goes into the candidate of a route, and the server writes down who made it',
  async (command, action) => {
    expect(await run(command, 'desk', '--reason', 'because')).toBe(0)
    const { spec } = await client.get(RouteRelease, 'desk-2', 'default')
    expect(spec.decisions).toMatchObject([{ action, reason: 'because', by: 'alice' }])
    expect(lines).toEqual([
      `${action} of desk-2 is recorded as alice; keelway rollout watch desk shows what follows`,
    ])
  },
)

test('a release may be named itself, decisions add up, and --json says what was written', async () => {
  await run(approve, 'desk-2', '--reason', 'one')
  await run(rolloutPromote, 'desk-2', '--reason', 'two', '--json')
  expect(JSON.parse(lines[1] ?? '')).toMatchObject({ release: 'desk-2', action: 'promote', by: 'alice' })
  expect((await client.get(RouteRelease, 'desk-2', 'default')).spec.decisions).toHaveLength(2)
})

test('proposals are approved, rejected and withdrawn by the same commands, and a name of several is asked about', async () => {
  const { spec } = Proposal.example as { spec: object }
  for (const name of ['more-memory', 'desk'])
    await client.create(Proposal, { metadata: { name, namespace: 'default' }, spec })
  expect(await run(approve, 'more-memory', '--reason', 'read it')).toBe(0)
  expect(await run(reject, 'proposal/more-memory', '--reason', 'no')).toBe(0)
  expect(await run(reject, 'more-memory', '--reason', 'mine', '--withdraw')).toBe(0)
  expect((await client.get(Proposal, 'more-memory', 'default')).spec.decisions).toMatchObject([
    { action: 'approve', reason: 'read it', by: 'alice' },
    { action: 'reject', reason: 'no', by: 'alice' },
    { action: 'withdraw', reason: 'mine', by: 'alice' },
  ])
  expect(lines[0]).toBe(
    'approve of more-memory is recorded as alice; keelway proposal more-memory shows what follows',
  )
  await expect(run(approve, 'desk', '--reason', 'x')).rejects.toThrow(
    'desk is a Proposal and a ModelRoute: say proposal/desk or route/desk',
  )
  await run(reject, 'route/desk', '--reason', 'worse')
  expect((await client.get(RouteRelease, 'desk-2', 'default')).spec.decisions).toMatchObject([
    { action: 'abort' },
  ])
  lines.length = 0
  await run(proposal)
  expect(lines[0]?.split('\n')[0]).toMatch(/^PROPOSAL +PHASE +RISK +APPROVALS +TITLE$/)
  await expect(run(proposal, 'none')).rejects.toThrow('has no Proposal "none"')
})

test('what can not be decided on is named, with what to do', async () => {
  await expect(run(approve, 'desk')).rejects.toThrow('--reason is required')
  await expect(run(approve, 'nothing', '--reason', 'x')).rejects.toThrow(
    'no ModelRoute and no RouteRelease "nothing"',
  )
  await expect(run(approve, 'idle', '--reason', 'x')).rejects.toThrow('ModelRoute idle has no candidate now')
  await expect(run(rolloutWatch, 'nothing')).rejects.toThrow('has no ModelRoute "nothing"')
})

test('watch shows the plan, each change once, and ends with the verdict', async () => {
  const watching = run(rolloutWatch, 'desk')
  const found = await client.get(RouteRelease, 'desk-2', 'default')
  const verdict = { decision: 'rollback' as const, reason: 'Worse', message: 'worse by far', at: 'now' }
  await client.updateStatus(RouteRelease, {
    ...found,
    status: { ...found.status, phase: 'RolledBack', verdict },
  })
  expect(await watching).toBe(0)
  expect(lines[0]).toBe('units needed: 80')
  expect(lines.at(-1)).toBe('desk-2 RolledBack: worse by far')
})

test('watch of a candidate that is held already, or of a route without one, ends at once', async () => {
  const found = await client.get(RouteRelease, 'desk-2', 'default')
  await client.updateStatus(RouteRelease, { ...found, status: { ...found.status, phase: 'Held' } })
  expect(await run(rolloutWatch, 'desk', '--json')).toBe(0)
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ release: 'desk-2', phase: 'Held' })
  expect(await run(rolloutWatch, 'idle')).toBe(0)
  expect(lines[1]).toBe('idle: idle-1 serves, no candidate is being judged')
})
