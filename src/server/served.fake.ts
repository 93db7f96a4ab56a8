import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { kinds } from '../api/kinds/index.ts'
import { systemClock } from '../lib/clock.ts'
import { openSqliteStore } from '../store/sqlite.ts'
import type { Store } from '../store/store.ts'
import { serverCertificate } from './certificates.ts'
import { encryptingCodec, encryptionKey } from './codec.ts'
import { type HttpsListener, listenHttps } from './https.ts'
import { writeKubeconfig } from './kubeconfig.ts'
import { type ApiServer, createApiServer } from './server.ts'
import { openTokens } from './tokens.ts'

export interface Served extends AsyncDisposable {
  directory: string
  kubeconfig: string
  store: Store
  server: ApiServer
  listener: HttpsListener
  ca: string
  token: string
}

/** A state directory that is removed in the end. */
export async function temporaryDirectory(): Promise<{ path: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'keelway-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

/** The whole API server over HTTPS on a state directory, as `up` has it. */
export async function serve(directory: string, port = 0): Promise<Served> {
  const clock = systemClock
  const store = openSqliteStore({ path: join(directory, 'store.db'), clock })
  const codec = encryptingCodec(encryptionKey(join(directory, 'encryption.key')))
  const server = await createApiServer({ store, kinds, clock, codec })
  const certificate = await serverCertificate(
    join(directory, 'pki'),
    ['localhost', '127.0.0.1', '::1'],
    clock,
  )
  const tokens = openTokens(join(directory, 'tokens'), clock)
  const token = tokens.create('admin')
  const authenticate = tokens.authenticate
  const listener = await listenHttps({ server, certificate, authenticate, host: '127.0.0.1', port })
  const kubeconfig = join(directory, 'kubeconfig')
  const { ca } = certificate
  writeKubeconfig(kubeconfig, { server: listener.url, ca, token, user: 'admin' })
  return {
    directory,
    kubeconfig,
    store,
    server,
    listener,
    ca,
    token,
    async [Symbol.asyncDispose]() {
      await listener[Symbol.asyncDispose]()
      await server[Symbol.asyncDispose]()
      await store[Symbol.asyncDispose]()
    },
  }
}
