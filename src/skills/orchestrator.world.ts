import { startTestServer } from '../../test/api-server.ts'
import { apiVersionOf, type Kind } from '../api/kind.ts'
import { Namespace } from '../api/kinds/core.ts'
import { Delivery } from '../api/kinds/delivery.ts'
import { createClient } from '../client/api-client.ts'
import type { Client } from '../client/client.ts'
import type { Diagnosis } from '../diagnosis/diagnosis.ts'
import { detectors } from '../gateway/guardrails/detectors/index.ts'
import { redactor } from '../gateway/observability/redaction.ts'
import { fakeGit } from '../git/git.fake.ts'
import { memoryLedger } from '../ledger/memory.ts'
import { FakeClock } from '../lib/clock.fake.ts'
import { seededRandom } from '../lib/random.ts'
import { linearTextRuntime } from '../models/runtimes/linear-text.ts'
import { linearText } from '../models/trainers/linear-text.ts'
import { memoryBlobs } from '../store/memory-blobs.ts'
import { memoryTelemetry } from '../telemetry/memory.ts'
import { memorySignals } from '../telemetry/signals/memory-signals.ts'
import type { Signal } from '../telemetry/signals/signal.ts'
import { emptyCase, nothingFound } from './context.fake.ts'
import {
  type Asker,
  createOrchestrator,
  type ModelAccess,
  type Orchestrator,
  type OrchestratorParts,
} from './orchestrator.ts'
import { look, nosy, scale } from './skill.fake.ts'
import type { Skill } from './skill.ts'

/** An orchestrator over a real API server in memory, signals, a ledger and blobs. */
export interface OrchestratorWorld extends AsyncDisposable {
  orchestrator: Orchestrator
  clock: FakeClock
  alice: Asker
  ledger: ReturnType<typeof memoryLedger>
  blobs: ReturnType<typeof memoryBlobs>
  client: Client
  diagnosis: { current: Diagnosis }
  create(kind: Kind, name: string, spec: object, namespace?: string): Promise<unknown>
  logs(service: string, bodies: readonly string[]): Promise<void>
}

export interface WorldOptions {
  skills?: readonly Skill[]
  model?: ModelAccess
  parts?: Partial<OrchestratorParts>
}

export async function orchestratorWorld({
  skills = [look, scale, nosy],
  model,
  parts,
}: WorldOptions = {}): Promise<OrchestratorWorld> {
  const clock = new FakeClock(Date.parse('2026-03-11T15:30:00Z'))
  const server = await startTestServer({ clock })
  const clientOf = (user: string) => createClient(server.as(user), { clock, random: seededRandom(1) })
  const client = clientOf('system:keelway')
  const signals = memorySignals()
  const [ledger, blobs] = [memoryLedger(), memoryBlobs()]
  const diagnosis = { current: nothingFound }
  const orchestrator = createOrchestrator({
    skills,
    client,
    signals,
    telemetry: memoryTelemetry(),
    git: fakeGit(),
    ledger,
    blobs,
    clock,
    diagnose: async () => ({ diagnosis: diagnosis.current, evidence: emptyCase }),
    intent: { trainer: linearText, runtime: linearTextRuntime },
    mask: redactor(detectors),
    maskSecrets: text => text.replace(/sk-[a-z0-9]+/g, '[SECRET]'),
    pseudonymKey: 'test',
    ...(model && { model }),
    ...parts,
  })
  const create = (kind: Kind, name: string, spec: object, namespace = 'shop') =>
    client.create(kind, {
      apiVersion: apiVersionOf(kind),
      kind: kind.kind,
      metadata: { name, namespace },
      spec,
    })
  await client.create(Namespace, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } })
  const delivery = (await create(Delivery, 'shop', { repository: '/srv/shop.git' })) as Delivery
  await client.updateStatus(Delivery, {
    ...delivery,
    status: {
      inventory: ['checkout', 'cart', 'payment'].map(name => ({
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        namespace: 'shop',
        name,
        file: `deploy/${name}.yaml`,
      })),
    },
  })
  const logs = (service: string, bodies: readonly string[]) =>
    signals.append(
      bodies.map(
        (body, i): Signal => ({
          kind: 'log',
          resource: { service },
          at: clock.now() - 60_000 + i,
          severity: 17,
          body,
          attributes: {},
        }),
      ),
    )
  return {
    orchestrator,
    clock,
    alice: { user: 'alice', client: clientOf('alice') },
    ledger,
    blobs,
    client,
    diagnosis,
    create,
    logs,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}
