import { once } from 'node:events'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { apiVersionOf, type Kind } from '../../src/api/kind.ts'
import { Event, Secret } from '../../src/api/kinds/core.ts'
import { Delivery } from '../../src/api/kinds/delivery.ts'
import { ModelProvider } from '../../src/api/kinds/model-provider.ts'
import { ModelRoute } from '../../src/api/kinds/model-route.ts'
import { RouteRelease } from '../../src/api/kinds/route-release.ts'
import { commands } from '../../src/cli/commands.ts'
import type { Client } from '../../src/client/client.ts'
import type { Ledger } from '../../src/ledger/ledger.ts'
import { remote } from '../../src/lib/rpc.ts'
import { ledgerMethods } from '../../src/main/services.ts'
import { desk } from '../desk.ts'
import { eventually, run, type StateDirectory, stateDirectory } from '../processes.ts'
import { testRepository } from '../repository.ts'

const ledgerOf = (state: StateDirectory) => {
  const { control, controlToken } = state.endpoints()
  return remote<Ledger>({
    endpoint: { url: control, token: controlToken },
    service: 'ledger',
    methods: ledgerMethods,
  })
}

const create = (client: Client, kind: Kind, name: string, content: object) =>
  client.create(kind, {
    apiVersion: apiVersionOf(kind),
    kind: kind.kind,
    metadata: { name, namespace: 'default' },
    ...content,
  })

async function ask(state: StateDirectory, model: string, text: string) {
  const response = await fetch(`${state.endpoints().gateway}/v1/chat/completions`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${state.read('access-key').trim()}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ model, messages: [{ role: 'user', content: text }] }),
  })
  return {
    status: response.status,
    call: response.headers.get('x-keelway-call') ?? '',
    body: await response.text(),
  }
}

test('up syncs a repository, people approve by name, and why explains an answer, running, killed and stopped', async () => {
  await using repository = await testRepository()
  await repository.commit('first', desk({ route: { gates: [{ approval: {} }] } }))
  await using state = await stateDirectory()
  const system = await state.ready(repository.path)

  const modes = [
    'endpoints.json',
    'kubeconfig',
    'access-key',
    'admin-token',
    'tokens.jsonl',
    'hook-secret',
    'encryption.key',
  ]
  for (const file of modes) expect(statSync(join(state.path, file)).mode & 0o777, file).toBe(0o600)
  expect(statSync(state.path).mode & 0o777).toBe(0o700)

  const second = await run(['up', '--state', state.path])
  expect(second).toMatchObject({ code: 2, out: '' })
  expect(second.err).toBe(
    `keelway: ${state.path} is in use by process ${system.pid}; stop that process or choose another directory`,
  )

  const token = await run(['token', 'create', '--user', 'alice', '--state', state.path])
  await using alice = state.client(token.out)
  const waiting = await eventually('a release that waits for approval', async () =>
    (await alice.list(RouteRelease)).items.find(({ status }) => status?.gates?.[0]?.state === 'waiting'),
  )
  expect((await ask(state, 'refund', 'live 3')).status).toBe(503)
  const kubeconfig = join(state.path, 'alice.kubeconfig')
  writeFileSync(kubeconfig, state.read('kubeconfig').replace(state.read('admin-token').trim(), token.out))
  const approved = await run([
    'approve',
    waiting.metadata.name,
    '--reason',
    'read it',
    '--kubeconfig',
    kubeconfig,
  ])
  expect(approved).toMatchObject({ code: 0, out: expect.stringContaining('is recorded as alice') })
  const answer = await eventually('an answer', async () => {
    const answer = await ask(state, 'refund', 'live 3')
    return answer.status === 200 ? answer : undefined
  })
  expect(answer.body).toContain('no')
  expect(await ledgerOf(state).list({ action: 'approve' })).toMatchObject([
    { actor: 'user:alice', data: { reason: 'read it' } },
  ])

  const explain = () => run(['why', answer.call, '--state', state.path, '--json'])
  const running = await eventually('the recorded call', async () => {
    const { code, out } = await explain()
    return code === 0 ? JSON.parse(out) : undefined
  })
  expect(running).toMatchObject({ call: answer.call, verified: true })
  // A crash may lose the last second of call records; this one is older once another has been written.
  system.kill('SIGKILL')
  await system.ended
  const killed = await explain()
  expect(killed.err).toBe('')
  expect(JSON.parse(killed.out)).toMatchObject({ call: answer.call })

  const gateway = state.gatewayPid()
  const again = await state.ready(repository.path)
  expect(state.gatewayPid()).toBe(gateway)
  const late = await ask(state, 'refund', 'live 5')
  await eventually('the recorded call', async () =>
    (await run(['why', late.call, '--state', state.path])).code === 0 ? true : undefined,
  )
  again.kill('SIGTERM')
  expect(await again.ended).toBe(0)
  expect(() => process.kill(gateway, 0)).toThrow('ESRCH')
  expect(readdirSync(state.path)).not.toContain('endpoints.json')
  const stopped = await run(['why', late.call, '--state', state.path])
  expect(stopped.out).toContain(`call ${late.call}: verified`)
  expect(stopped.code).toBe(0)
}, 60_000)

test('a port that is taken gives the next free one, and up says so', async () => {
  const taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  const port = String((taken.address() as AddressInfo).port)
  await using state = await stateDirectory()
  const system = await state.ready('--api-port', port, '--control-port', port, '--gateway-port', port)
  for (const what of ['API server', 'control endpoint', 'gateway'])
    expect(system.errors.join('\n')).toMatch(new RegExp(`port ${port} is taken, the ${what} listens on \\d+`))
  const { api, control, gateway } = state.endpoints()
  const ports = [api, control, gateway].map(url => new URL(url).port)
  expect(new Set([port, ...ports]).size).toBe(4)
  taken.close()
})

test.each([
  ['a folder that is not there', ['up', '/nowhere/at/all'], 'there is no folder /nowhere/at/all'],
  ['a folder that is no repository', ['up', tmpdir()], 'is not the root of a Git repository'],
  ['an unknown command', ['fly'], 'there is no command "fly"; see keelway --help'],
  ['an unknown option', ['up', '--wings'], "Unknown option '--wings'"],
  ['a port that is none', ['up', '--api-port', 'x'], '--api-port must be a number, not "x"'],
  ['a call id that is none', ['why', 'yesterday'], '"yesterday" is no call id'],
  [
    'a state directory that is none',
    ['token', 'create', '--user', 'a', '--state', '/nowhere'],
    'is no state directory',
  ],
])('%s is answered with one line and exit 2', async (_, args, message) => {
  const { code, out, err } = await run(args)
  expect({ code, out, lines: err.split('\n').length }).toEqual({ code: 2, out: '', lines: 1 })
  expect(err).toContain(message)
})

test('every command has help, and it costs no start of anything', async () => {
  const overview = await run(['--help'])
  expect(overview.code).toBe(0)
  for (const { name } of commands) {
    expect(overview.out).toContain(`  ${name} `)
    const { code, out, err } = await run([...name.split(' '), '--help'])
    expect({ name, code, err }).toEqual({ name, code: 0, err: '' })
    expect(out).toContain(`keelway ${name}`)
  }
})

test('a secret stands in no status, event, ledger entry, record or log, and on disk only encrypted', async () => {
  const secret = 'sk-planted-0123456789-secret'
  // As some providers do, it repeats the key in its error.
  const provider = createServer((request, response) => {
    response.writeHead(401, { 'content-type': 'application/json' })
    const message = `Incorrect API key provided: ${request.headers.authorization}`
    response.end(
      JSON.stringify({ error: { message, type: 'invalid_request_error', code: 'invalid_api_key' } }),
    )
  }).listen(0, '127.0.0.1')
  await once(provider, 'listening')
  const endpoint = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`
  await using state = await stateDirectory()
  const system = await state.ready()
  await using client = state.client()
  await create(client, Secret, 'key', { stringData: { token: secret, username: 'git', password: secret } })
  await create(client, ModelProvider, 'live', {
    spec: { protocol: 'openai', endpoint: `${endpoint}/v1`, key: { name: 'key', key: 'token' } },
  })
  await create(client, ModelRoute, 'chat', {
    spec: { model: 'chat', serve: { provider: { ref: 'live', model: 'm' } } },
  })
  await create(client, Delivery, 'closed', {
    spec: { repository: `${endpoint}/closed.git`, credentials: { name: 'key' } },
  })
  const answer = await eventually('an answer of the provider', async () => {
    const answer = await ask(state, 'chat', 'hello')
    // Until the gateway has the route, and then its release.
    return [404, 503].includes(answer.status) ? undefined : answer
  })
  expect(answer.body).not.toContain(secret)
  await eventually('the Delivery to fail', async () =>
    (await client.get(Delivery, 'closed', 'default')).status?.conditions?.find(
      ({ type, status }) => type === 'Ready' && status === 'False',
    ),
  )
  await eventually('the recorded call', async () =>
    (await run(['why', answer.call, '--state', state.path])).out.includes('on route default/chat')
      ? true
      : undefined,
  )
  const seen = await Promise.all(
    [Delivery, ModelRoute, RouteRelease, ModelProvider, Event].map(kind => client.list(kind as Kind)),
  )
  const said = [JSON.stringify(seen), JSON.stringify(await ledgerOf(state).list()), answer.body]
  system.kill('SIGTERM')
  await system.ended
  provider.close()
  said.push(...system.errors, ...system.lines)
  expect(said.filter(text => text.includes(secret))).toEqual([])
  const files = readdirSync(state.path, { recursive: true, withFileTypes: true }).filter(entry =>
    entry.isFile(),
  )
  expect(files.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['ledger.db', 'telemetry.duckdb', 'gateway.log', 'snapshot.json']),
  )
  const found = files.filter(({ name, parentPath }) => {
    const content = readFileSync(join(parentPath, name))
    return [secret, Buffer.from(secret).toString('base64')].some(text => content.includes(text))
  })
  expect(found.map(({ name }) => name)).toEqual([])
}, 40_000)
