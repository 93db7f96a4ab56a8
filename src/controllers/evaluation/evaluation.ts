import { Dataset } from '../../api/kinds/dataset.ts'
import { Evaluation } from '../../api/kinds/evaluation.ts'
import { EvaluationRun } from '../../api/kinds/evaluation-run.ts'
import { revisionOf } from '../../api/source.ts'
import { planCriteria } from '../../gates/criteria.ts'
import { grant } from '../../gates/test-set-uses.ts'
import { digestOfValue } from '../../lib/digest.ts'
import { checkScorers } from '../runtime/check-scorers.ts'
import { type Reconciler, ready, Stalled } from '../runtime/reconciler.ts'
import { settled } from '../runtime/settled.ts'
import { usersOf } from '../runtime/users-of.ts'

/** Says what its criteria need against what the test set has, and counts every look at it. */
export const evaluationReconciler: Reconciler<typeof Evaluation> = {
  name: 'evaluation',
  kind: Evaluation,
  watches: [
    { kind: Dataset, wakes: usersOf(Evaluation, ({ spec }) => [spec.dataset.ref]) },
    {
      kind: EvaluationRun,
      wakes: run => [
        { name: (run as unknown as EvaluationRun).spec.evaluation, namespace: run.metadata.namespace },
      ],
    },
  ],
  async reconcile(evaluation, { informer }) {
    const { metadata, spec, status } = evaluation
    const runs = informer(EvaluationRun)
      .list(metadata.namespace)
      .filter(run => run.spec.evaluation === metadata.name)
    status.testSets = grant(status.testSets ?? [], runs, spec)
    checkScorers(spec.scorers)
    for (const { scorer } of spec.criteria) {
      if (spec.scorers.some(({ name }) => name === scorer)) continue
      throw new Stalled(
        'UnknownScorer',
        `spec.criteria name scorer "${scorer}" but spec.scorers has ${spec.scorers.map(({ name }) => name).join(', ')}`,
      )
    }
    const { ref } = spec.dataset
    const dataset = settled(evaluation, Dataset, ref, informer(Dataset).get(ref, metadata.namespace))
    checkColumns(spec, dataset)
    status.plan = plan(spec, dataset.status?.rows ?? 0)
    status.digest = digestOfValue({ spec, testSet: dataset.status?.digest })
    status.revision = revisionOf(evaluation)
    const used = status.testSets.find(({ digest }) => digest === dataset.status?.digest)?.uses ?? 0
    return ready(
      'Planned',
      `${status.plan.message}; ${used} of ${spec.steps} uses of this test set are spent`,
    )
  },
}

function checkColumns({ input, expected }: Evaluation['spec'], { metadata, status }: Dataset): void {
  const columns = status?.columns ?? []
  for (const [field, column] of [
    ['input', input],
    ['expected', expected],
  ] as const) {
    if (columns.length >= COLUMNS_LISTED || columns.includes(column)) continue
    throw new Stalled(
      'UnknownColumn',
      `spec.${field}: Dataset ${metadata.name} has no column "${column}", but ${columns.join(', ')}`,
    )
  }
}

/** A Dataset lists no more of them. */
const COLUMNS_LISTED = 200

function plan(spec: Evaluation['spec'], available: number) {
  try {
    return planCriteria(spec, available)
  } catch (error) {
    throw new Stalled('BadCondition', `spec.criteria: ${(error as Error).message}`, { cause: error })
  }
}
