import type { z } from 'zod'
import type { Kind, Resource, ResourceOf } from '../api/kind.ts'
import type { ProposalDraft } from '../api/kinds/proposal.ts'
import type { Case } from '../diagnosis/channel.ts'
import type { Diagnosis } from '../diagnosis/diagnosis.ts'
import type { Commit } from '../git/git.ts'
import type { LedgerEntry } from '../ledger/ledger.ts'
import type { SignalStore } from '../telemetry/signals/signal-store.ts'
import type { Telemetry } from '../telemetry/telemetry.ts'

/**
 * PROPOSE: something an operator would do, as a function of typed input. A skill reads; it never writes. What it wants
 * changed it gives back as drafts, which the orchestrator makes Proposals of when the guardian lets it.
 * Implementations pass `skill.contract.ts`.
 */
export interface Skill<Input extends z.ZodType = z.ZodType, Output extends z.ZodType = z.ZodType> {
  /** Kebab-case, such as `right-size`. */
  name: string
  /** One sentence. */
  summary: string
  /** read: it only looks. propose: its answer may hold drafts. */
  risk: 'read' | 'propose'
  /** An object; each field with a description. */
  input: Input
  /** An object; `text` of it is what people read. */
  output: Output
  /** What it may read; the context refuses the rest. */
  permissions: readonly Permission[]
  /**
   * How people ask for it, 10 ways or more in different words; the intent model learns from them. A slot in braces is a
   * field of the input: `why is {service} slow since {since}`. Names of fields that words can fill: `slots/slot.ts`.
   */
  phrases: readonly string[]
  run(input: z.output<Input>, context: SkillContext): Promise<SkillAnswer<z.input<Output>>>
}

export type Permission =
  /** Objects of a kind, as `apps/v1/Deployment` or `v1/ConfigMap`. */
  { objects: string } | { reads: 'signals' | 'calls' | 'repository' | 'ledger' | 'diagnosis' }

export interface SkillAnswer<Output> {
  output: Output
  /** The best first; the orchestrator decides what becomes of them. Only of skills with risk propose. */
  drafts?: readonly ProposalDraft[]
}

/** What a skill may read. Everything that it gives is recorded, so that a run can be repeated without the system. */
export interface SkillContext {
  /** When it was asked; milliseconds since the epoch. */
  now: number
  /** Namespace it was asked for. */
  namespace: string
  signal: AbortSignal
  objects: ObjectReader
  /** Queries only. */
  signals: Omit<SignalStore, 'append' | typeof Symbol.asyncDispose>
  calls: Pick<Telemetry, 'units' | 'calls'>
  repository: RepositoryReader
  ledger(query: { subject?: string; action?: string }): Promise<readonly LedgerEntry[]>
  /** The diagnosis of an Incident, or of what a namespace shows since a time. */
  diagnose(of: { incident: string } | { since: number; service?: string }): Promise<{
    evidence: Case
    diagnosis: Diagnosis
  }>
  /** Tells people who wait, and the record, what is being done. */
  step(what: string): void
}

export interface ObjectReader {
  find<K extends Kind>(kind: K, name: string, namespace?: string): Promise<ResourceOf<K> | undefined>
  list<K extends Kind>(kind: K, namespace?: string): Promise<readonly ResourceOf<K>[]>
  /** Of kinds that are known by name only. */
  findNamed(apiVersion: string, kind: string, name: string, namespace?: string): Promise<Resource | undefined>
}

/** What Git says now of the objects of this installation. */
export interface RepositoryReader {
  /** Where an object is declared; undefined when it is not from Git. */
  sourceOf(object: {
    apiVersion: string
    kind: string
    name: string
    namespace?: string
  }): Promise<{ delivery: string; file: string; revision: string; declared: Resource } | undefined>
  read(delivery: string, file: string, revision?: string): Promise<string | undefined>
  /** Files of the repository by name, at a commit or now. */
  files(delivery: string, revision?: string): Promise<readonly string[]>
  /** Commits that changed a file, or any file (`.`), newest first, 50 at most. */
  history(delivery: string, file: string): Promise<readonly Commit[]>
}
