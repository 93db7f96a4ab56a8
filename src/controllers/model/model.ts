import { Dataset } from '../../api/kinds/dataset.ts'
import { Model } from '../../api/kinds/model.ts'
import { revisionOf } from '../../api/source.ts'
import { digestOfValue } from '../../lib/digest.ts'
import { parseDuration } from '../../lib/duration.ts'
import type { Trainer } from '../../models/model.ts'
import type { trainInWorker } from '../../models/train.ts'
import type { Blobs } from '../../store/blobs.ts'
import { type Reconciler, ready, Stalled, Waiting } from '../runtime/reconciler.ts'
import { settled } from '../runtime/settled.ts'
import { usersOf } from '../runtime/users-of.ts'

export interface ModelDependencies {
  blobs: Blobs
  trainers: readonly Trainer[]
  train: typeof trainInWorker
}

/**
 * Trains a model when trainer, parameters, columns or rows changed, in a worker thread. The artefact is stored whole
 * before status names it, so nothing half-trained can be served.
 */
export const modelReconciler = ({ blobs, trainers, train }: ModelDependencies): Reconciler<typeof Model> => ({
  name: 'model',
  kind: Model,
  watches: [{ kind: Dataset, wakes: usersOf(Model, ({ spec }) => [spec.dataset.ref]) }],
  concurrency: 2,
  timeoutMs: 24 * 3_600_000,
  async reconcile(model, { informer, clock, event, signal }) {
    const {
      trainer: name,
      dataset: { ref },
      input,
      label,
      timeout,
    } = model.spec
    const trainer = trainers.find(trainer => trainer.name === name)
    if (!trainer)
      throw new Stalled(
        'UnknownTrainer',
        `there is no trainer "${name}": use one of ${trainers.map(t => t.name).join(', ')}`,
      )
    const parameters = checked(() => trainer.parameters(model.spec.parameters))
    const dataset = settled(model, Dataset, ref, informer(Dataset).get(ref, model.metadata.namespace))
    const rows = dataset.status?.digest ?? ''
    const recipe = digestOfValue({
      trainer: name,
      parameters,
      input,
      label,
      format: dataset.spec.format,
      rows,
    })
    if (model.status.recipe !== recipe || !model.status.digest || !(await blobs.has(model.status.digest))) {
      const content = await blobs.get(rows)
      if (!content)
        throw new Waiting('DatasetNotStored', `the rows of Dataset ${ref} are not stored (${rows})`)
      const from = { name: dataset.spec.path, bytes: content, format: dataset.spec.format, input, label }
      const trained = await train(
        { trainer: name, parameters: model.spec.parameters, from },
        { clock, signal, timeoutMs: parseDuration(timeout) },
      ).catch((error: unknown) => {
        if (signal.aborted) throw error
        throw new Stalled('TrainingFailed', (error as Error).message, { cause: error })
      })
      event(
        'Normal',
        'Trained',
        `${trainer.name} from ${trained.rows} rows in ${trained.seconds.toFixed(1)} s`,
      )
      Object.assign(model.status, {
        digest: await blobs.put(trained.artefact),
        recipe,
        format: trainer.format,
        dataset: rows,
        labels: trained.labels.length,
        bytes: trained.artefact.byteLength,
        trainedSeconds: trained.seconds,
      })
    }
    model.status.revision = revisionOf(model)
    return ready('Trained', `${model.status.labels} labels from Dataset ${ref}`)
  },
})

function checked<T>(parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    throw new Stalled('BadParameters', `spec.parameters: ${(error as Error).message}`, { cause: error })
  }
}
