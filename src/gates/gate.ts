import type { ModelRoute } from '../api/kinds/model-route.ts'
import type { RouteRelease } from '../api/kinds/route-release.ts'
import type { Context } from '../controllers/runtime/reconciler.ts'

/**
 * GATE: may this release get any traffic? A gate reads resources and says open, closed or waiting, with a reason.
 * It may create what it waits for (an EvaluationRun). It is asked again whenever something it reads changes, must give
 * the same answer for the same facts, and is closed or waiting, never open, when its input is missing.
 * Implementations pass `gate.contract.ts`.
 */
export interface Gate<Config = unknown> {
  /** Name of the field in `ModelRoute.spec.gates[]` that configures it. */
  name: string
  check(question: GateQuestion<Config>): Promise<GateAnswer>
}

export interface GateQuestion<Config> {
  config: Config
  route: ModelRoute
  release: RouteRelease
  /** The stable release, absent for a first one. */
  baseline: RouteRelease | undefined
  context: Pick<Context, 'client' | 'informer' | 'clock'>
}

export interface GateAnswer {
  state: 'open' | 'closed' | 'waiting'
  /** One word for the cause. */
  reason: string
  /** What was found, and what is needed. */
  message: string
  /** EvaluationRun that decided. */
  run?: string
}
