import type { Random } from '../lib/random.ts'
import { decide, type JudgeState, observe, startJudge } from './judge.ts'
import type { Observation } from './observation.ts'
import type { RolloutPlan } from './rollout-plan.ts'

/** Pass/fail feedback as it might come. Coverage is the share of units of an arm that get a score, at random. */
export interface Feedback {
  quality:
    | { kind: 'unpaired'; baseline: number; candidate: number }
    /** Both releases answer the same inputs; stable alone is right with `regress`, the candidate alone with `improve`. */
    | { kind: 'paired'; regress: number; improve: number }
  coverage: { stable: number; candidate: number }
}

export interface RunOutcome {
  decision: 'promote' | 'rollback' | 'hold'
  /** Units per arm when it was decided. */
  units: number
}

export interface SimulationResult {
  /** Shares of all runs. */
  promote: number
  rollback: number
  hold: number
  /** Mean units per arm until the decision. */
  samples: number
}

export const SCORE = 'score'

/** One step judged after every unit by the judge that judges real rollouts, until it decides. */
export function simulateRun(plan: RolloutPlan, feedback: Feedback, random: Random): RunOutcome {
  const state = startJudge(plan)
  const { coverage } = feedback
  const scores = (right: boolean, share: number, luck: number) => ({
    [SCORE]: luck < share ? Number(right) : null,
  })
  if (feedback.quality.kind === 'paired') {
    const { regress, improve } = feedback.quality
    for (;;) {
      const draw = random()
      // One label serves both answers; the arm of lower coverage lacks some more.
      const luck = random()
      const stable = scores(draw >= improve, coverage.stable, luck)
      const candidate = scores(draw < improve || draw >= improve + regress, coverage.candidate, luck)
      const outcome = look(plan, state, { kind: 'paired', stable, candidate })
      if (outcome) return outcome
    }
  }
  const right = { stable: feedback.quality.baseline, candidate: feedback.quality.candidate }
  for (;;) {
    for (const arm of ['stable', 'candidate'] as const) {
      const unit = {
        kind: 'single' as const,
        arm,
        scores: scores(random() < right[arm], coverage[arm], random()),
        weight: 0.5,
      }
      const outcome = look(plan, state, unit)
      if (outcome) return outcome
    }
  }
}

/** Shares and mean of finished runs. */
export function summarise(outcomes: readonly RunOutcome[]): SimulationResult {
  const share = (decision: RunOutcome['decision']) =>
    outcomes.filter(outcome => outcome.decision === decision).length / outcomes.length
  return {
    promote: share('promote'),
    rollback: share('rollback'),
    hold: share('hold'),
    samples: outcomes.reduce((sum, { units }) => sum + units, 0) / outcomes.length,
  }
}

function look(plan: RolloutPlan, state: JudgeState, observation: Observation): RunOutcome | undefined {
  const { decision } = decide(plan, observe(plan, state, observation))
  return decision === 'continue' ? undefined : { decision, units: state.inPhase.candidate }
}
