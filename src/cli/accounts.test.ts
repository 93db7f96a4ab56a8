import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startTestServer } from '../../test/api-server.ts'
import { apiVersionOf, type Kind } from '../api/kind.ts'
import { AccessKey } from '../api/kinds/access-key.ts'
import { Budget } from '../api/kinds/budget.ts'
import { createClient } from '../client/api-client.ts'
import type { Client } from '../client/client.ts'
import { listenNear } from '../gateway/listen.ts'
import { systemClock } from '../lib/clock.ts'
import { digestOf } from '../lib/digest.ts'
import { writePrivateFile } from '../lib/private-file.ts'
import { seededRandom } from '../lib/random.ts'
import { serveRpc } from '../lib/rpc.ts'
import { serverCertificate } from '../server/certificates.ts'
import { listenHttps } from '../server/https.ts'
import { writeKubeconfig } from '../server/kubeconfig.ts'
import { memoryTelemetry } from '../telemetry/memory.ts'
import { type CallRecord, type Telemetry, telemetryMethods } from '../telemetry/telemetry.ts'
import { budget } from './budget.ts'
import { type Command, parseInvocation } from './command.ts'
import { keyCreate } from './key-create.ts'
import { usageCommand } from './usage.ts'

let folder: string
let stack: AsyncDisposableStack
let client: Client
let telemetry: Telemetry
let lines: string[]

beforeEach(async () => {
  lines = []
  folder = mkdtempSync(join(tmpdir(), 'keelway-accounts-'))
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
  telemetry = memoryTelemetry()
  const control = createServer(
    serveRpc({ telemetry: { target: telemetry, methods: telemetryMethods } }, { token: 't' }),
  )
  const port = await listenNear(control, '127.0.0.1', 0)
  stack.defer(() => {
    control.close()
    control.closeAllConnections()
  })
  const endpoints = { pid: process.pid, control: `http://127.0.0.1:${port}`, controlToken: 't' }
  writePrivateFile(join(folder, 'endpoints.json'), JSON.stringify(endpoints))
})
afterEach(() => stack.disposeAsync())

const run = (command: Command, ...args: string[]): Promise<number> => {
  const io = { out: (text: string) => lines.push(text), err: () => {}, signal: new AbortController().signal }
  return command.run(parseInvocation(command, [...args, '--state', folder], io))
}
const create = (kind: Kind, name: string, spec: object) =>
  client.create(kind, {
    apiVersion: apiVersionOf(kind),
    kind: kind.kind,
    metadata: { name, namespace: 'default' },
    spec,
  })

test('a key is printed once, and only its hash is stored', async () => {
  expect(
    await run(keyCreate, 'web', '--owner', 'Ann', '--team', 'sales', '--route', 'a,b', '--concurrency', '3'),
  ).toBe(0)
  const [key = ''] = lines
  expect(key).toMatch(/^kw-[\w-]{32}$/)
  const stored = await client.get(AccessKey, 'web', 'default')
  expect(stored.spec).toEqual({
    hash: digestOf(key),
    owner: 'Ann',
    team: 'sales',
    routes: ['a', 'b'],
    limits: { concurrency: 3 },
    suspend: false,
  })
  expect(JSON.stringify(stored)).not.toContain(key)
  await expect(run(keyCreate, 'web')).rejects.toThrow('namespace default has an AccessKey "web" already')
})

test('a key expires at a time or after one', async () => {
  await run(keyCreate, 'a', '--expires', '2090-01-01T00:00:00+01:00', '--json')
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ name: 'a', expires: '2089-12-31T23:00:00Z' })
  await run(keyCreate, 'b', '--expires', '90d')
  const { expires = '' } = (await client.get(AccessKey, 'b', 'default')).spec
  expect(Math.round((Date.parse(expires) - systemClock.now()) / 86_400_000)).toBe(90)
  await expect(run(keyCreate, 'c', '--expires', 'soon')).rejects.toThrow('--expires must be an RFC 3339 time')
  await expect(run(keyCreate, 'c', '--expires', '2020-01-01T00:00:00Z')).rejects.toThrow('is over')
  await expect(run(keyCreate, 'c', '--concurrency', '0')).rejects.toThrow('a whole number above 0')
})

test('budgets are shown by holder, in money and tokens', async () => {
  await run(budget)
  expect(lines.splice(0)).toEqual(['namespace default has no Budget'])
  const made = await create(Budget, 'teams', { each: 'team', usd: 10, tokens: 1000 })
  await client.updateStatus(Budget, {
    ...(made as object),
    status: {
      until: '2026-02-01T00:00:00Z',
      asOf: '2026-01-10T00:00:00Z',
      holders: [
        { name: 'red', spentUsd: 9.5, leftUsd: 0.5, spentTokens: 900, leftTokens: 100, refused: 2 },
        { name: '', spentUsd: 1, leftUsd: 9 },
      ],
    },
  } as never)
  await run(budget, 'teams')
  expect(lines.splice(0)[0]?.split('\n')).toEqual([
    'BUDGET  HOLDER  SPENT   LEFT           OF  PERIOD     UNTIL                 REFUSED  MODE',
    'teams   red     $9.50  $0.50       $10.00  per month  2026-02-01T00:00:00Z        2  enforce',
    'teams   red       900    100  1000 tokens  per month  2026-02-01T00:00:00Z        2  enforce',
    'teams   -       $1.00  $9.00       $10.00  per month  2026-02-01T00:00:00Z        0  enforce',
    'teams   -           0   1000  1000 tokens  per month  2026-02-01T00:00:00Z        0  enforce',
    'last change 2026-01-10T00:00:00Z',
  ])
  await expect(run(budget, 'gone')).rejects.toThrow('has no Budget "gone"')
  await run(budget, '--json')
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    name: 'teams',
    spec: { usd: 10 },
    status: { holders: [{}, {}] },
  })
})

const call = (id: string, fields: Partial<CallRecord>): CallRecord => ({
  id,
  at: systemClock.now() - 1000,
  namespace: 'default',
  route: 'chat',
  release: 'chat-1',
  digest: 'sha256:1',
  arm: 'stable',
  phase: '',
  unit: id,
  accessKey: 'web',
  status: 200,
  latencyMs: 1,
  streamed: false,
  provider: 'openai',
  model: 'gpt',
  inputTokens: 10,
  outputTokens: 5,
  usageSource: 'provider',
  usage: { input: 6, cacheRead: 4, cacheWrite: 0, inputAudio: 0, output: 5, reasoning: 0, outputAudio: 0 },
  costUsd: 0.25,
  ...fields,
})

test('usage is summed by team, with what is estimated, unpriced and saved', async () => {
  await create(AccessKey, 'web', { hash: digestOf('a'), team: 'sales' })
  await create(AccessKey, 'app', { hash: digestOf('b'), team: 'sales' })
  const { costUsd: _, ...unpriced } = call('c', { usageSource: 'estimated', accessKey: 'app' })
  await telemetry.append([call('a', {}), call('b', { accessKey: 'nobody', savedUsd: 1 }), unpriced], [])
  expect(await run(usageCommand, '--by', 'team')).toBe(0)
  expect(lines[0]?.split('\n')).toEqual([
    'TEAM       CALLS  INPUT  CACHED  WRITTEN  OUTPUT  REASONING   COST  SAVED  ESTIMATED  UNPRICED',
    '(no team)      1      6       4        0       5          0  $0.25  $1.00        0 %         0',
    'sales          2     12       8        0      10          0  $0.25  $0.00       50 %         1',
    'all            3     18      12        0      15          0  $0.50  $1.00       33 %         1',
    'of all 3 calls the buckets sum to the total of the provider',
  ])
})

test('usage that does not reconcile fails, and so does a question nobody understands', async () => {
  await telemetry.append([call('a', {}), call('b', { inputTokens: 11 }), call('old', { at: 5 })], [])
  expect(await run(usageCommand, '--by', 'route', '--since', '1h', '--json')).toBe(1)
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    by: 'route',
    rows: [{ group: 'chat', calls: 2, unreconciled: 1, tokens: { cacheRead: 8 } }],
  })
  await expect(run(usageCommand, '--by', 'colour')).rejects.toThrow('--by must be one of key, team, route')
  await expect(run(usageCommand, '--since', 'once')).rejects.toThrow('--since must be')
  expect(await run(usageCommand, '--since', '2090-01-01T00:00:00Z')).toBe(0)
  expect(lines.at(-1)).toBe('no calls since 2090-01-01T00:00:00Z')
})
