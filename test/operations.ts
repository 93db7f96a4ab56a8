import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { apiVersionOf, type Kind } from '../src/api/kind.ts'
import { Incident } from '../src/api/kinds/incident.ts'
import { Proposal } from '../src/api/kinds/proposal.ts'
import { Deployment, ReplicaSet } from '../src/api/kinds/workloads/deployment.ts'
import { Pod } from '../src/api/kinds/workloads/pod.ts'
import type { Client } from '../src/client/client.ts'
import { caseOf } from '../src/diagnosis/case.ts'
import { channels } from '../src/diagnosis/channels.ts'
import { diagnose } from '../src/diagnosis/diagnose.ts'
import type { Diagnosis } from '../src/diagnosis/diagnosis.ts'
import { bundleSources, toldOf, windowOf } from '../src/main/evidence.ts'
import { respondTo } from '../src/main/skills.ts'
import { linearTextRuntime } from '../src/models/runtimes/linear-text.ts'
import { linearText } from '../src/models/trainers/linear-text.ts'
import { skills } from '../src/skills/index.ts'
import { createOrchestrator, type Orchestrator } from '../src/skills/orchestrator.ts'
import { loadBundle } from '../src/telemetry/bundle/load.ts'
import { writeBundle } from '../src/telemetry/bundle/write.ts'
import { memorySignals } from '../src/telemetry/signals/memory-signals.ts'
import { type TestRepository, testRepository } from './repository.ts'
import { takeSignals, toldTelemetry } from './signal-sources.ts'
import { testWorld, type World } from './world.ts'

/** A world with a repository, its signals, diagnosis and skills: everything from a fault to the change that mends it. */
export interface Operations extends AsyncDisposable {
  world: World
  repository: TestRepository
  orchestrator: Orchestrator
  /** An alert that goes on until it is told otherwise. */
  alert(service: string, reason: string, message: string): Promise<void>
  /** The alert is over. */
  calm(service: string, reason: string): Promise<void>
  /** Writes an object with its status, as what runs on a cluster would. */
  seen(kind: Kind, object: Seen): Promise<void>
  /** Writes a pod of a Deployment with its ReplicaSet, as their controllers make them. */
  pod(of: string, status: object, spec: object): Promise<void>
  /** A Kubernetes Event. */
  warn(about: { kind: string; name: string }, reason: string, message: string): Promise<void>
  incident(): Promise<Incident | undefined>
  proposals(): Promise<Proposal[]>
  decide(by: string, name: string, action?: 'approve' | 'reject'): Promise<void>
  /** Moves the clock until it is so. @throws Error saying what was waited for */
  until<T>(what: string, ask: () => Promise<T | undefined>, minutes?: number): Promise<T>
}

type Seen = { metadata: { name: string } & Record<string, unknown> } & Record<string, unknown>

export async function operations(files: Record<string, string>): Promise<Operations> {
  await using opening = new AsyncDisposableStack()
  const repository = opening.use(await testRepository())
  const signals = memorySignals()
  const telemetry = toldTelemetry()
  let orchestrator: Orchestrator | undefined
  /** Diagnoses under way: they read Git in real time, so that the clock must not run away from them. */
  let busy = 0
  const world: World = opening.use(
    await testWorld({
      telemetry,
      signals,
      dependencies: {
        diagnose: async (incident, signal) => {
          busy++
          try {
            const diagnosis = await diagnosed(world, incident)
            if (!orchestrator || !diagnosis.hypotheses.some(({ remedy }) => remedy))
              return { diagnosis, bundle: '-' }
            return { diagnosis, bundle: '-', response: await respondTo(orchestrator, incident, signal) }
          } finally {
            busy--
          }
        },
      },
    }),
  )
  const { clock, client } = world
  opening.use(await takeSignals(world, telemetry))
  orchestrator = createOrchestrator({
    ...world,
    skills,
    client: world.clientOf('system:keelway'),
    async diagnose(of, namespace) {
      const incident = 'incident' in of ? await client.get(Incident, of.incident, namespace) : undefined
      if (!incident) throw new Error('only incidents are diagnosed here')
      return { diagnosis: await diagnosed(world, incident), evidence: await evidenceOf(world, incident) }
    },
    intent: { trainer: linearText, runtime: linearTextRuntime },
    mask: text => text,
    maskSecrets: text => text,
    pseudonymKey: 'test',
  })
  await repository.commit('First', files)
  await world.deliver(repository.path)
  await world.settle()
  await world.advance(1000)
  const symptom = (service: string, reason: string) => ({
    kind: 'event' as const,
    resource: { service, namespace: 'default' },
    source: 'alert',
    reason,
    severity: 'error' as const,
    key: `alert/${service}/${reason}`,
    count: 1,
    attributes: {},
  })
  const told = new Map<string, { at: number; message: string }>()
  const opened = opening.move()
  return {
    world,
    repository,
    orchestrator,
    async alert(service, reason, message) {
      told.set(`${service}/${reason}`, { at: clock.now(), message })
      await signals.append([{ ...symptom(service, reason), at: clock.now(), message }])
    },
    async calm(service, reason) {
      const { at = 0, message = '' } = told.get(`${service}/${reason}`) ?? {}
      const over = { ...symptom(service, reason), at: clock.now(), until: clock.now(), message }
      await signals.append([{ ...over, attributes: { began: at } }])
    },
    seen: (kind, object) => seen(client, kind, object),
    async pod(of, status, spec) {
      const { metadata } = await client.get(Deployment, of, 'default')
      const labels = { app: of, 'pod-template-hash': '7d4b9c6f5' }
      const owned = (kind: Kind, name: string, uid = '') => [
        { apiVersion: 'apps/v1', kind: kind.kind, name, uid, controller: true },
      ]
      const replicas = {
        name: `${of}-7d4b9c6f5`,
        labels,
        ownerReferences: owned(Deployment, of, metadata.uid),
      }
      const template = { metadata: { labels }, spec }
      await seen(client, ReplicaSet, {
        metadata: replicas,
        spec: { replicas: 1, selector: { matchLabels: labels }, template },
      })
      const { uid } = (await client.get(ReplicaSet, replicas.name, 'default')).metadata
      await seen(client, Pod, {
        metadata: {
          name: `${of}-7d4b9c6f5-x2vlq`,
          labels,
          ownerReferences: owned(ReplicaSet, replicas.name, uid),
        },
        spec,
        status,
      })
    },
    async warn({ kind, name }, reason, message) {
      await signals.append([
        {
          ...{ kind: 'event', source: 'kubernetes', severity: 'warning', count: 3, reason, message },
          resource: { service: name, namespace: 'default', workload: `${kind}/${name}` },
          at: clock.now(),
          key: `kubernetes/${kind}/${name}/${reason}`,
          attributes: { 'k8s.object': `${kind}/default/${name}` },
        },
      ])
    },
    incident: async () => (await client.list(Incident)).items[0],
    proposals: async () => (await client.list(Proposal)).items,
    async decide(by, name, action = 'approve') {
      const own = world.clientOf(by)
      const proposal = await own.get(Proposal, name, 'default')
      const decisions = [...proposal.spec.decisions, { action, reason: 'looked at it' }]
      await own.update(Proposal, { ...proposal, spec: { ...proposal.spec, decisions } })
    },
    async until(what, ask, minutes = 40) {
      for (let i = 0; i < minutes * 4; i++) {
        const found = await ask()
        if (found !== undefined) return found
        for (let turn = 0; busy > 0 && turn < 2_000_000; turn++)
          await new Promise<void>(resolve => setImmediate(resolve))
        clock.advance(14_500)
        await world.advance(500)
        for (let turn = 0; turn < 40; turn++) await new Promise<void>(resolve => setImmediate(resolve))
      }
      throw new Error(`in ${minutes} simulated minutes it did not come about that ${what}`)
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}

async function seen(client: Client, kind: Kind, object: Seen): Promise<void> {
  const namespaced = kind.scope === 'Namespaced' ? { namespace: 'default' } : {}
  const whole = {
    apiVersion: apiVersionOf(kind),
    kind: kind.kind,
    ...object,
    metadata: { ...namespaced, ...object.metadata },
  }
  const made =
    (await client.find(kind, object.metadata.name, namespaced.namespace)) ??
    (await client.create(kind, whole))
  if (object.status) await client.updateStatus(kind, { ...made, status: object.status } as typeof made)
}

async function evidenceOf({ signals, telemetry, client, clock }: World, incident: Incident) {
  const folder = await mkdtemp(join(tmpdir(), 'keelway-evidence-'))
  try {
    const bundle = join(folder, 'bundle')
    const now = clock.now()
    const query = { ...windowOf(incident, now), incident: toldOf(incident) }
    await writeBundle(query, bundleSources({ signals, telemetry, client }), bundle)
    return await caseOf(await loadBundle(bundle, { now }))
  } finally {
    await rm(folder, { recursive: true })
  }
}

const diagnosed = async (world: World, incident: Incident): Promise<Diagnosis> =>
  diagnose(await evidenceOf(world, incident), channels)
