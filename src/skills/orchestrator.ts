import type { Client } from '../client/client.ts'
import type { Hypothesis } from '../diagnosis/diagnosis.ts'
import type { Git } from '../git/git.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { Clock } from '../lib/clock.ts'
import type { Blobs } from '../store/blobs.ts'
import type { Telemetry } from '../telemetry/telemetry.ts'
import type { SkillSystem } from './context.ts'
import type { ModelParts } from './intent/intent.ts'
import { lazyIntent } from './intent/lazy.ts'
import { AUTOMATION, type Proposed } from './proposing.ts'
import type { MaskSecrets } from './pseudonyms.ts'
import { recordRun, replayRun } from './record/recorded-run.ts'
import type { Skill, SkillContext } from './skill.ts'
import { createTurnstile } from './turnstile.ts'

/**
 * PROPOSE: what asks for something to be found out or done. Words, typed input, or something that happened.
 * request → parse → select → plan → guardian → execute → result; every step is recorded and can be repeated.
 */
export type SkillRequest = { namespace: string } & (
  | {
      kind: 'words'
      text: string
      /** IANA name of the zone that times are meant in; UTC without it. */
      timeZone?: string | undefined
      /** ModelRoute to ask, `none` for no model; without it the one that is labelled for skills, if any. */
      model?: string | undefined
    }
  | { kind: 'skill'; skill: string; input: unknown }
  /** An Incident: it is diagnosed, and the remedy of what is likely is proposed. */
  | { kind: 'incident'; name: string }
  /** Something that was told, such as an alert: the same, for what its service shows since then. */
  | { kind: 'event'; reason: string; service: string; at: number }
)

/** On whose behalf; the client does what that user may. */
export interface Asker {
  /** Name of the user. */
  user: string
  client: Client
}

export interface SkillRun {
  /** answered: a skill ran; its proposals may be none. unclear: say it otherwise. refused: the guardian said no. */
  outcome: 'answered' | 'unclear' | 'refused' | 'failed'
  /** What was understood of words, in a sentence. */
  understood?: string
  /** Who read the words: the intent model and grammar, or a language model. */
  readBy?: 'words' | 'model'
  notes: readonly string[]
  skill?: string
  input?: unknown
  /** As the skill's schema says. */
  output?: unknown
  /** What people read first. */
  text: string
  /** The same in a language model's words: a convenience, never evidence. */
  worded?: { by: 'model'; route: string; text: string }
  proposals: readonly Proposed[]
  /** Drafts that were not let through. */
  refused: readonly { title: string; reason: string; instead: string }[]
  steps: readonly string[]
}

/** A run with where it is recorded. */
export type RecordedRun = SkillRun & {
  record?: string
  /** Why it can not be repeated; absent when it can. */
  incomplete?: string
}

export interface RunHooks {
  signal?: AbortSignal
  /** Told of each step as it is taken. */
  step?: (what: string) => void
}

export interface Orchestrator {
  skills: readonly Skill[]
  /** Never throws for what the request says: a run that failed says so. */
  handle(request: SkillRequest, asker?: Asker, hooks?: RunHooks): Promise<RecordedRun>
  /** Repeats a run from its record, without looking at anything else. */
  replay(record: string): Promise<{ same: boolean; run: SkillRun; differs?: string }>
}

/** A route that answers for skills. */
export interface ModelAccess {
  /** The route to ask: the one named, or the one labelled for skills in the namespace. Undefined when there is none that serves. */
  find(namespace: string, wanted: string | undefined): Promise<{ route: string; release: string } | undefined>
  /** @throws Error when it does not answer */
  ask(release: string, input: string, signal: AbortSignal): Promise<{ text: string; costUsd?: number }>
}

export interface OrchestratorParts {
  skills: readonly Skill[]
  /** Automation's own client, for requests that nobody asked by hand. */
  client: Client
  signals: SkillContext['signals']
  telemetry: Pick<Telemetry, 'units' | 'calls'>
  git: Git
  ledger: Pick<Ledger, 'list' | 'append'>
  blobs: Pick<Blobs, 'put' | 'get'>
  clock: Clock
  diagnose: SkillSystem['diagnose']
  intent: ModelParts
  /** Masks secrets and personal data, of what goes to a model. */
  mask: MaskSecrets
  /** Masks secrets, of what people ask; the empty text when that can not be told. */
  maskSecrets(text: string): string
  /** Of this installation, for placeholders. */
  pseudonymKey: string
  model?: ModelAccess
  /** Which remedy to try first, of hypotheses that have one; their own order without it. */
  chooseRemedy?: (hypotheses: readonly Hypothesis[], namespace: string) => Promise<readonly Hypothesis[]>
}

/** Longest run. */
const runMs = 120_000
/** Runs at once; others wait or are refused. */
const atOnce = 16

/** Puts everything together; the intent model is trained when the first words come. */
export function createOrchestrator(parts: OrchestratorParts): Orchestrator {
  const { clock, skills } = parts
  const intent = lazyIntent(skills, parts.intent)
  const turnstile = createTurnstile({ clock, atOnce })
  const automation: Asker = { user: AUTOMATION, client: parts.client }
  return {
    skills,
    async handle(request, asker = automation, { signal, step } = {}) {
      const leave = turnstile.enter(asker.user)
      if (!leave)
        return {
          ...nothingDone,
          outcome: 'refused',
          text: `${atOnce} requests are being answered already; ask again soon.`,
        }
      const ending = new AbortController()
      const cancel = clock.after(runMs, () =>
        ending.abort(new Error(`it took more than ${runMs / 1000} s and was stopped`)),
      )
      const signals = [ending.signal, ...(signal ? [signal] : [])]
      try {
        return await recordRun(parts, {
          request,
          asker,
          intent,
          turnstile,
          signal: AbortSignal.any(signals),
          step: step ?? (() => {}),
        })
      } finally {
        cancel()
        leave()
      }
    },
    replay: record => replayRun(parts, record, { intent }),
  }
}

const nothingDone = { notes: [], proposals: [], refused: [], steps: [] } as const
