import { Secret } from '../../api/kinds/core.ts'
import { Dataset } from '../../api/kinds/dataset.ts'
import { Delivery } from '../../api/kinds/delivery.ts'
import { revisionOf, source } from '../../api/source.ts'
import { type Git, GitError } from '../../git/git.ts'
import { remoteOf } from '../../git/remote.ts'
import { DatasetError, parseDataset } from '../../lib/dataset.ts'
import type { Blobs } from '../../store/blobs.ts'
import { type Context, type Reconciler, ready, Stalled } from '../runtime/reconciler.ts'

const LIMIT_BYTES = 64 * 1024 * 1024

/** Reads the data of the source revision once, checks that every row parses, and keeps it as a blob by its digest. */
export const datasetReconciler = ({
  git,
  blobs,
}: {
  git: Git
  blobs: Blobs
}): Reconciler<typeof Dataset> => ({
  name: 'dataset',
  kind: Dataset,
  concurrency: 4,
  timeoutMs: 120_000,
  async reconcile(dataset, context) {
    const { path, format } = dataset.spec
    const revision = revisionOf(dataset)
    const content = revision ? await read(git, dataset, revision, context) : await blobs.get(path)
    if (!content)
      throw new Stalled(
        'ContentMissing',
        `no stored content has digest "${path}": an object that is not from Git names a stored blob`,
      )
    const { rows, columns } = describe(content, format, path)
    Object.assign(dataset.status, {
      digest: await blobs.put(content),
      revision,
      rows,
      bytes: content.byteLength,
      columns: columns.slice(0, 200),
    })
    return ready('Read', `${rows} rows in ${columns.length} columns`)
  },
})

async function read(
  git: Git,
  dataset: Dataset,
  revision: string,
  { informer, signal }: Context,
): Promise<Uint8Array> {
  const [namespace, name = ''] = dataset.metadata.annotations?.[source.delivery]?.split('/') ?? []
  const delivery = informer(Delivery).get(name, namespace)
  if (!delivery)
    throw new Stalled(
      'DeliveryMissing',
      `Delivery ${namespace}/${name}, which applied this object, is gone: its repository can not be read`,
    )
  const secret = delivery.spec.credentials && informer(Secret).get(delivery.spec.credentials.name, namespace)
  try {
    return await git.read(remoteOf(delivery, secret), revision, dataset.spec.path, LIMIT_BYTES, signal)
  } catch (error) {
    // What a commit holds does not change by asking again.
    if (!(error instanceof GitError) || error.retryable) throw error
    throw new Stalled('ContentMissing', `spec.path: ${error.message}`, { cause: error })
  }
}

function describe(content: Uint8Array, format: 'csv' | 'jsonl', path: string) {
  try {
    const { records, columns } = parseDataset(path, content, format)
    return { rows: records.length, columns }
  } catch (error) {
    if (!(error instanceof DatasetError)) throw error
    throw new Stalled('BadContent', error.message, { cause: error })
  }
}
