import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import { Agent, fetch as undiciFetch } from 'undici'
import { expect, test } from 'vitest'
import { apiVersionOf, type Kind } from '../../src/api/kind.ts'
import { Secret } from '../../src/api/kinds/core.ts'
import { Delivery } from '../../src/api/kinds/delivery.ts'
import { ModelProvider } from '../../src/api/kinds/model-provider.ts'
import { ModelRoute } from '../../src/api/kinds/model-route.ts'
import { Proposal } from '../../src/api/kinds/proposal.ts'
import type { Client as ApiClient } from '../../src/client/client.ts'
import { readKubeconfig } from '../../src/client/kubeconfig.ts'
import type { Ledger, LedgerEntry } from '../../src/ledger/ledger.ts'
import { remote } from '../../src/lib/rpc.ts'
import { ledgerMethods } from '../../src/main/services.ts'
import { skills } from '../../src/skills/index.ts'
import { eventually, run, type StateDirectory, stateDirectory } from '../processes.ts'
import { testRepository } from '../repository.ts'

const cart = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: cart
spec:
  replicas: 2 # enough on weekdays
  selector: { matchLabels: { app: cart } }
  template:
    metadata: { labels: { app: cart } }
    spec:
      containers:
        - name: cart
          image: registry.example/cart:1.4
          resources: { requests: { cpu: 100m, memory: 64Mi }, limits: { memory: 128Mi } }
`

const create = (client: ApiClient, kind: Kind, name: string, content: object) =>
  client.create(kind, {
    apiVersion: apiVersionOf(kind),
    kind: kind.kind,
    metadata: { name, namespace: 'default' },
    ...content,
  })

const runsOf = (state: StateDirectory): Promise<LedgerEntry[]> => {
  const { control, controlToken } = state.endpoints()
  const endpoint = { url: control, token: controlToken }
  return remote<Ledger>({ endpoint, service: 'ledger', methods: ledgerMethods }).list({ action: 'skill-run' })
}

/** A system that has applied the repository. */
async function applied(state: StateDirectory, repository: string): Promise<void> {
  await state.ready(repository)
  await using client = state.client()
  await eventually('the commit to be applied', async () =>
    (await client.list(Delivery)).items.some(({ status }) => status?.revision) ? true : undefined,
  )
}

test('people ask in words: it is understood, answered, proposed once under their name, recorded and repeated', async () => {
  await using repository = await testRepository()
  await repository.commit('Two carts', { 'deploy/cart.yaml': cart })
  await using state = await stateDirectory()
  await applied(state, repository.path)
  const ask = (...args: string[]) => run(['ask', ...args, '--state', state.path])

  const listed = await run(['skills', '--state', state.path])
  expect(listed.code).toBe(0)
  for (const { name, risk } of skills) expect(listed.out).toMatch(new RegExp(`^${name} +${risk} `, 'm'))

  const first = await ask('scale cart to 4 replicas', '--time-zone', 'Europe/Berlin')
  expect(first.out).toMatch(/^I understood: scale .*cart.*4/)
  expect(first.err).toContain('parse: reading the question')
  expect(first.code).toBe(0)
  const token = await run(['token', 'create', '--user', 'alice', '--state', state.path])
  await using alice = state.client(token.out)
  const { items } = await alice.list(Proposal)
  const again = JSON.parse((await ask('run 4 replicas of cart please', '--json')).out)
  expect((await alice.list(Proposal)).items).toHaveLength(items.length)
  expect(again.outcome).toBe('answered')
  expect((await run(['skill', 'replay', again.record, '--state', state.path])).out).toBe(
    'the same, bit for bit',
  )
  expect((await runsOf(state)).at(-1)).toMatchObject({
    actor: 'user:admin',
    subject: 'Skill/default/scale',
    data: { record: again.record },
  })

  const other = await ask('what is the weather like tomorrow')
  expect(other).toMatchObject({ code: 1, out: expect.stringContaining('That is nothing that I can do.') })
  const typed = await run(['skill', 'scale', '--set', 'replicas=many', '--state', state.path])
  expect(typed.code).toBe(1)
  expect(await run(['skill', 'exec', '--state', state.path])).toMatchObject({
    code: 2,
    err: expect.stringContaining('there is no skill "exec"'),
  })
}, 60_000)

test('clients of the Model Context Protocol use the same skills, over lines and over HTTPS, as the user of their token', async () => {
  await using repository = await testRepository()
  await repository.commit('Two carts', { 'deploy/cart.yaml': cart })
  await using state = await stateDirectory()
  await applied(state, repository.path)
  const names = [...skills.map(({ name }) => name), 'ask']

  const overLines = new Client({ name: 'test', version: '1' })
  const program = fileURLToPath(new URL('../../bin/keelway.js', import.meta.url))
  const stdio = new StdioClientTransport({
    command: process.execPath,
    args: [program, 'mcp', '--state', state.path],
  })
  await overLines.connect(stdio)
  expect((await overLines.listTools()).tools.map(({ name }) => name)).toEqual(names)
  const steps: string[] = []
  const told = await overLines.callTool(
    { name: 'ask', arguments: { question: 'scale cart to 3 replicas' } },
    undefined,
    {
      onprogress: ({ message }) => void steps.push(message ?? ''),
    },
  )
  expect(told.structuredContent).toMatchObject({ understood: expect.stringContaining('I understood: scale') })
  expect(steps).toContain('select: scale')
  await overLines.close()

  const { server, ca } = readKubeconfig(join(state.path, 'kubeconfig'))
  const token = await run(['token', 'create', '--user', 'bob', '--state', state.path])
  const dispatcher = new Agent({ connect: { ca: ca ?? '' } })
  // Both are the fetch of undici; Node's own types are of an older one.
  const fetch = ((url: string | URL, init?: object) =>
    undiciFetch(url, { ...init, dispatcher })) as unknown as typeof globalThis.fetch
  const overHttps = new Client({ name: 'test', version: '1' })
  const http = new StreamableHTTPClientTransport(new URL(`${server}/mcp`), {
    fetch,
    requestInit: { headers: { authorization: `Bearer ${token.out}` } },
  })
  await overHttps.connect(http as Transport)
  const called = await overHttps.callTool({
    name: 'scale',
    arguments: { object: 'Deployment/default/cart', replicas: 3 },
  })
  expect(called.structuredContent).toMatchObject({ outcome: expect.any(String), text: expect.any(String) })
  expect((await runsOf(state)).at(-1)).toMatchObject({ actor: 'user:bob' })
  await overHttps.close()
  for (const path of ['/mcp', '/skills/ask'])
    expect((await fetch(`${server}${path}`, { method: 'POST', body: '{}' })).status).toBe(401)
  await dispatcher.destroy()
}, 60_000)

test('a model route reads what the words alone do not tell, through the gateway, and sees no names', async () => {
  const sent: string[] = []
  const provider = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    const { messages } = JSON.parse(body) as { messages: { content: string | { text: string }[] }[] }
    const last = messages.at(-1)?.content ?? ''
    const text = typeof last === 'string' ? last : last.map(part => part.text).join('')
    sent.push(text)
    const name = /(?:service|object)_[0-9a-f]{10}/.exec(text.split('Question, as data:')[1] ?? '')?.[0] ?? ''
    const content = text.includes('Choose the one skill')
      ? JSON.stringify({ skill: 'scale', input: { service: name, replicas: 6 } })
      : 'It is done by people.'
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(
      JSON.stringify({
        id: 'x',
        object: 'chat.completion',
        created: 1,
        model: 'm',
        choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
        usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
      }),
    )
  }).listen(0, '127.0.0.1')
  await once(provider, 'listening')
  await using repository = await testRepository()
  await repository.commit('Two carts', { 'deploy/cart.yaml': cart })
  await using state = await stateDirectory()
  await applied(state, repository.path)
  await using client = state.client()
  await create(client, Secret, 'key', { stringData: { token: 'k' } })
  await create(client, ModelProvider, 'live', {
    spec: {
      protocol: 'openai',
      endpoint: `http://127.0.0.1:${(provider.address() as AddressInfo).port}/v1`,
      key: { name: 'key', key: 'token' },
    },
  })
  await create(client, ModelRoute, 'operator', {
    spec: { model: 'operator', serve: { provider: { ref: 'live', model: 'm' } } },
  })
  await eventually(
    'the route to serve',
    async () => (await client.get(ModelRoute, 'operator', 'default')).status?.stable,
  )
  const answer = await eventually('the model to read', async () => {
    const { out } = await run([
      'ask',
      'make cart three times as big as it is',
      '--model',
      'operator',
      '--json',
      '--state',
      state.path,
    ])
    const found = JSON.parse(out)
    return found.readBy === 'model' ? found : undefined
  })
  expect(answer).toMatchObject({ skill: 'scale', input: { service: 'cart', replicas: 6 } })
  expect(sent.length).toBeGreaterThan(0)
  for (const text of sent.map(prompt => prompt.split('Question, as data:')[1] ?? ''))
    expect(text).not.toContain('cart')
  expect((await run(['skill', 'replay', answer.record, '--state', state.path])).code).toBe(0)
  provider.close()
}, 60_000)
