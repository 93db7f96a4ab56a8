import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startTestServer } from '../../../test/api-server.ts'
import { Delivery } from '../../api/kinds/delivery.ts'
import { kinds } from '../../api/kinds/index.ts'
import { createClient } from '../../client/api-client.ts'
import type { Client } from '../../client/client.ts'
import type { Transport } from '../../client/transport.ts'
import { createGit } from '../../git/command.ts'
import type { Git } from '../../git/git.ts'
import { type FakeRepository, fakeRepository } from '../../git/repository.fake.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import { memoryLedger } from '../../ledger/memory.ts'
import { FakeClock } from '../../lib/clock.fake.ts'
import { seededRandom } from '../../lib/random.ts'
import { createManager, type Manager } from '../runtime/manager.ts'
import { deliveryReconciler } from './delivery.ts'

/** A server, a repository and the Delivery controller alone, so that nothing but it touches what it applies. */
export interface DeliveryWorld extends AsyncDisposable {
  repository: FakeRepository
  /** Writes as a person would. */
  client: Client
  clock: FakeClock
  ledger: Ledger
  /** Writes that reached the server from the controller. */
  writes: string[]
  /** What the runtime complained about. */
  logged: string[]
  manager(): Manager
  deliver(spec?: Partial<Delivery['spec']>, name?: string): Promise<void>
  delivery(name?: string): Promise<Delivery>
  /** Lets the interval pass and runs until nothing moves. */
  sync(): Promise<void>
  settle(): Promise<void>
  /** Ends the controllers as a crash would and starts others that remember nothing. */
  restart(): Promise<void>
}

export interface DeliveryWorldOptions {
  /** In place of a real repository. */
  git?: Git
  /** Stands between the controller and the server, to fail, delay or repeat what they say. */
  through?: (transport: Transport) => Transport
}

export async function deliveryWorld({
  git: givenGit,
  through = transport => transport,
}: DeliveryWorldOptions = {}): Promise<DeliveryWorld> {
  const clock = new FakeClock()
  const random = seededRandom(1)
  const server = await startTestServer({ clock })
  const directory = mkdtempSync(join(tmpdir(), 'keelway-delivery-'))
  const repository = fakeRepository()
  const realGit = createGit({ directory, clock })
  const git = givenGit ?? realGit
  const ledger = memoryLedger()
  const client = createClient(server.transport, { clock, random })
  const writes: string[] = []
  const logged: string[] = []
  const transport: Transport = {
    request(request) {
      const dryRun = request.path.includes('dryRun=All') || request.path.includes('/events')
      if (request.method !== 'GET' && !dryRun) writes.push(`${request.method} ${request.path.split('?')[0]}`)
      return server.transport.request(request)
    },
    stream: request => server.transport.stream(request),
  }
  const start = async () => {
    const manager = createManager({
      client: createClient(through(transport), { clock, random }),
      reconcilers: [deliveryReconciler({ git, ledger, kinds })] as never,
      kinds,
      clock,
      random,
      log: (_, message, fields) => void logged.push(`${message} ${JSON.stringify(fields)}`),
    })
    await manager.start()
    return manager
  }
  let manager = await start()
  return {
    repository,
    client,
    clock,
    ledger,
    writes,
    logged,
    manager: () => manager,
    async deliver(spec = {}, name = 'app') {
      await client.create(Delivery, {
        metadata: { name, namespace: 'default' },
        spec: { repository: repository.path, ...spec },
      })
      await manager.settle()
    },
    delivery: (name = 'app') => client.get(Delivery, name, 'default'),
    async sync() {
      await manager.settle()
      clock.advance(30_000)
      await manager.settle()
    },
    settle: () => manager.settle(),
    async restart() {
      await manager.stop()
      manager = await start()
      await manager.settle()
    },
    async [Symbol.asyncDispose]() {
      await manager.stop()
      await realGit[Symbol.asyncDispose]()
      await server[Symbol.asyncDispose]()
      repository[Symbol.dispose]()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

export const prompt = (name: string, text: string, more = ''): string =>
  `apiVersion: keelway.dev/v1alpha1
kind: Prompt
metadata: { name: ${name}${more} }
spec:
  messages:
    - { role: system, content: ${JSON.stringify(text)} }
`

export const configMap = (name: string, data: Record<string, string>, namespace?: string): string =>
  JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data })
