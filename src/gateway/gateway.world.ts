import { systemClock } from '../lib/clock.ts'
import { digestOf } from '../lib/digest.ts'
import { seededRandom } from '../lib/random.ts'
import type { Runtime } from '../models/model.ts'
import type { Blobs } from '../store/blobs.ts'
import { memoryTelemetry } from '../telemetry/memory.ts'
import type { Telemetry } from '../telemetry/telemetry.ts'
import type { GatewayUpstream } from './gateway.ts'
import { createHub, type Hub } from './hub.ts'
import { providers } from './providers/index.ts'
import { createGateway, type Gateway, type GatewayOptions } from './server.ts'
import {
  type AccessKeySnapshot,
  type Bundle,
  makeSnapshot,
  type ReleaseSnapshot,
  type RouteSnapshot,
  type Snapshot,
  type SnapshotContent,
} from './snapshot.ts'

/** A real gateway on a real port with its control plane in this process, and builders for what it serves. */
export interface GatewayWorld {
  url: string
  hub: Hub
  gateway: Gateway
  telemetry: Telemetry
  blobs: Map<string, Uint8Array>
  upstream: GatewayUpstream
  said: string[]
  publish(content: Partial<SnapshotContent>): Promise<Snapshot>
  /** Stores content and returns its digest. */
  put(text: string): string
  stop(): Promise<void>
}

export const userKey = 'kw-test-key-of-support'
export const controlToken = 'control-token'

/** A model that answers its own artefact's text, or `spam` and `ham` by a word of the input for artefact `spam-words`. */
export const echoRuntime: Runtime = {
  format: 'echo',
  load: artefact => {
    const text = new TextDecoder().decode(artefact)
    const label = (input: string) =>
      text === 'spam-words' ? (input.includes('money') ? 'spam' : 'ham') : text
    return { labels: [text], predict: input => ({ label: label(input), confidence: 1 }) }
  },
}

export async function gatewayWorld(options: Partial<GatewayOptions> = {}): Promise<GatewayWorld> {
  const telemetry = memoryTelemetry()
  const blobs = new Map<string, Uint8Array>()
  const hub = createHub({ clock: systemClock, telemetry, blobs: blobsIn(blobs), token: controlToken })
  const said: string[] = []
  const upstream = options.upstream ?? hub.upstream
  const gateway = await createGateway({
    clock: systemClock,
    random: seededRandom(1),
    runtimes: [echoRuntime],
    providers,
    controlToken: () => controlToken,
    say: text => said.push(text),
    drainMs: 2000,
    ...options,
    upstream,
  })
  const { url } = await gateway.listen({ host: '127.0.0.1', port: 0 })
  let at = 0
  return {
    url,
    hub,
    gateway,
    telemetry,
    blobs,
    upstream,
    said,
    publish: async content => {
      const snapshot = makeSnapshot(contentWith(content), ++at)
      await hub.control.publish(snapshot)
      return snapshot
    },
    put: text => {
      const bytes = Buffer.from(text)
      blobs.set(digestOf(bytes), bytes)
      return digestOf(bytes)
    },
    stop: () => gateway.stop(),
  }
}

const blobsIn = (blobs: Map<string, Uint8Array>): Pick<Blobs, 'get'> => ({
  get: async digest => blobs.get(digest),
})

const contentWith = (content: Partial<SnapshotContent>): SnapshotContent => ({
  routes: [],
  releases: {},
  accessKeys: [accessKey()],
  budgets: [],
  secrets: {},
  ...content,
})

export const accessKey = (fields: Partial<AccessKeySnapshot> = {}): AccessKeySnapshot => ({
  namespace: 'support',
  name: 'web',
  hash: digestOf(userKey),
  routes: [],
  ...fields,
})

export const route = (fields: Partial<RouteSnapshot> = {}): RouteSnapshot => ({
  namespace: 'support',
  name: 'mail-triage',
  model: 'mail-triage',
  stable: 'support/mail-triage-1',
  phase: '',
  unit: 'session',
  record: { content: 'output', redact: false },
  ...fields,
})

export const release = (name: string, bundle: Bundle): Record<string, ReleaseSnapshot> => ({
  [`support/${name}`]: {
    namespace: 'support',
    route: 'mail-triage',
    name,
    digest: digestOf(JSON.stringify(bundle)),
    bundle,
  },
})

export const echo = (artefact: string): Bundle => ({ serve: 'model', format: 'echo', artefact })

export type ProviderBundle = Extract<Bundle, { serve: 'provider' }>

export const openai = (endpoint: string, fields: Partial<ProviderBundle> = {}): Bundle => ({
  serve: 'provider',
  provider: { protocol: 'openai', endpoint, timeoutMs: 20_000 },
  model: 'gpt-test',
  parameters: {},
  ...fields,
})

/** The record of a call once the gateway has reported it. */
export async function recorded(world: GatewayWorld, find: () => Promise<boolean>): Promise<void> {
  const deadline = systemClock.now() + 5000
  while (!(await find())) {
    if (systemClock.now() > deadline)
      throw new Error(`not recorded within 5 s; the gateway said: ${world.said.join('; ')}`)
    await systemClock.sleep(10)
  }
}
