import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createInterface } from 'node:readline'
import { PassThrough } from 'node:stream'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import { describe, expect, onTestFinished, test } from 'vitest'
import { Proposal } from '../../api/kinds/proposal.ts'
import type { HttpRequest } from '../http/exchange.ts'
import { hostOf } from '../http/host.ts'
import { type OrchestratorWorld, orchestratorWorld } from '../orchestrator.world.ts'
import { mcpEndpoint } from './endpoint.ts'
import { serveLines } from './lines.ts'
import { createMcpSession, revisions } from './session.ts'

/** The endpoint on a port of its own, for alice, or whom the header x-user names. */
async function listen(world: OrchestratorWorld): Promise<string> {
  const endpoint = mcpEndpoint(world.orchestrator, { clock: world.clock, namespace: 'shop' })
  const server = createServer(async (message, answer) => {
    const chunks: Buffer[] = []
    for await (const chunk of message as AsyncIterable<Buffer>) chunks.push(chunk)
    const headers = message.headers as HttpRequest['headers']
    const request = {
      method: message.method ?? '',
      path: '/mcp',
      query: new URLSearchParams(),
      headers,
      body: Buffer.concat(chunks),
    }
    const {
      status,
      headers: sent,
      body,
    } = await endpoint(request, { ...world.alice, user: headers['x-user'] ?? 'alice' })
    answer.writeHead(status, sent)
    if (typeof body === 'string') return void answer.end(body)
    const stop = body({
      write: text => void answer.write(text),
      end: () => void answer.end(),
      backlog: () => answer.writableLength,
    })
    answer.once('close', stop)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`
}

/** The official client, over HTTP. */
async function connected(world: OrchestratorWorld) {
  const url = await listen(world)
  const client = new Client({ name: 'test', version: '1' })
  const transport = new StreamableHTTPClientTransport(new URL(url))
  // The optional members of the SDK are declared without undefined.
  await client.connect(transport as Transport)
  onTestFinished(() => client.close())
  return { client, transport, url }
}

describe('the official client over HTTP', () => {
  test('connects, lists tools with schemas, calls them with progress, and ends its session', async () => {
    await using world = await orchestratorWorld()
    await world.logs('checkout', ['boom'])
    const { client, transport } = await connected(world)
    expect(client.getServerVersion()).toMatchObject({ name: 'keelway' })
    expect(transport.protocolVersion).toBe(revisions[0])
    const { tools } = await client.listTools()
    expect(tools.map(({ name, annotations }) => [name, annotations?.readOnlyHint])).toEqual([
      ['diagnose', true],
      ['scale', false],
      ['nosy', true],
      ['ask', false],
    ])
    expect(tools[1]?.inputSchema).toMatchObject({
      required: ['workload', 'replicas'],
      properties: { replicas: { type: 'integer', maximum: 100 }, namespace: { default: 'shop' } },
    })
    const steps: string[] = []
    const called = await client.callTool(
      { name: 'diagnose', arguments: { service: 'checkout' } },
      undefined,
      {
        onprogress: ({ message }) => void steps.push(message ?? ''),
      },
    )
    expect(called.isError).toBe(false)
    expect(called.structuredContent).toMatchObject({
      outcome: 'answered',
      output: { errors: 1 },
      proposals: [],
    })
    expect(steps).toContain('diagnose: reads logs of checkout')
    await client.ping()
    await transport.terminateSession()
    await expect(client.ping()).rejects.toThrow()
  })

  test('proposes as its user, once', async () => {
    await using world = await orchestratorWorld()
    const { client } = await connected(world)
    const call = () => client.callTool({ name: 'ask', arguments: { question: 'scale cart to 5 replicas' } })
    const first = await call()
    expect(first.structuredContent).toMatchObject({ proposals: [{ created: true, namespace: 'shop' }] })
    expect((await call()).structuredContent).toMatchObject({ proposals: [{ created: false }] })
    expect((await world.client.list(Proposal, { namespace: 'shop' })).items).toHaveLength(1)
  })

  test('is told in the result what was wrong with a call, and by an error that there is no such tool', async () => {
    await using world = await orchestratorWorld()
    const { client } = await connected(world)
    const wrong = await client.callTool({ name: 'scale', arguments: { workload: 'cart', replicas: 'many' } })
    expect(wrong).toMatchObject({
      isError: true,
      content: [{ type: 'text', text: expect.stringContaining('replicas') }],
    })
    await expect(client.callTool({ name: 'exec', arguments: {} })).rejects.toThrow('Unknown tool: exec')
    const { prompts } = await client.listPrompts()
    expect(prompts.map(({ name }) => name)).toEqual(['investigate', 'review-incident'])
    const prompt = await client.getPrompt({ name: 'investigate', arguments: { service: 'checkout' } })
    expect(prompt.messages[0]?.content).toMatchObject({ text: expect.stringContaining('service checkout') })
  })

  test('cancels a call, which then ends', async () => {
    let ended: unknown
    await using world = await orchestratorWorld({
      parts: {
        diagnose: (_, __, signal) =>
          new Promise((_, reject) =>
            signal.addEventListener('abort', () => {
              ended = signal.reason
              reject(signal.reason)
            }),
          ),
      },
      skills: [
        {
          ...(await import('../skill.fake.ts')).nosy,
          name: 'slow',
          permissions: [{ reads: 'diagnosis' }],
          run: async (_, context) => {
            await context.diagnose({ since: 0 })
            return { output: { text: 'done' } }
          },
        },
      ],
    })
    const { client } = await connected(world)
    const stop = new AbortController()
    const call = client.callTool({ name: 'slow', arguments: {} }, undefined, {
      signal: stop.signal,
      onprogress: () => stop.abort('enough'),
    })
    await expect(call).rejects.toThrow('enough')
    await client.ping()
    expect(ended).toMatchObject({ message: 'the client cancelled it' })
  })
})

test('the official client over lines of text', async () => {
  await using world = await orchestratorWorld()
  const session = createMcpSession({ host: hostOf(world.orchestrator, world.alice), namespace: 'shop' })
  const [up, down] = [new PassThrough(), new PassThrough()]
  const serving = serveLines(session, createInterface({ input: up }), line => void down.write(`${line}\n`))
  const client = new Client({ name: 'test', version: '1' })
  const transport: Transport = {
    start: async () => {
      createInterface({ input: down }).on('line', line => transport.onmessage?.(JSON.parse(line)))
    },
    send: async message => void up.write(`${JSON.stringify(message)}\n`),
    close: async () => void up.end(),
  }
  await client.connect(transport)
  expect((await client.listTools()).tools).toHaveLength(4)
  const called = await client.callTool({ name: 'ask', arguments: { question: 'what is wrong with cart' } })
  expect(called.structuredContent).toMatchObject({
    outcome: 'answered',
    understood: expect.stringContaining('service cart'),
  })
  await client.close()
  await serving
})

describe('the endpoint', () => {
  const post = (url: string, body: unknown, headers: Record<string, string> = {}) =>
    fetch(url, {
      method: 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body),
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...headers,
      },
    })
  const rpc = (method: string, id?: number, params: object = {}) => ({
    jsonrpc: '2.0',
    method,
    params,
    ...(id !== undefined && { id }),
  })
  const initialize = rpc('initialize', 1, {
    protocolVersion: '2025-06-18',
    capabilities: {},
    clientInfo: { name: 't', version: '1' },
  })

  test('keeps sessions apart by user, and refuses what is not of the protocol', async () => {
    await using world = await orchestratorWorld()
    const url = await listen(world)
    const begun = await post(url, initialize)
    expect(await begun.json()).toMatchObject({
      result: { protocolVersion: '2025-06-18', capabilities: { tools: {} } },
    })
    const session = { 'mcp-session-id': begun.headers.get('mcp-session-id') ?? '' }
    const status = async (response: Promise<Response>) => {
      const answered = await response
      await answered.text()
      return answered.status
    }
    expect(await status(post(url, rpc('notifications/initialized'), session))).toBe(202)
    expect(await status(post(url, rpc('tools/list', 2), session))).toBe(200)
    expect(await status(post(url, rpc('tools/list', 2)))).toBe(400)
    expect(await status(post(url, rpc('tools/list', 2), { ...session, 'x-user': 'mallory' }))).toBe(404)
    expect(await status(post(url, rpc('tools/list', 2), { 'mcp-session-id': 'made-up' }))).toBe(404)
    expect(await status(post(url, initialize, { origin: 'https://evil.example' }))).toBe(403)
    expect(await status(post(url, initialize, { origin: new URL(url).origin }))).toBe(200)
    expect(
      await status(post(url, rpc('ping', 3), { ...session, 'mcp-protocol-version': '1999-01-01' })),
    ).toBe(400)
    expect(await status(post(url, rpc('ping', 3), { ...session, accept: 'text/html' }))).toBe(406)
    expect(await status(post(url, rpc('ping', 3), { ...session, 'content-type': 'text/plain' }))).toBe(415)
    expect(await status(post(url, 'not json', session))).toBe(400)
    expect(await status(post(url, [initialize], session))).toBe(400)
    expect(await status(fetch(url, { headers: { accept: 'text/event-stream', ...session } }))).toBe(405)
    expect(await status(fetch(url, { method: 'DELETE', headers: session }))).toBe(204)
    expect(await status(post(url, rpc('ping', 4), session))).toBe(404)
  })

  test('answers errors as JSON-RPC says', async () => {
    await using world = await orchestratorWorld()
    const url = await listen(world)
    const session = { 'mcp-session-id': (await post(url, initialize)).headers.get('mcp-session-id') ?? '' }
    const code = async (method: string, params?: object) =>
      ((await (await post(url, rpc(method, 9, params), session)).json()) as { error: { code: number } }).error
        .code
    expect(await code('resources/list')).toBe(-32_601)
    expect(await code('prompts/get', { name: 'none' })).toBe(-32_602)
  })
})
