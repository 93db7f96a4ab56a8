import { isAlreadyExists } from '../api/errors.ts'
import { apiVersionOf } from '../api/kind.ts'
import { Dataset } from '../api/kinds/dataset.ts'
import { Evaluation } from '../api/kinds/evaluation.ts'
import { EvaluationRun } from '../api/kinds/evaluation-run.ts'
import { settledFor } from '../api/source.ts'
import { digestOfValue, shortDigest } from '../lib/digest.ts'
import { comparesReleases } from './criteria.ts'
import type { Gate, GateAnswer, GateQuestion } from './gate.ts'

/**
 * Open when all criteria of an Evaluation hold for the release. One look at one test set for one release: the run's
 * name comes from all three, so asking again finds the same run and spends nothing.
 */
export const evaluation: Gate<{ ref: string }> = {
  name: 'evaluation',
  async check(question) {
    const { config, route, context } = question
    const { namespace } = route.metadata
    const waiting = (reason: string, message: string): GateAnswer => ({ state: 'waiting', reason, message })
    const definition = context.informer(Evaluation).get(config.ref, namespace)
    if (!definition) return waiting('EvaluationMissing', `Evaluation ${config.ref} does not exist`)
    if (!settledFor(route, definition))
      return waiting('EvaluationNotReady', `Evaluation ${config.ref} is not ready at this revision`)
    const testSet = context.informer(Dataset).get(definition.spec.dataset.ref, namespace)?.status?.digest
    if (!testSet) return waiting('DatasetNotReady', `Dataset ${definition.spec.dataset.ref} is not ready`)
    const { criteria, scorers, mode, reliability, adaptivity, steps, input, expected } = definition.spec
    const against = baselineOf(question, definition.spec)
    const judged = digestOfValue({
      ...{ criteria, scorers, mode, reliability, adaptivity, steps, input, expected },
      ...(against ? { against } : {}),
    })
    const name = runName(question, testSet, judged)
    const run = context.informer(EvaluationRun).get(name, namespace)
    if (!run) await start(question, name, testSet, judged)
    return answerOf(name, run)
  },
}

/** What a verdict holds against: another stable release, or none, is another question where a criterion compares. */
const baselineOf = ({ baseline }: GateQuestion<{ ref: string }>, spec: Evaluation['spec']) => {
  const asksFirst = spec.criteria.some(({ first }) => first !== undefined)
  if (comparesReleases(spec) && baseline) return baseline.spec.digest
  return asksFirst && !baseline ? 'first' : undefined
}

const runName = (
  { config, release }: GateQuestion<{ ref: string }>,
  testSet: string,
  judged: string,
): string =>
  `${release.metadata.name.slice(0, 150)}-${config.ref.slice(0, 80)}-${shortDigest(digestOfValue([testSet, judged]), 8)}`

async function start(
  { config, release, baseline, context }: GateQuestion<{ ref: string }>,
  name: string,
  testSet: string,
  definition: string,
): Promise<void> {
  const { namespace = '', uid } = release.metadata
  await context.client
    .create(EvaluationRun, {
      apiVersion: apiVersionOf(EvaluationRun),
      kind: EvaluationRun.kind,
      metadata: {
        name,
        namespace,
        ownerReferences: [
          {
            apiVersion: release.apiVersion,
            kind: release.kind,
            name: release.metadata.name,
            uid,
            controller: true,
          },
        ],
      },
      spec: {
        evaluation: config.ref,
        release: release.metadata.name,
        ...(baseline ? { baseline: baseline.metadata.name } : {}),
        testSet,
        definition,
        seed: Number.parseInt(shortDigest(digestOfValue([name, uid]), 8), 16),
      },
    })
    .catch((error: unknown) => {
      if (!isAlreadyExists(error)) throw error
    })
}

function answerOf(name: string, run: EvaluationRun | undefined): GateAnswer {
  const { phase, message = '', done = 0, total } = run?.status ?? {}
  switch (phase) {
    case 'Passed':
      return { state: 'open', reason: 'EvaluationPassed', message, run: name }
    case 'Failed':
    case 'Inconclusive':
    case 'Error':
      return { state: 'closed', reason: `Evaluation${phase}`, message, run: name }
    default:
      return {
        state: 'waiting',
        reason: 'EvaluationRunning',
        message: total ? `${done} of ${total} rows answered` : 'the evaluation has not started',
        run: name,
      }
  }
}
