import type { Kind } from '../../api/kind.ts'
import type { Proposal } from '../../api/kinds/proposal.ts'
import type { Git } from '../../git/git.ts'
import type { Ledger, LedgerEntry } from '../../ledger/ledger.ts'
import type { Context, Draft, Outcome } from '../runtime/reconciler.ts'
import type { Flights } from './flights.ts'
import type { ProposalGate } from './gates/gate.ts'
import type { ForgeOf } from './place.ts'
import { record } from './record.ts'
import type { Watchers } from './verification.ts'

export interface ProposalDependencies extends Watchers {
  git: Git
  ledger: Ledger
  kinds: readonly Kind[]
  /** Without it branches are pushed and no pull request is opened. */
  forgeOf?: ForgeOf | undefined
}

/** One call for one proposal. */
export interface Work {
  proposal: Draft<Proposal>
  context: Context
  dependencies: ProposalDependencies
  ledger: Ledger
  gates: readonly ProposalGate[]
  flights: Flights
  /** What the ledger knows of this proposal, oldest first; `note` adds to it. */
  entries: LedgerEntry[]
}

/** Writes a decision of this call to the ledger. */
export async function note(
  { proposal, ledger, context, entries }: Work,
  action: string,
  moment: string,
  data: Record<string, unknown>,
): Promise<LedgerEntry> {
  const entry = await record(proposal, { ledger, context }, action, moment, data)
  if (!entries.some(({ sequence }) => sequence === entry.sequence)) entries.push(entry)
  return entry
}

/** How long until it is looked at again while nothing tells of a change. */
export const LOOK_MS = 15_000

/**
 * It can not go on now: why, and what to do. Not an end; it goes on by itself when that is over.
 */
export class Held extends Error {
  override readonly name = 'Held'
  readonly reason: string
  readonly retryMs: number
  constructor(reason: string, message: string, retryMs = LOOK_MS) {
    super(message)
    this.reason = reason
    this.retryMs = retryMs
  }
}

/** An outcome of something that goes on: Ready is Unknown. */
export const goesOn = (reason: string, message: string, requeueMs = LOOK_MS): Outcome => ({
  ready: { status: 'Unknown', reason, message },
  requeueMs,
})
