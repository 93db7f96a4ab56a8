import { ApiError } from '../../api/errors.ts'
import { Dataset } from '../../api/kinds/dataset.ts'
import { Evaluation } from '../../api/kinds/evaluation.ts'
import { EvaluationRun } from '../../api/kinds/evaluation-run.ts'
import { RouteRelease } from '../../api/kinds/route-release.ts'
import { comparesReleases, judgeCriteria } from '../../gates/criteria.ts'
import type { ScoreAnswer } from '../../gates/scorers/scorer.ts'
import { useOf } from '../../gates/test-set-uses.ts'
import type { GatewayControl } from '../../gateway/gateway.ts'
import { releaseKey } from '../../gateway/snapshot.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import { parseDataset } from '../../lib/dataset.ts'
import type { Random } from '../../lib/random.ts'
import type { Blobs } from '../../store/blobs.ts'
import { JudgeFailed } from '../runtime/ask-route.ts'
import {
  type Context,
  type Draft,
  done,
  type Outcome,
  type Reconciler,
  ready,
  requeueIn,
  Waiting,
} from '../runtime/reconciler.ts'
import { encodeItems } from './items.ts'
import { rowJudges } from './row-judges.ts'
import { plannedWork, type Work, workOn } from './work.ts'

/** Progress is written this often. */
const SLICE_MS = 1000
/** A gateway takes a new snapshot within milliseconds. */
const RETRY_MS = 100

export interface EvaluationRunDependencies {
  blobs: Blobs
  gateway: GatewayControl
  ledger: Ledger
  score: ScoreAnswer
  random: Random
}

/**
 * Uses a test set once: waits for its ticket, lets the release (and the stable one) answer every row through the
 * gateway, stores every answer as a blob and judges the criteria. A run cut short starts again from its first row; its
 * ticket is spent once.
 */
export function evaluationRunReconciler(
  dependencies: EvaluationRunDependencies,
): Reconciler<typeof EvaluationRun> {
  const underWay = new Map<string, Work & { startedAt: number }>()
  return {
    name: 'evaluation-run',
    kind: EvaluationRun,
    watches: [
      {
        kind: Evaluation,
        wakes: ({ metadata }, cache) =>
          cache
            .informer(EvaluationRun)
            .list(metadata.namespace)
            .filter(
              ({ spec, status }) => spec.evaluation === metadata.name && !ended.has(status?.phase ?? ''),
            )
            .map(run => run.metadata),
      },
      {
        kind: RouteRelease,
        wakes: ({ metadata }, cache) =>
          cache
            .informer(EvaluationRun)
            .list(metadata.namespace)
            .filter(({ spec, status }) => spec.release === metadata.name && !ended.has(status?.phase ?? ''))
            .map(run => run.metadata),
      },
    ],
    concurrency: 4,
    timeoutMs: 300_000,
    async reconcile(run, context) {
      const { status } = run
      if (ended.has(status.phase ?? '')) return ready(status.phase ?? '', status.message ?? '')
      const uid = run.metadata.uid ?? ''
      const outcome = await step(run, context, dependencies, underWay)
      if (ended.has(status.phase ?? '')) underWay.delete(uid)
      return outcome
    },
  }
}

const ended = new Set(['Passed', 'Failed', 'Inconclusive', 'Error'])

async function step(
  run: Draft<EvaluationRun>,
  context: Context,
  dependencies: EvaluationRunDependencies,
  underWay: Map<string, Work & { startedAt: number }>,
): Promise<Outcome> {
  const { status, spec, metadata } = run
  const { clock, informer, signal } = context
  const evaluation = informer(Evaluation).get(spec.evaluation, metadata.namespace)
  if (!evaluation) throw new Waiting('EvaluationMissing', `Evaluation ${spec.evaluation} is gone`)
  // A release that nobody waits for is served by no gateway, so there is nothing to ask until it is wanted again.
  if (informer(RouteRelease).get(spec.release, metadata.namespace)?.status?.phase !== 'Gated')
    throw new Waiting('ReleaseNotGated', `RouteRelease ${spec.release} does not wait for this now`)
  const use = useOf(evaluation, run)
  if (use === undefined) return exhausted(run, evaluation)
  const uid = metadata.uid ?? ''
  const work = underWay.get(uid) ?? {
    ...(await load(run, evaluation, context, dependencies.blobs)),
    startedAt: clock.now(),
  }
  underWay.set(uid, work)
  Object.assign(status, { phase: 'Running', use, total: work.rows.length })
  const until = clock.now() + SLICE_MS
  const key = (name: string) => releaseKey(metadata.namespace ?? '', name)
  const baseline =
    spec.baseline !== undefined && comparesReleases(evaluation.spec) ? key(spec.baseline) : undefined
  const names = { release: key(spec.release), baseline }
  const judge = rowJudges(evaluation.spec.scorers, dependencies, context, metadata.namespace)
  const tools = { ...dependencies, judge }
  await workOn(work, names, evaluation.spec, tools, () => clock.now() < until, signal).catch(
    (error: unknown) => {
      if (error instanceof JudgeFailed) throw new Waiting('JudgeFailed', error.message)
      if (!(error instanceof ApiError) || (error.retry !== 'backoff' && error.reason !== 'NotFound'))
        throw error
      throw new Waiting('GatewayNotReady', error.message, RETRY_MS)
    },
  )
  status.done = work.items.length
  if (work.items.length < work.rows.length) {
    return requeueIn(0, {
      ready: {
        status: 'False',
        reason: 'Running',
        message: `${work.items.length} of ${work.rows.length} rows answered`,
      },
    })
  }
  const verdict = judgeCriteria(evaluation.spec, work.items, spec.baseline === undefined)
  status.items = await dependencies.blobs.put(encodeItems(work.items))
  Object.assign(status, { ...verdict, seconds: (clock.now() - work.startedAt) / 1000 })
  await dependencies.ledger.append({
    id: `evaluation/${metadata.namespace}/${metadata.name}/${uid}`,
    actor: 'controller:evaluation-run',
    action: 'evaluation',
    subject: `RouteRelease/${metadata.namespace}/${spec.release}`,
    at: new Date(clock.now()).toISOString(),
    data: {
      evaluation: spec.evaluation,
      testSet: spec.testSet,
      use,
      phase: verdict.phase,
      criteria: verdict.criteria,
      items: status.items,
    },
  })
  context.event(verdict.phase === 'Passed' ? 'Normal' : 'Warning', verdict.phase, verdict.message)
  return ready(verdict.phase, verdict.message)
}

/** A run without a ticket waits for one; when none is left it ends, so that the gate closes and says what to do. */
function exhausted(run: Draft<EvaluationRun>, evaluation: Evaluation): Outcome {
  const set = evaluation.status?.testSets?.find(({ digest }) => digest === run.spec.testSet)
  run.status.phase = 'Pending'
  if (!set || (set.uses < set.steps && !set.retired)) return done
  run.status.phase = 'Error'
  run.status.message = set.retired
    ? 'the test set was retired by its first pass (adaptivity first-change): bring a new one'
    : `the test set is exhausted, ${set.uses} of ${set.steps} uses are spent: bring ${evaluation.status?.plan?.labels ?? 'as many'} new labelled rows for the next ${set.steps} verdicts`
  return { ready: { status: 'False', reason: 'TestSetExhausted', message: run.status.message } }
}

async function load(
  { spec, metadata }: EvaluationRun,
  evaluation: Evaluation,
  { informer }: Context,
  blobs: Blobs,
): Promise<Work> {
  const content = await blobs.get(spec.testSet)
  const dataset = informer(Dataset).get(evaluation.spec.dataset.ref, metadata.namespace)
  if (!content || !dataset)
    throw new Waiting('TestSetMissing', `the rows of test set ${spec.testSet} are not stored`)
  return plannedWork(
    parseDataset(dataset.spec.path, content, dataset.spec.format),
    evaluation.spec,
    spec.seed,
  )
}
