import { canonicalJson, digestOf } from '../../lib/digest.ts'
import { uuidv7 } from '../../lib/uuid.ts'
import type { IntentModel } from '../intent/intent.ts'
import type { Asker, OrchestratorParts, RecordedRun, SkillRequest, SkillRun } from '../orchestrator.ts'
import { handleOnce } from '../pipeline.ts'
import type { Run } from '../run.ts'
import { createTurnstile, type Turnstile } from '../turnstile.ts'
import { format, keepRun, readRun } from './runs.ts'
import { ReplayError, recordingTape, replayingTape } from './tape.ts'

interface Begun {
  request: SkillRequest
  asker: Asker
  intent: () => IntentModel
  turnstile: Turnstile
  signal: AbortSignal
  step(what: string): void
}

/** Answers a request, keeps everything that it read as a blob, and tells the ledger. */
export async function recordRun(parts: OrchestratorParts, begun: Begun): Promise<RecordedRun> {
  const { clock, blobs, ledger } = parts
  const request = maskedRequest(begun.request, parts)
  const tape = recordingTape()
  const now = clock.now()
  const run = await handleOnce({ ...begun, parts, request, tape, now })
  const { incomplete } = tape
  const record = await keepRun(blobs, {
    format,
    request,
    user: begun.asker.user,
    now,
    intent: request.kind === 'words' ? begun.intent().digest : '',
    entries: tape.entries,
    ...(incomplete !== undefined && { incomplete }),
    result: canonicalJson(run),
  })
  await ledger.append({
    id: `skill-run/${uuidv7(clock)}`,
    actor: begun.asker.user.startsWith('system:') ? 'automation' : `user:${begun.asker.user}`,
    action: 'skill-run',
    subject: `Skill/${request.namespace}/${run.skill ?? request.kind}`,
    at: new Date(now).toISOString(),
    data: {
      record,
      request: request.kind,
      outcome: run.outcome,
      result: digestOf(canonicalJson(run)),
      proposals: run.proposals.map(({ name }) => name),
      refused: run.refused.map(({ reason }) => reason.slice(0, 300)),
      ...(run.worded && { model: run.worded.route }),
      ...(incomplete !== undefined && { incomplete }),
    },
  })
  return { ...run, record, ...(incomplete !== undefined && { incomplete }) }
}

/** Secrets that people paste into a question go no further than here. */
function maskedRequest(
  request: SkillRequest,
  { maskSecrets }: Pick<OrchestratorParts, 'maskSecrets'>,
): SkillRequest {
  return request.kind === 'words' ? { ...request, text: maskSecrets(request.text.slice(0, 4_000)) } : request
}

/**
 * Repeats a run from its record.
 * @throws Error when there is no such record, or it does not hold everything
 */
export async function replayRun(
  parts: OrchestratorParts,
  digest: string,
  { intent }: { intent: () => IntentModel },
): Promise<{ same: boolean; run: SkillRun; differs?: string }> {
  const record = await readRun(parts.blobs, digest)
  if (record.incomplete !== undefined)
    throw new Error(`the run of record ${digest} can not be repeated: ${record.incomplete}`)
  const request = record.request as SkillRequest
  const then = JSON.parse(record.result) as SkillRun
  const replay: Run = {
    parts,
    request,
    asker: { user: record.user, client: parts.client },
    intent,
    turnstile: createTurnstile({ clock: parts.clock, atOnce: 1 }),
    tape: replayingTape(record.entries),
    now: record.now,
    signal: new AbortController().signal,
    step() {},
  }
  try {
    const run = await handleOnce(replay)
    const same = canonicalJson(run) === record.result
    const changed = request.kind === 'words' && intent().digest !== record.intent
    return {
      same,
      run,
      ...(!same && { differs: changed ? 'the intent model is another one now' : difference(then, run) }),
    }
  } catch (error) {
    if (!(error instanceof ReplayError)) throw error
    return { same: false, run: then, differs: error.message }
  }
}

function difference(then: SkillRun, now: SkillRun): string {
  const field = ([...new Set([...Object.keys(then), ...Object.keys(now)])] as (keyof SkillRun)[]).find(
    name => canonicalJson(then[name]) !== canonicalJson(now[name]),
  )
  return `${field ?? 'something'} is different`
}
