import type { Kind } from '../src/api/kind.ts'
import { kinds as allKinds } from '../src/api/kinds/index.ts'
import type { Transport } from '../src/client/transport.ts'
import { type Clock, systemClock } from '../src/lib/clock.ts'
import { encryptingCodec } from '../src/server/codec.ts'
import { inProcessTransport } from '../src/server/in-process.ts'
import { type ApiServer, createApiServer } from '../src/server/server.ts'
import { memoryStore } from '../src/store/memory.ts'
import type { Store } from '../src/store/store.ts'

export interface TestServer extends AsyncDisposable {
  transport: Transport
  server: ApiServer
  store: Store
  /** A transport of another user; `transport` is that of `admin`. */
  as(user: string): Transport
}

/** An API server in memory, with every kind and the real clock unless told otherwise. */
export async function startTestServer(
  options: { kinds?: readonly Kind[]; clock?: Clock; store?: Store } = {},
): Promise<TestServer> {
  const { kinds = allKinds, clock = systemClock, store = memoryStore() } = options
  const server = await createApiServer({ store, kinds, clock, codec: encryptingCodec(new Uint8Array(32)) })
  const as = (name: string) => inProcessTransport(server, { name, groups: ['system:authenticated'] })
  return {
    transport: as('admin'),
    server,
    store,
    as,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]()
      await store[Symbol.asyncDispose]()
    },
  }
}
