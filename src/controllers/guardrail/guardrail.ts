import { Dataset } from '../../api/kinds/dataset.ts'
import { Guardrail } from '../../api/kinds/guardrail.ts'
import { revisionOf } from '../../api/source.ts'
import type { GuardrailBench, LabelledText } from '../../gateway/gateway.ts'
import type { GuardrailRule } from '../../gateway/snapshot.ts'
import { DatasetError, parseDataset, requiredText, textAt } from '../../lib/dataset.ts'
import { digestOfValue } from '../../lib/digest.ts'
import type { Blobs } from '../../store/blobs.ts'
import { type Reconciler, ready, Stalled, Waiting } from '../runtime/reconciler.ts'
import { settled } from '../runtime/settled.ts'
import { usersOf } from '../runtime/users-of.ts'

type Measure = Guardrail['spec']['measure'][number]

/** Checks that every rule can run, pins the content by digest, and measures the operating point of each rule. */
export function guardrailReconciler({
  guardrails,
  blobs,
}: {
  guardrails: GuardrailBench
  blobs: Pick<Blobs, 'get'>
}): Reconciler<typeof Guardrail> {
  return {
    name: 'guardrail',
    kind: Guardrail,
    timeoutMs: 300_000,
    watches: [
      {
        kind: Dataset,
        wakes: usersOf(Guardrail, ({ spec }) => spec.measure.map(({ dataset }) => dataset.ref)),
      },
    ],
    async reconcile(guardrail, { informer, signal }) {
      const { metadata, spec, status } = guardrail
      const rules = spec.rules as GuardrailRule[]
      for (const rule of rules) check(guardrails, rule)
      status.digest = digestOfValue({ mode: spec.mode, onError: spec.onError, rules })
      status.revision = revisionOf(guardrail)
      const sets = spec.measure.map(measure => ({
        measure,
        dataset: settled(
          guardrail,
          Dataset,
          measure.dataset.ref,
          informer(Dataset).get(measure.dataset.ref, metadata.namespace),
        ),
      }))
      const measured = digestOfValue({
        rules,
        sets: sets.map(({ measure, dataset }) => [measure, dataset.status?.digest]),
        revision: guardrails.revision,
      })
      if (measured !== status.measuredDigest) {
        const points: NonNullable<typeof status.operatingPoints> = []
        for (const { measure, dataset } of sets) {
          const texts = await textsOf(measure, dataset, blobs)
          for (const rule of rules)
            for (const point of await guardrails.measure(rule, texts, signal))
              points.push({
                rule: rule.name,
                dataset: dataset.metadata.name,
                datasetDigest: dataset.status?.digest ?? '',
                ...point,
              })
        }
        status.operatingPoints = points
        status.measuredDigest = measured
      }
      return ready('Checked', summary(status.operatingPoints ?? []))
    },
  }
}

function check(guardrails: GuardrailBench, rule: GuardrailRule): void {
  try {
    guardrails.check(rule)
  } catch (error) {
    throw new Stalled('BadRule', `spec.rules: ${(error as Error).message}`, { cause: error })
  }
}

async function textsOf(
  { text, label, positive, zone }: Measure,
  { metadata, spec, status }: Dataset,
  blobs: Pick<Blobs, 'get'>,
): Promise<LabelledText[]> {
  const bytes = status?.digest === undefined ? undefined : await blobs.get(status.digest)
  if (!bytes) throw new Waiting('ContentMissing', `the content of Dataset ${metadata.name} is not stored yet`)
  try {
    const dataset = parseDataset(`Dataset ${metadata.name}`, bytes, spec.format)
    return dataset.records.map(record => ({
      text: requiredText(dataset, record, text),
      zone: textAt(record, zone) ?? 'user',
      positive: requiredText(dataset, record, label) === positive,
    }))
  } catch (error) {
    if (error instanceof DatasetError) throw new Stalled('BadDataset', error.message, { cause: error })
    throw error
  }
}

const percent = (rate: number): string => `${(100 * rate).toFixed(1)} %`

function summary(points: NonNullable<NonNullable<Guardrail['status']>['operatingPoints']>): string {
  if (points.length === 0) return 'every rule can run; spec.measure names no data to measure them on'
  return points
    .map(({ rule, zone, detection, falsePositives }) => {
      const parts = [
        detection && `finds ${percent(detection.rate)} of ${detection.of}`,
        falsePositives && `${percent(falsePositives.rate)} of ${falsePositives.of} wrongly`,
      ]
      return `${rule} on ${zone} texts ${parts.filter(part => part !== undefined).join(', ')}`
    })
    .slice(0, 8)
    .join('; ')
}
