import { type Observation, scoreIn } from '../observation.ts'
import type { RareMetric } from '../rollout-plan.ts'
import { type ErrorShareState, observeEvent, startErrorShare } from '../statistics/error-share.ts'
import { type ArmMeans, addToArm, startArmMeans } from './means.ts'

/** Evidence that the candidate's units have more events than stable's. Only units with an event count. */
export interface RareState {
  kind: 'rare'
  rollback: ErrorShareState
  means: ArmMeans
}

export const startRare = (): RareState => ({
  kind: 'rare',
  rollback: startErrorShare(),
  means: startArmMeans(),
})

/** Returns whether the evidence may have risen. */
export function observeRare(metric: RareMetric, state: RareState, observation: Observation): boolean {
  if (observation.kind === 'single') {
    const value = scoreIn(observation.scores, metric.name)
    if (value === null) return false
    addToArm(state.means[observation.arm], Number(value > 0))
    if (value <= 0) return false
    observeEvent(state.rollback, observation.arm === 'candidate', observation.weight)
    return true
  }
  const stable = scoreIn(observation.stable, metric.name)
  const candidate = scoreIn(observation.candidate, metric.name)
  if (stable === null || candidate === null) return false
  addToArm(state.means.stable, Number(stable > 0))
  addToArm(state.means.candidate, Number(candidate > 0))
  // When both or neither have the event the pair says nothing; of the others half are the candidate's under the null.
  if (stable > 0 === candidate > 0) return false
  observeEvent(state.rollback, candidate > 0, 0.5)
  return true
}
