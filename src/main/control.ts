import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import { gitHook } from '../controllers/delivery/hook.ts'
import { counterMethods } from '../gateway/accounting/counter.ts'
import type { Hub } from '../gateway/hub.ts'
import { listenNear } from '../gateway/listen.ts'
import { controlMethods, upstreamMethods } from '../gateway/transport.ts'
import type { Explainer } from '../ledger/why.ts'
import { systemClock as clock } from '../lib/clock.ts'
import { keptSecret, newKey } from '../lib/private-file.ts'
import { serveRpc } from '../lib/rpc.ts'
import { signalMethods } from '../telemetry/signals/signal-store.ts'
import { telemetryMethods } from '../telemetry/telemetry.ts'
import { blobsMethods, ledgerMethods } from './services.ts'
import type { State } from './state.ts'

/** Everything embedded listens on this machine only. */
export const host = '127.0.0.1'

/** What is not a resource: RPC for gateways, commands and remote controllers, and the door for Git's webhooks. */
export async function listenControl(
  state: State,
  hub: Hub,
  explain: Explainer['why'],
  token: string,
  wanted: number,
) {
  const rpc = serveRpc(
    {
      gateway: { target: hub.control, methods: controlMethods },
      upstream: { target: hub.upstream, methods: upstreamMethods },
      ledger: { target: state.ledger, methods: ledgerMethods },
      blobs: { target: state.blobs, methods: blobsMethods },
      telemetry: { target: state.telemetry, methods: telemetryMethods },
      signals: { target: state.signals, methods: signalMethods },
      counter: { target: state.counter, methods: counterMethods },
      why: { target: { why: explain }, methods: ['why'] },
    },
    { token },
  )
  const { secret } = keptSecret(join(state.directory, 'hook-secret'), () => newKey('kh'))
  const hook = gitHook({ client: state.client, secret, clock })
  const server = createServer((request, response) => {
    if (request.method === 'POST' && request.url === '/hooks/git') void answerHook(hook, request, response)
    else rpc(request, response)
  })
  const port = await listenNear(server, host, wanted)
  return {
    url: `http://${host}:${port}`,
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
    },
  }
}

const HOOK_BYTES = 5 * 1024 * 1024

async function answerHook(
  hook: ReturnType<typeof gitHook>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > HOOK_BYTES) return void response.writeHead(413).end()
    chunks.push(chunk)
  }
  const { status, body } = await hook(request.headers, Buffer.concat(chunks))
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
