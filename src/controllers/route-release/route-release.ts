import { Delivery } from '../../api/kinds/delivery.ts'
import { Evaluation } from '../../api/kinds/evaluation.ts'
import { EvaluationRun } from '../../api/kinds/evaluation-run.ts'
import { ModelRoute } from '../../api/kinds/model-route.ts'
import { RouteRelease } from '../../api/kinds/route-release.ts'
import { revisionOf, source } from '../../api/source.ts'
import type { Gate } from '../../gates/gate.ts'
import type { ScoreAnswer } from '../../gates/scorers/scorer.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import { digestOfValue } from '../../lib/digest.ts'
import type { Telemetry } from '../../telemetry/telemetry.ts'
import {
  type Context,
  type Draft,
  done,
  type Outcome,
  type Reconciler,
  ready,
  requeueIn,
  Stalled,
  Waiting,
} from '../runtime/reconciler.ts'
import { type Trial, trialOf } from '../runtime/trial.ts'
import { actOnDecisions } from './decisions.ts'
import { passGates } from './gating.ts'
import { conclude, type Recorder, record } from './record.ts'
import { gatherEvidence, startStep } from './trial.ts'

export interface RouteReleaseDependencies {
  ledger: Ledger
  telemetry: Telemetry
  gates: readonly Gate[]
  score: ScoreAnswer
  /** States units needed and odds before the start, in lines of text. */
  forecast: (route: ModelRoute, trial: Trial) => Promise<string[]>
  /** Writes the revert branch; undefined when the release did not come from Git. */
  revert: (
    release: RouteRelease,
    stable: RouteRelease,
    route: ModelRoute,
    context: Context,
  ) => Promise<{ branch: string; revision: string } | undefined>
}

/**
 * Drives one release from its gates over the steps of its rollout to a verdict. All of a trial's state stands in status,
 * written once per call, so a crash at any moment goes on where it was and a decision can be replayed.
 */
export function routeReleaseReconciler(
  dependencies: RouteReleaseDependencies,
): Reconciler<typeof RouteRelease> {
  const forecasts: Situation['forecasts'] = new Map()
  return {
    name: 'route-release',
    kind: RouteRelease,
    concurrency: 8,
    watches: [
      {
        kind: ModelRoute,
        wakes: ({ metadata }, cache) =>
          cache
            .informer(RouteRelease)
            .list(metadata.namespace)
            .filter(({ spec }) => spec.route === metadata.name)
            .map(release => release.metadata),
      },
      {
        kind: EvaluationRun,
        wakes: run => [
          { name: (run as unknown as EvaluationRun).spec.release, namespace: run.metadata.namespace },
        ],
      },
      {
        kind: Evaluation,
        wakes: ({ metadata }, cache) =>
          cache
            .informer(RouteRelease)
            .list(metadata.namespace)
            .filter(({ status }) => status?.phase === 'Gated')
            .map(release => release.metadata),
      },
    ],
    finalizer: 'keelway.dev/release',
    async finalize(release, { informer }) {
      const { name, namespace, ownerReferences } = release.metadata
      const route = informer(ModelRoute).get(release.spec.route, namespace)
      const owned = ownerReferences?.some(({ uid }) => uid === route?.metadata.uid)
      if (!route || !owned || route.metadata.deletionTimestamp) return
      if (release.status?.phase === 'Live' && route.status?.stable === name)
        throw new Waiting(
          'Serving',
          'it serves: it goes away when another release is live, or with its route',
        )
      if (onHold.has(release.status?.phase ?? '') && route.status?.digest === release.spec.digest)
        throw new Waiting(
          'OnHold',
          'its content is wanted and on hold: override it, or commit another content first',
        )
    },
    async reconcile(release, context) {
      const { name, namespace } = release.metadata
      if (digestOfValue(release.spec.bundle) !== release.spec.digest) {
        throw new Stalled(
          'DigestMismatch',
          'spec.bundle is not what spec.digest says: this release is never served',
        )
      }
      const route = context.informer(ModelRoute).get(release.spec.route, namespace)
      if (!route) throw new Waiting('RouteMissing', `ModelRoute ${release.spec.route} is gone`)
      noteCommit(release, route, context)
      const recorder: Recorder = { ledger: dependencies.ledger, context }
      await actOnDecisions(release, recorder)
      const stable =
        route.status?.stable && route.status.stable !== name
          ? context.informer(RouteRelease).get(route.status.stable, namespace)
          : undefined
      return advance({ release, route, stable, recorder, dependencies, forecasts })
    },
  }
}

/** Phases whose digest must stay remembered, and can be overridden only while the release is there. */
const onHold = new Set(['Rejected', 'RolledBack'])

interface Situation {
  release: Draft<RouteRelease>
  route: ModelRoute
  stable: RouteRelease | undefined
  recorder: Recorder
  dependencies: RouteReleaseDependencies
  /** Forecasts under way, by attempt. */
  forecasts: Map<string, Promise<string[]>>
}

async function advance(situation: Situation): Promise<Outcome> {
  const { release, route, stable } = situation
  const { status } = release
  const wanted = route.status?.digest === release.spec.digest
  switch (status.phase) {
    case undefined:
    case 'Pending':
    case 'Superseded':
      return route.status?.candidate === release.metadata.name ? begin(situation) : done
    case 'Gated':
    case 'RollingOut':
    case 'Held':
      if (!wanted) return supersede(situation, 'the route wants another content')
      if ((stable?.metadata.name ?? '') !== (status.baseline ?? '')) return begin(situation)
      return status.phase === 'Gated' ? gate(situation) : tryOut(situation)
    case 'Live':
      if (stable && promotedAfter(stable, release))
        return supersede(situation, `${stable.metadata.name} serves now`)
      return ready('Live', 'serves')
    case 'RolledBack':
      return revert(situation)
    case 'Rejected':
      return ready('Rejected', status.verdict?.message ?? 'a gate closed')
  }
}

/** The route names its stable release a moment after the promotion, so a new release still sees the old one there. */
const promotedAfter = (other: RouteRelease, { status }: RouteRelease): boolean =>
  other.status?.phase === 'Live' && (other.status.verdict?.at ?? '') > (status?.verdict?.at ?? '')

async function begin(situation: Situation): Promise<Outcome> {
  const { release, route, stable, recorder } = situation
  const { status } = release
  trialOf(route)
  status.phase = 'Gated'
  status.attempt = (status.attempt ?? 0) + 1
  status.baseline = stable?.metadata.name ?? ''
  for (const field of [
    'judge',
    'cursor',
    'evidence',
    'verdict',
    'step',
    'passed',
    'phaseId',
    'revert',
  ] as const)
    delete status[field]
  Object.assign(status, { weight: 0, shadow: false, units: 0 })
  status.plan = gatePlan(route, recorder.context)
  if (stable) void forecastOf(situation)
  return gate(situation)
}

async function gate(situation: Situation): Promise<Outcome> {
  const { release, route, stable, recorder, dependencies } = situation
  const { status } = release
  const open = status.overridden || (await passGates(release, route, stable, dependencies.gates, recorder))
  if (!open) {
    const waiting = status.gates?.find(({ state }) => state === 'waiting')
    if (!waiting) return done
    const message = `${waiting.gate}: ${waiting.message}`
    return requeueIn(5000, { ready: { status: 'False', reason: 'Gated', message } })
  }
  status.plan = [
    ...gatePlan(route, recorder.context),
    ...(stable ? await forecastOf(situation) : [firstReleasePlan]),
  ]
  situation.forecasts.delete(forecastKey(release))
  const trial = trialOf(route)
  await record(release, recorder, 'plan', 'plan', {
    plan: status.plan,
    rollout: trial.plan,
    baseline: status.baseline,
  })
  if (!stable) {
    const message = 'its gates are open and no release was live before'
    await conclude(release, recorder, 'Live', { decision: 'promote', reason: 'FirstRelease', message })
    return ready('Live', 'serves')
  }
  await startStep(release, trial, 0, recorder)
  return requeueIn(0)
}

const firstReleasePlan = 'first release: live as soon as its gates are open, there is nothing to compare with'

/** What each evaluation can tell with the rows it has, in words. */
const gatePlan = (route: ModelRoute, { informer }: Context): string[] =>
  route.spec.gates.flatMap(({ evaluation }) => {
    const found = evaluation && informer(Evaluation).get(evaluation.ref, route.metadata.namespace)
    if (!found?.status?.plan) return []
    const conditions = found.spec.criteria.map(({ scorer, condition }) => `${scorer}: ${condition}`)
    return `gate ${found.metadata.name} (${conditions.join(', ')}): ${found.status.plan.message}`
  })

const forecastKey = ({ metadata, status }: Draft<RouteRelease>): string => `${metadata.uid}/${status.attempt}`

/** The forecast of this attempt: begun while its gates are asked, so that nothing waits for it twice. */
function forecastOf({ release, route, forecasts, dependencies }: Situation): Promise<string[]> {
  const key = forecastKey(release)
  const known = forecasts.get(key)
  if (known) return known
  const begun = dependencies
    .forecast(route, trialOf(route))
    .catch((error: Error) => [`no forecast: ${error.message}`])
  forecasts.set(key, begun)
  return begun
}

async function tryOut(situation: Situation): Promise<Outcome> {
  const { release, route, recorder, dependencies } = situation
  const { status } = release
  const trial = currentTrial(release, route, recorder.context)
  if (judgeOf(release)?.plan !== trial.digest) {
    recorder.context.event(
      'Warning',
      'PlanChanged',
      'spec.rollout of the route changed: the trial starts anew',
    )
    await startStep(release, trial, 0, recorder)
    return requeueIn(0)
  }
  const scorers = route.spec.scorers
  await gatherEvidence(
    release,
    route,
    trial,
    dependencies.telemetry,
    (name, answer) => {
      const scorer = scorers.find(scorer => scorer.name === name)
      return scorer && dependencies.score(scorer, answer)
    },
    recorder,
  )
  if (status.phase === 'RolledBack')
    return requeueIn(0, {
      ready: { status: 'False', reason: 'RolledBack', message: status.verdict?.message ?? '' },
    })
  if (status.phase === 'Live') return ready('Live', 'serves')
  const pollMs = Math.min(5000, Math.max(200, trial.closeAfterMs / 10))
  const message =
    status.phase === 'Held'
      ? (status.verdict?.message ?? '')
      : (status.evidence?.map(({ message }) => message).join('; ') ?? 'no unit has closed yet')
  return requeueIn(pollMs, { ready: { status: 'False', reason: status.phase ?? 'RollingOut', message } })
}

const judgeOf = ({ status }: Draft<RouteRelease>) =>
  status.judge as { plan: string; trial: Trial } | undefined

/** What the route says about the trial; while that can not be used, what it said before, so that judging goes on. */
function currentTrial(release: Draft<RouteRelease>, route: ModelRoute, context: Context): Trial {
  try {
    return trialOf(route)
  } catch (error) {
    const before = judgeOf(release)?.trial
    if (!before || !(error instanceof Stalled)) throw error
    context.event('Warning', error.reason, `${error.message}; the trial goes on as it was stated before`)
    return before
  }
}

async function supersede({ release, recorder }: Situation, message: string): Promise<Outcome> {
  const { status } = release
  await record(release, recorder, 'superseded', status.phase ?? '', { message })
  Object.assign(status, { phase: 'Superseded', weight: 0, shadow: false })
  delete status.overridden
  return ready('Superseded', message)
}

async function revert({ release, route, stable, recorder, dependencies }: Situation): Promise<Outcome> {
  const { status } = release
  const outcome = {
    ready: { status: 'False' as const, reason: 'RolledBack', message: status.verdict?.message ?? '' },
  }
  if (status.revert || !stable) return outcome
  const written = await dependencies.revert(release, stable, route, recorder.context)
  if (!written) return outcome
  await record(release, recorder, 'revert', 'revert', { ...written, stable: stable.metadata.name })
  status.revert = written
  recorder.context.event(
    'Normal',
    'RevertWritten',
    `branch ${written.branch}: merge it to make Git say what is served`,
  )
  return outcome
}

/** Adds the commit the content is seen in; equal content committed again adds a commit, not a release. */
function noteCommit(release: Draft<RouteRelease>, route: ModelRoute, { informer }: Context): void {
  const { status } = release
  if (route.status?.digest !== release.spec.digest) return
  status.inputs = route.status.inputs
  const revision = route.status.revision || revisionOf(release)
  if (!revision || status.commits?.some(commit => commit.revision === revision)) return
  const delivery = route.metadata.annotations?.[source.delivery] ?? ''
  const [namespace, name = ''] = delivery.split('/')
  const known = informer(Delivery)
    .get(name, namespace)
    ?.status?.history?.find(commit => commit.revision === revision)
  const commit = { revision, author: known?.author ?? '', title: known?.title ?? '', delivery }
  status.commits = [...(status.commits ?? []), commit].slice(-50)
}
