import { subjectOf } from '../../api/kind.ts'
import type { RouteRelease } from '../../api/kinds/route-release.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import type { Context, Draft } from '../runtime/reconciler.ts'

export interface Recorder {
  ledger: Ledger
  context: Context
}

type Phase = NonNullable<NonNullable<RouteRelease['status']>['phase']>
type Verdict = NonNullable<NonNullable<RouteRelease['status']>['verdict']>

export const instant = (context: Context): string => new Date(context.clock.now()).toISOString()

/**
 * Writes a decision to the ledger. The id names the attempt and the moment of the rollout, so a controller that crashed
 * between ledger and status repeats it without a second entry.
 */
export async function record(
  release: Draft<RouteRelease>,
  { ledger, context }: Recorder,
  action: string,
  moment: string,
  data: Record<string, unknown>,
  actor = 'controller:route-release',
): Promise<void> {
  const subject = subjectOf(release)
  await ledger.append({
    id: `${action}/${subject}/${release.metadata.uid}/${release.status.attempt ?? 0}/${moment}`,
    actor,
    action,
    subject,
    at: instant(context),
    data: { digest: release.spec.digest, ...data },
  })
}

/** Ends or holds a trial: verdict, ledger entry, event, and for all but hold no weight left. */
export async function conclude(
  release: Draft<RouteRelease>,
  recorder: Recorder,
  phase: Phase,
  verdict: Omit<Verdict, 'at'>,
  data: Record<string, unknown> = {},
): Promise<void> {
  const { status } = release
  const moment = `${status.step ?? 0}/${verdict.decision}/${status.decisionsSeen ?? 0}`
  const evidence = { step: status.step, units: status.units, evidence: status.evidence }
  await record(
    release,
    recorder,
    'verdict',
    moment,
    { phase, ...verdict, ...evidence, ...data },
    verdict.by && `user:${verdict.by}`,
  )
  status.phase = phase
  status.verdict = { ...verdict, at: instant(recorder.context) }
  if (phase !== 'Held') {
    status.weight = phase === 'Live' ? 100 : 0
    status.shadow = false
  }
  const good = phase === 'Live' || phase === 'Superseded'
  recorder.context.event(good ? 'Normal' : 'Warning', phase, verdict.message)
}
