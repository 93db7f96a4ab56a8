import { subjectOf } from '../../api/kind.ts'
import { RouteRelease } from '../../api/kinds/route-release.ts'
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

/** Now, or just after the verdict of the release it follows: which one is live must not hang on a clock that went back. */
function verdictTime({ metadata, status }: Draft<RouteRelease>, context: Context): string {
  const releases = context.informer(RouteRelease)
  const before = status.baseline ? releases.get(status.baseline, metadata.namespace) : undefined
  const last = before?.status?.verdict ? Date.parse(before.status.verdict.at) : 0
  return new Date(Math.max(context.clock.now(), last + 1)).toISOString()
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
  const plan = (status.judge as { plan?: string } | undefined)?.plan ?? ''
  const moment = `${plan}/${status.step ?? 0}/${verdict.decision}/${status.decisionsSeen ?? 0}`
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
  status.verdict = { ...verdict, at: verdictTime(release, recorder.context) }
  if (phase !== 'Held') {
    status.weight = phase === 'Live' ? 100 : 0
    status.shadow = false
  }
  const good = phase === 'Live' || phase === 'Superseded'
  recorder.context.event(good ? 'Normal' : 'Warning', phase, verdict.message)
}
