import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { applyPatch } from 'rfc6902'
import type { z } from 'zod'
import { apiVersionOf, type Resource } from '../api/kind.ts'
import type { Delivery } from '../api/kinds/delivery.ts'
import { ProposalDraft } from '../api/kinds/proposal.ts'
import type { Client } from '../client/client.ts'
import type { Case } from '../diagnosis/channel.ts'
import type { Diagnosis } from '../diagnosis/diagnosis.ts'
import { createGit } from '../git/command.ts'
import { type FakeRepository, fakeRepository } from '../git/repository.fake.ts'
import { memoryLedger } from '../ledger/memory.ts'
import { FakeClock } from '../lib/clock.fake.ts'
import { systemClock } from '../lib/clock.ts'
import { memoryTelemetry } from '../telemetry/memory.ts'
import { memorySignals } from '../telemetry/signals/memory-signals.ts'
import type { Signal } from '../telemetry/signals/signal.ts'
import { createSkillContext } from './context.ts'
import { referenceOfDeclared } from './drafts/object-name.ts'
import { objectsIn } from './drafts/objects-in.ts'
import type { Skill, SkillAnswer } from './skill.ts'

/** A small world that a skill looks at: a real repository, objects, signals, calls and a ledger. */
export interface SkillScene extends AsyncDisposable {
  repository: FakeRepository
  ledger: ReturnType<typeof memoryLedger>
  telemetry: ReturnType<typeof memoryTelemetry>
  clock: FakeClock
  /** What a diagnosis will say. */
  diagnosis: Diagnosis
  evidence: Case
  steps: string[]
  /** Commits files (null removes one) and has the Delivery apply them. */
  commit(files: Record<string, string | null>, title?: string, author?: string): string
  /** Puts an object on the server. */
  add(object: Resource): void
  signals(signals: readonly Signal[]): Promise<void>
  /** Checks input and output against their schemas, and drafts against theirs. */
  run<I extends z.ZodType, O extends z.ZodType>(
    skill: Skill<I, O>,
    input: z.input<I>,
  ): Promise<SkillAnswer<z.output<O>> & { drafts: readonly ProposalDraft[] }>
  /** The declared objects after a draft, by `Kind/name`; a test that fails throws. */
  applied(draft: ProposalDraft): Record<string, Resource>
}

export const emptyCase: Case = {
  incident: { alerts: [] },
  topology: { services: [], calls: [] },
  services: [],
  tables: [],
  spans: [],
  logs: [],
  events: [],
  changes: [],
  calls: [],
  cluster: {
    objects: [],
    events: [],
    logs: [],
    tables: [],
    descriptions: [],
    outputs: [],
    problems: [],
    files: new Map(),
  },
  complete: [],
  leftOut: [],
} as Case

export const nothingFound: Diagnosis = {
  abstained: true,
  reason: 'Nothing in the evidence looks wrong.',
  hypotheses: [],
  rejected: [],
}

/** @param files of the first commit, in namespace `shop` under Delivery `shop` */
export async function skillScene(
  files: Record<string, string> = {},
  { now = Date.UTC(2026, 0, 15, 12), title = 'First' }: { now?: number; title?: string } = {},
): Promise<SkillScene> {
  const namespace = 'shop'
  const repository = fakeRepository()
  const directory = mkdtempSync(join(tmpdir(), 'keelway-skills-'))
  const git = createGit({ directory, clock: systemClock })
  const clock = new FakeClock(now)
  const objects = new Map<string, Resource>()
  const store = memorySignals()
  const telemetry = memoryTelemetry()
  const ledger = memoryLedger()
  const key = (apiVersion: string, kind: string, name: string, place: string | undefined) =>
    `${apiVersion}/${kind}/${place ?? ''}/${name}`
  const add = (object: Resource): void =>
    void objects.set(
      key(object.apiVersion, object.kind, object.metadata.name, object.metadata.namespace),
      object,
    )
  const client = {
    find: async (kind: Parameters<typeof apiVersionOf>[0] & { kind: string }, name: string, place?: string) =>
      objects.get(key(apiVersionOf(kind), kind.kind, name, place)),
    list: async (
      kind: Parameters<typeof apiVersionOf>[0] & { kind: string },
      { namespace: place }: { namespace?: string } = {},
    ) => ({
      items: [...objects.values()].filter(
        object =>
          object.apiVersion === apiVersionOf(kind) &&
          object.kind === kind.kind &&
          (place === undefined || object.metadata.namespace === place),
      ),
      resourceVersion: '1',
    }),
    dynamic: {
      locate: async (apiVersion: string, kind: string) =>
        [...objects.values()].some(object => object.apiVersion === apiVersion && object.kind === kind)
          ? { apiVersion, kind, plural: `${kind.toLowerCase()}s`, namespaced: true }
          : undefined,
      find: async (
        { apiVersion, kind }: { apiVersion: string; kind: string },
        name: string,
        place?: string,
      ) => objects.get(key(apiVersion, kind, name, place)),
    },
  } as unknown as Client

  const current = (): Map<string, string> => {
    const names = repository.git('ls-tree', '-r', '--name-only', 'HEAD').split('\n').filter(Boolean)
    return new Map(names.map(name => [name, repository.git('show', `HEAD:${name}`)]))
  }
  const apply = (revision: string): void => {
    const inventory = [...current()]
      .filter(([name]) => name.endsWith('.yaml'))
      .flatMap(([file, text]) =>
        objectsIn(text).map(object => ({ ...referenceOfDeclared(object, namespace), file })),
      )
    const delivery = {
      apiVersion: 'keelway.dev/v1alpha1',
      kind: 'Delivery',
      metadata: { name: 'shop', namespace },
      spec: { repository: repository.path, ref: 'main', path: '.' },
      status: { revision, inventory },
    } as unknown as Delivery
    add(delivery as unknown as Resource)
  }

  const scene: SkillScene = {
    repository,
    ledger,
    telemetry,
    clock,
    diagnosis: nothingFound,
    evidence: emptyCase,
    steps: [],
    add,
    commit(changed, message, author) {
      const revision = repository.commit(changed, message, author)
      apply(revision)
      return revision
    },
    signals: signals => store.append(signals),
    async run(skill, input) {
      const context = createSkillContext(
        { skill, namespace, signal: new AbortController().signal, step: what => scene.steps.push(what) },
        {
          client,
          signals: store,
          telemetry,
          git,
          ledger,
          clock,
          diagnose: async () => ({ evidence: scene.evidence, diagnosis: scene.diagnosis }),
        },
      )
      const answer = await skill.run(skill.input.parse(input) as never, context)
      const output = skill.output.parse(answer.output) as never
      const drafts = (answer.drafts ?? []).map(draft => ProposalDraft.parse(draft))
      return { output, drafts }
    },
    applied(draft) {
      const files = current()
      const found: Record<string, Resource> = {}
      for (const change of draft.changes) {
        const { object, operations, file } = change
        if (!object || !operations) continue
        const declared = objectsIn(files.get(file) ?? '').find(
          one => one.kind === object.kind && one.metadata.name === object.name,
        )
        if (!declared) throw new Error(`${file} does not declare ${object.kind} ${object.name}`)
        const name = `${object.kind}/${object.name}`
        const target = found[name] ?? declared
        const wrong = applyPatch(target, operations as Parameters<typeof applyPatch>[1]).filter(Boolean)
        if (wrong.length > 0) throw new Error(`${name}: ${wrong.map(String).join('; ')}`)
        if (operations[0]?.op !== 'test') throw new Error(`${name}: operations begin with test`)
        found[name] = target
      }
      return found
    },
    async [Symbol.asyncDispose]() {
      await git[Symbol.asyncDispose]()
      repository[Symbol.dispose]()
      rmSync(directory, { recursive: true, force: true })
    },
  }
  scene.commit(files, title)
  return scene
}
