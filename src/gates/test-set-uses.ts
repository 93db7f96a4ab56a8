import type { Evaluation } from '../api/kinds/evaluation.ts'
import type { EvaluationRun } from '../api/kinds/evaluation-run.ts'

type TestSet = NonNullable<NonNullable<Evaluation['status']>['testSets']>[number]

/**
 * Counts looks at test sets: each EvaluationRun gets one use, written down before it may look, so neither a crash nor a
 * deleted run gives a use back (ease.ml/ci §3.4: delta is spent on every look).
 * @returns the test sets with every run that was granted a use; runs beyond `steps` or on a retired set are not in it
 */
export function grant(
  known: readonly TestSet[],
  runs: readonly EvaluationRun[],
  { steps, adaptivity }: Pick<Evaluation['spec'], 'steps' | 'adaptivity'>,
): TestSet[] {
  const sets = known.map(set => ({ ...set, runs: [...set.runs], steps }))
  const oldestFirst = [...runs].sort((a, b) =>
    `${a.metadata.creationTimestamp}${a.metadata.name}`.localeCompare(
      `${b.metadata.creationTimestamp}${b.metadata.name}`,
    ),
  )
  for (const { metadata, spec, status } of oldestFirst) {
    let set = sets.find(({ digest }) => digest === spec.testSet)
    if (!set) {
      set = { digest: spec.testSet, uses: 0, runs: [], steps }
      sets.unshift(set)
    }
    const uid = metadata.uid ?? ''
    if (set.runs.includes(uid)) {
      if (adaptivity === 'first-change' && status?.phase === 'Passed') set.retired = true
    } else if (set.uses < steps && !set.retired) {
      set.uses++
      set.runs.push(uid)
    }
  }
  return sets.slice(0, 20)
}

/** Which use of its test set a run is, counted from 1; undefined while it has none. */
export const useOf = (evaluation: Evaluation, run: EvaluationRun): number | undefined => {
  const set = evaluation.status?.testSets?.find(({ digest }) => digest === run.spec.testSet)
  const index = set?.runs.indexOf(run.metadata.uid ?? '') ?? -1
  return index < 0 ? undefined : index + 1
}
