import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createHub } from '../../src/gateway/hub.ts'
import { listenNear } from '../../src/gateway/listen.ts'
import { spawnGateway } from '../../src/gateway/process.ts'
import {
  type GuardrailContent,
  makeSnapshot,
  type RouteSnapshot,
  type SnapshotContent,
} from '../../src/gateway/snapshot.ts'
import { upstreamMethods } from '../../src/gateway/transport.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { digestOf } from '../../src/lib/digest.ts'
import { writePrivateFile } from '../../src/lib/private-file.ts'
import { serveRpc } from '../../src/lib/rpc.ts'
import type { CallRecord } from '../../src/telemetry/telemetry.ts'
import { pin, type Served } from './processes.ts'

export const accessKey = 'kw-bench'

/** A real gateway process; its control plane is this process. */
export interface ServedGateway extends Served {
  /** Call records that arrived. */
  readonly records: number
  /** What it wrote. */
  log(): string
}

/** @param onRecord sees every call record that arrives */
export async function startGateway({
  content,
  cores,
  workers = 1,
  onRecord,
}: {
  content: SnapshotContent
  cores: string
  workers?: number
  onRecord?: (record: CallRecord) => void
}): Promise<ServedGateway> {
  const state = await mkdtemp(join(tmpdir(), 'keelway-bench-'))
  const token = 'bench'
  let records = 0
  const hub = createHub({
    clock: systemClock,
    telemetry: {
      append: async calls => {
        records += calls.length
        if (onRecord) calls.forEach(onRecord)
      },
    },
    blobs: { get: async () => undefined },
    token,
  })
  const control = createServer(
    serveRpc({ upstream: { target: hub.upstream, methods: upstreamMethods } }, { token }),
  )
  const port = await listenNear(control, '127.0.0.1', 0)
  const endpoints = join(state, 'endpoints.json')
  writePrivateFile(endpoints, JSON.stringify({ control: `http://127.0.0.1:${port}`, controlToken: token }))
  const gateway = await spawnGateway({
    state,
    control: endpoints,
    host: '127.0.0.1',
    port: 0,
    workers,
    clock: systemClock,
  })
  pin(gateway.pid, cores)
  while (hub.gateways().length < workers) await systemClock.sleep(10)
  await hub.control.publish(makeSnapshot(content, systemClock.now()))
  return {
    url: gateway.url,
    pid: gateway.pid,
    stop: async () => {
      await gateway.stop()
      control.closeAllConnections()
      control.close()
      await rm(state, { recursive: true, force: true })
    },
    log: () => readFileSync(join(state, 'gateway', 'gateway.log'), 'utf8'),
    get records() {
      return records
    },
  }
}

/**
 * The configuration that is measured. `off`: a key and a route, nothing else. `on`: limits of the key, a budget of money and
 * tokens with prices, guardrails that enforce on what users say and on answers, and records that keep the answer, redacted.
 */
export function contentOf(upstream: string, { everything }: { everything: boolean }): SnapshotContent {
  const namespace = 'bench'
  const route: RouteSnapshot = {
    namespace,
    name: 'chat',
    model: 'chat',
    stable: 'bench/chat-1',
    phase: '',
    unit: 'session',
    record: everything ? { content: 'output', redact: true } : { content: 'none', redact: false },
  }
  const bundle = {
    serve: 'provider' as const,
    provider: {
      name: 'upstream',
      protocol: 'openai',
      endpoint: `${upstream}/v1`,
      secret: 'bench/openai/key',
      timeoutMs: 10_000,
      maxOutputTokens: 1000,
      ...(everything
        ? { price: { inputPerMillionUsd: 2.5, outputPerMillionUsd: 10, cacheReadPerMillionUsd: 1.25 } }
        : {}),
    },
    model: 'gpt-bench',
    parameters: {},
    ...(everything ? { guardrails } : {}),
  }
  return {
    routes: [route],
    releases: {
      'bench/chat-1': { namespace, route: 'chat', name: 'chat-1', digest: `sha256:${everything}`, bundle },
    },
    accessKeys: [
      {
        namespace,
        name: 'web',
        hash: digestOf(accessKey),
        routes: [],
        team: 'shop',
        ...(everything
          ? { limits: { requestsPerMinute: 100_000_000, tokensPerMinute: 1e12, concurrency: 10_000 } }
          : {}),
      },
    ],
    budgets: everything
      ? [
          {
            namespace,
            name: 'month',
            period: 'month',
            usd: 10_000_000,
            tokens: 1e13,
            unknownPrice: 'refuse',
            mode: 'enforce',
          },
        ]
      : [],
    secrets: { 'bench/openai/key': 'sk-bench' },
  }
}

/** A second route of the same kind, to a provider that speaks Anthropic's protocol. */
export function withClaude(content: SnapshotContent, upstream: string): SnapshotContent {
  const [route] = content.routes
  const release = content.releases['bench/chat-1']
  if (!route || release?.bundle.serve !== 'provider') throw new Error('there is no route to copy')
  const provider = { ...release.bundle.provider, name: 'claude', protocol: 'anthropic', endpoint: upstream }
  return {
    ...content,
    routes: [route, { ...route, name: 'claude', model: 'claude', stable: 'bench/claude-1' }],
    releases: {
      ...content.releases,
      'bench/claude-1': {
        ...release,
        route: 'claude',
        name: 'claude-1',
        digest: 'sha256:claude',
        bundle: { ...release.bundle, provider, model: 'claude-bench' },
      },
    },
  }
}

const guardrails: GuardrailContent[] = [
  {
    name: 'safety',
    mode: 'enforce',
    onError: 'block',
    rules: [
      { name: 'injection', detector: 'injection', zones: ['user'], action: 'block', options: {} },
      { name: 'hidden', detector: 'hidden-characters', zones: ['user'], action: 'block', options: {} },
      { name: 'personal', detector: 'pii', zones: ['user'], action: 'mask', options: {} },
      { name: 'secrets', detector: 'secrets', zones: ['output'], action: 'block', options: {} },
      { name: 'personal-out', detector: 'pii', zones: ['output'], action: 'flag', options: {} },
    ],
  },
]

const question =
  'Where is my order from last week? I was told it would arrive on Monday, but nobody rang and there was no card in the letter box. Please tell me what to do now and whether I can still change the address of the delivery.'

/** A request of about 330 bytes. */
export const chatBody = (stream: boolean): string =>
  JSON.stringify({
    model: 'chat',
    messages: [
      { role: 'system', content: 'You help customers of a shop.' },
      { role: 'user', content: question },
    ],
    ...(stream ? { stream } : {}),
  })
