import type { RouteRelease } from '../../api/kinds/route-release.ts'
import type { Draft } from '../runtime/reconciler.ts'
import { conclude, type Recorder, record } from './record.ts'

type Decision = RouteRelease['spec']['decisions'][number]

/** Acts on what people decided since the last time; each decision is acted on once and stands in the ledger. */
export async function actOnDecisions(release: Draft<RouteRelease>, recorder: Recorder): Promise<void> {
  const { status, spec } = release
  for (const [i, decision] of spec.decisions.entries()) {
    if (i < (status.decisionsSeen ?? 0)) continue
    await record(
      release,
      recorder,
      decision.action,
      `decision-${i}`,
      { reason: decision.reason },
      `user:${decision.by ?? 'unknown'}`,
    )
    status.decisionsSeen = i + 1
    await act(release, decision, recorder)
  }
}

async function act(
  release: Draft<RouteRelease>,
  { action, reason, by }: Decision,
  recorder: Recorder,
): Promise<void> {
  const { status } = release
  const person = by ?? 'unknown'
  const trying = status.phase === 'RollingOut' || status.phase === 'Held'
  if (action === 'promote' && trying) {
    await conclude(release, recorder, 'Live', {
      decision: 'promote',
      reason: 'Person',
      message: `promoted by ${person}: ${reason}`,
      by: person,
    })
  } else if (action === 'abort' && (trying || status.phase === 'Gated' || status.phase === 'Pending')) {
    await conclude(release, recorder, 'RolledBack', {
      decision: 'rollback',
      reason: 'Person',
      message: `aborted by ${person}: ${reason}`,
      by: person,
    })
  } else if (action === 'override' && (status.phase === 'Rejected' || status.phase === 'RolledBack')) {
    status.phase = 'Pending'
    status.overridden = true
    recorder.context.event('Warning', 'Overridden', `${person} lets it be tried again: ${reason}`)
  } else if (action !== 'approve') {
    recorder.context.event(
      'Warning',
      'DecisionIgnored',
      `${action} by ${person} has no effect in phase ${status.phase ?? 'Pending'}`,
    )
  }
}
