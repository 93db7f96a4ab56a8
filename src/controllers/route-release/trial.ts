import type { ModelRoute } from '../../api/kinds/model-route.ts'
import type { RouteRelease } from '../../api/kinds/route-release.ts'
import {
  type JudgeState,
  observe,
  startJudge,
  startPhase,
  type Verdict,
  verdict,
} from '../../rollout/judge.ts'
import type { Telemetry, Unit } from '../../telemetry/telemetry.ts'
import type { Draft } from '../runtime/reconciler.ts'
import { observationOf, type ScoreByName } from './observations.ts'
import { conclude, instant, type Recorder, record } from './record.ts'
import type { Trial } from './rollout-plan.ts'

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
  const before = index === 0 ? startJudge(trial.plan) : stateOf(release)
  Object.assign(status, {
    phase: 'RollingOut',
    step: index,
    phaseId: `${release.spec.digest.slice(7, 15)}/${status.attempt}/${trial.digest}/${step}`,
    stepStartedAt: instant(recorder.context),
    weight: step === 'shadow' ? 0 : step,
    shadow: step === 'shadow',
    judge: { plan: trial.digest, state: startPhase(trial.plan, before, index) },
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
  let state = stateOf(release)
  let decided = verdict(trial.plan, state)
  for (let full = true; full && decided.decision === 'continue'; ) {
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
      if (!observation) continue
      state = observe(trial.plan, state, observation)
      decided = verdict(trial.plan, state)
      if (decided.decision !== 'continue') break
    }
  }
  status.judge = { plan: trial.digest, state }
  status.units = state.units
  status.evidence = evidenceOf(decided)
  await act(release, route, trial, withBudget(decided, status, trial, recorder), recorder)
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
    await record(release, recorder, 'step', `step-${release.status.step}`, {
      message,
      evidence: release.status.evidence,
    })
    await startStep(release, trial, (release.status.step ?? 0) + 1, recorder)
  }
}

function withBudget(
  decided: Verdict,
  status: Draft<RouteRelease>['status'],
  trial: Trial,
  { context }: Recorder,
): Verdict {
  if (decided.decision !== 'continue') return decided
  const { hours, usd } = trial.plan.atMost
  const passedHours = (context.clock.now() - Date.parse(status.stepStartedAt ?? '')) / 3_600_000
  const spent = status.spentUsd ?? 0
  if (passedHours >= hours)
    return { ...decided, decision: 'hold', reason: 'TimeUsedUp', message: `no verdict after ${hours} hours` }
  if (usd !== undefined && spent >= usd)
    return {
      ...decided,
      decision: 'hold',
      reason: 'MoneyUsedUp',
      message: `no verdict after ${spent.toFixed(2)} USD of shadow answers`,
    }
  return decided
}

const stateOf = (release: Draft<RouteRelease>): JudgeState =>
  (release.status.judge as { state: JudgeState }).state

const shadowCost = (unit: Unit): number =>
  unit.answers.reduce((sum, { arm, costUsd }) => sum + (arm === 'shadow' ? (costUsd ?? 0) : 0), 0)

const lastMessage = (status: Draft<RouteRelease>['status']): string =>
  status.evidence?.map(({ message }) => message).join('; ') ?? 'no worse in every step'

function evidenceOf({ evidence }: Verdict): NonNullable<Draft<RouteRelease>['status']['evidence']> {
  return evidence
}
