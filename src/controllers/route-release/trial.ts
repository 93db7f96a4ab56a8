import type { ModelRoute } from '../../api/kinds/model-route.ts'
import type { RouteRelease } from '../../api/kinds/route-release.ts'
import { decide, type JudgeState, observe, type Spent, startJudge, startPhase } from '../../rollout/judge.ts'
import { type MetricEvidence, type Verdict, verdict } from '../../rollout/verdict.ts'
import type { Telemetry, Unit } from '../../telemetry/telemetry.ts'
import type { Draft } from '../runtime/reconciler.ts'
import type { Trial } from '../runtime/trial.ts'
import { observationOf, type ScoreByName } from './observations.ts'
import { conclude, instant, type Recorder, record } from './record.ts'

/** Records reach the control plane in batches; a unit is read this long after it closed, so that none is missed. */
const GRACE_MS = 1000
const PAGE = 500

/** Starts step `index`: the candidate gets the step's share of traffic, units and promotion evidence begin anew. */
export async function startStep(
  release: Draft<RouteRelease>,
  trial: Trial,
  index: number,
  recorder: Recorder,
): Promise<void> {
  const { status } = release
  const step = trial.plan.steps[index]
  if (step === undefined) {
    const message = index === 0 ? 'the route has no rollout steps' : lastMessage(status)
    return conclude(release, recorder, 'Live', {
      decision: 'promote',
      reason: index === 0 ? 'NoSteps' : 'NoWorse',
      message,
    })
  }
  const state = index === 0 ? startJudge(trial.plan) : startPhase(trial.plan, stateOf(release), step)
  Object.assign(status, {
    phase: 'RollingOut',
    step: index,
    phaseId: `${release.spec.digest.slice(7, 15)}/${status.attempt}/${trial.digest}/${step}`,
    stepStartedAt: instant(recorder.context),
    weight: step === 'shadow' ? 0 : step,
    shadow: step === 'shadow',
    judge: { plan: trial.digest, trial, state },
    spentUsd: 0,
  })
  delete status.cursor
  delete status.verdict
  await record(release, recorder, 'weight', `step-${index}-${trial.digest}`, {
    step,
    weight: status.weight,
    shadow: status.shadow,
  })
  recorder.context.event(
    'Normal',
    'StepStarted',
    step === 'shadow' ? 'answers the same inputs unseen' : `answers ${step} % of sessions`,
  )
}

/** Reads the units that closed since the last time, counts each once, and acts on the verdict after every one. */
export async function gatherEvidence(
  release: Draft<RouteRelease>,
  route: ModelRoute,
  trial: Trial,
  telemetry: Telemetry,
  score: ScoreByName,
  recorder: Recorder,
): Promise<void> {
  const { status } = release
  const weight = (status.weight ?? 0) / 100
  // A copy: the cached object must stay as it is should this call fail.
  const state = structuredClone(stateOf(release))
  const undecided = () =>
    status.phase === 'Held' || decide(trial.plan, state, spent(release, recorder)).decision === 'continue'
  for (let full = true; full && undecided(); ) {
    const units = await telemetry.units({
      namespace: release.metadata.namespace ?? '',
      route: release.spec.route,
      phase: status.phaseId ?? '',
      closeAfterMs: trial.closeAfterMs,
      ...(status.cursor ? { after: status.cursor } : {}),
      until: recorder.context.clock.now() - GRACE_MS,
      limit: PAGE,
    })
    full = units.length === PAGE
    for (const unit of units) {
      status.cursor = { closedAt: unit.closedAt, unit: unit.unit }
      status.spentUsd = (status.spentUsd ?? 0) + shadowCost(unit)
      const observation = observationOf(
        unit,
        route.spec.rollout.metrics,
        score,
        status.shadow ?? false,
        weight,
      )
      if (observation) observe(trial.plan, state, observation)
      if (!undecided()) break
    }
  }
  const decided = verdict(trial.plan, state, spent(release, recorder))
  status.judge = { plan: trial.digest, trial, state }
  status.units = state.inAll.candidate
  status.evidence = decided.evidence.map(evidenceOf)
  await act(release, route, trial, decided, recorder)
}

async function act(
  release: Draft<RouteRelease>,
  route: ModelRoute,
  trial: Trial,
  decided: Verdict,
  recorder: Recorder,
): Promise<void> {
  const { reason, message } = decided
  const held = release.status.phase === 'Held'
  const state = { judge: release.status.judge, plan: trial.plan }
  if (
    decided.decision === 'rollback' ||
    (decided.decision === 'hold' && route.spec.rollout.otherwise === 'rollback')
  ) {
    await conclude(release, recorder, 'RolledBack', { decision: 'rollback', reason, message }, state)
  } else if (decided.decision === 'hold' && !held) {
    await conclude(
      release,
      recorder,
      'Held',
      {
        decision: 'hold',
        reason,
        message: `${message}; keelway rollout promote or abort ${release.metadata.name} decides`,
      },
      state,
    )
  } else if (decided.decision === 'promote' && !held) {
    const { step = 0, judge } = release.status
    const passed = {
      step: String(trial.plan.steps[step]),
      units: (judge as { state: JudgeState }).state.inPhase.candidate,
      at: instant(recorder.context),
      message,
    }
    release.status.passed = [...(release.status.passed ?? []), passed]
    await record(release, recorder, 'step', `step-${release.status.step}`, {
      message,
      evidence: release.status.evidence,
    })
    await startStep(release, trial, (release.status.step ?? 0) + 1, recorder)
  }
}

const spent = ({ status }: Draft<RouteRelease>, { context }: Recorder): Spent => ({
  hours: (context.clock.now() - Date.parse(status.stepStartedAt ?? '')) / 3_600_000,
  usd: status.spentUsd ?? 0,
})

const stateOf = (release: Draft<RouteRelease>): JudgeState =>
  (release.status.judge as { state: JudgeState }).state

const shadowCost = (unit: Unit): number =>
  unit.answers.reduce((sum, { arm, costUsd }) => sum + (arm === 'shadow' ? (costUsd ?? 0) : 0), 0)

const lastMessage = (status: Draft<RouteRelease>['status']): string =>
  status.evidence?.map(({ message }) => message).join('; ') ?? 'no worse in every step'

type Evidence = NonNullable<Draft<RouteRelease>['status']['evidence']>[number]

const evidenceOf = ({ name, kind, rollback, promote, stable, candidate, n }: MetricEvidence): Evidence => ({
  metric: name,
  message: `${measured(name, kind, stable, candidate)}: ${[
    `worse ${shown(rollback.e)}/${shown(rollback.threshold)}`,
    ...(promote ? [`no worse ${shown(promote.e)}/${shown(promote.threshold)}`] : []),
  ].join(', ')}`,
  rollback: rollback.e,
  rollbackThreshold: rollback.threshold,
  ...(promote ? { promote: promote.e, promoteThreshold: promote.threshold } : {}),
  ...(stable === undefined ? {} : { stable }),
  ...(candidate === undefined ? {} : { candidate }),
  units: n,
})

function measured(name: string, kind: MetricEvidence['kind'], stable?: number, candidate?: number): string {
  if (candidate === undefined) return `${name} not measured yet`
  if (kind === 'quantile') return `${name} within the limit ${(candidate * 100).toFixed(1)} %`
  return `${name} ${shown(candidate)} against ${shown(stable)}`
}

/** Evidence beyond a thousand is enough; its digits tell nothing. */
const shown = (value: number | undefined): string =>
  value === undefined ? '-' : value > 1000 ? 'over 1000' : Number(value.toPrecision(3)).toString()
