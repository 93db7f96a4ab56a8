import { subjectOf } from '../../api/kind.ts'
import type { Proposal } from '../../api/kinds/proposal.ts'
import type { Ledger, LedgerEntry } from '../../ledger/ledger.ts'
import type { Context, Draft } from '../runtime/reconciler.ts'

export type Status = NonNullable<Proposal['status']>
export type Phase = NonNullable<Status['phase']>

export interface Recorder {
  ledger: Ledger
  context: Context
}

export const instant = ({ clock }: Pick<Context, 'clock'>): string => new Date(clock.now()).toISOString()

/** Ends, and the action of the ledger that says so. */
const ends: Readonly<Partial<Record<Phase, string>>> = {
  Verified: 'verified',
  Ineffective: 'ineffective',
  Reverted: 'proposal-reverted',
  Rejected: 'proposal-rejected',
  Withdrawn: 'proposal-withdrawn',
  Expired: 'proposal-expired',
  Superseded: 'proposal-superseded',
  Refused: 'proposal-refused',
}

const phaseOfAction = new Map(Object.entries(ends).map(([phase, action]) => [action, phase as Phase]))

export const hasEnded = ({ phase }: Pick<Status, 'phase'>): boolean => phase !== undefined && phase in ends

/** Actions after which nothing more is done to an object by the proposal. */
export const endActions: ReadonlySet<string> = new Set(Object.values(ends))

/**
 * Writes a decision to the ledger, before it is acted on. The id names the proposal and the moment, so that a controller
 * that crashed in between repeats it and gets the first entry back.
 */
export function record(
  proposal: Draft<Proposal>,
  { ledger, context }: Recorder,
  action: string,
  moment: string,
  data: Record<string, unknown>,
  actor = 'controller:proposal',
): Promise<LedgerEntry> {
  const subject = subjectOf(proposal)
  return ledger.append({
    id: [action, subject, proposal.metadata.uid, moment].filter(Boolean).join('/'),
    actor,
    action,
    subject,
    at: instant(context),
    data: { ...aboutOf(proposal), ...data },
  })
}

/** What outcomes are learnt by, on every entry, so that the ledger alone can be replayed. */
const aboutOf = ({ spec, status, metadata }: Draft<Proposal>) => ({
  uid: metadata.uid,
  skill: spec.skill,
  class: spec.hypothesis?.class ?? '',
  rules: spec.hypothesis?.rules ?? [],
  environment: status.environment ?? metadata.namespace,
  delivery: spec.delivery,
  ...(spec.incident !== undefined && { incident: spec.incident }),
  automatic: status.automatic ?? true,
})

/** Entries of this very proposal, not of another one that had its name. */
export async function ownEntries(proposal: Proposal, { ledger }: Recorder): Promise<LedgerEntry[]> {
  const entries = await ledger.list({ subject: subjectOf(proposal) })
  return entries.filter(({ data }) => data.uid === proposal.metadata.uid)
}

/**
 * Brings status in line with what the ledger knows already: a crash between the two must not lead to another decision.
 */
export function adopt({ status }: Draft<Proposal>, entries: readonly LedgerEntry[]): void {
  for (const { action, data, at } of entries) {
    if (action === 'merge' && !status.merge) {
      const { revision, onto, by } = data
      status.merge = {
        revision: String(revision),
        onto: String(onto),
        at,
        by: by === 'keelway' ? 'keelway' : 'people',
      }
    }
    const phase = phaseOfAction.get(action)
    if (!phase || (hasEnded(status) && phase !== 'Reverted')) continue
    status.phase = phase
    status.message = typeof data.message === 'string' ? data.message : phase
    status.endedAt = at
  }
}

/** Ends it: ledger first, then status; an end that the ledger knows stays. */
export async function end(
  proposal: Draft<Proposal>,
  recorder: Recorder,
  phase: Phase,
  message: string,
  data: Record<string, unknown> = {},
  actor?: string,
): Promise<void> {
  const entry = await record(
    proposal,
    recorder,
    ends[phase] ?? 'proposal-refused',
    '',
    { message, ...data },
    actor,
  )
  const { status } = proposal
  status.phase = phase
  status.message = String(entry.data.message)
  status.endedAt = entry.at
  const good = phase === 'Verified' || phase === 'Superseded' || phase === 'Withdrawn' || phase === 'Reverted'
  recorder.context.event(good ? 'Normal' : 'Warning', phase, message)
}
