import { Worker } from 'node:worker_threads'
import type { Clock } from '../lib/clock.ts'
import { digestOf } from '../lib/digest.ts'
import type { Trained, TrainReply, TrainRequest } from './train-request.ts'

export interface TrainLimits {
  clock: Clock
  /** Ends the training when aborted. */
  signal?: AbortSignal
  /** Milliseconds until the training is given up; 10 minutes unless told. */
  timeoutMs?: number
  /** Megabytes of JavaScript heap the worker may use, beside the arrays that the trainers themselves bound; 2048 unless told. */
  memoryMb?: number
}

/**
 * Trains in a worker thread and resolves to a whole artefact that its runtime has loaded once, or rejects: a
 * half-trained model can't come out. `seconds` is the time it took as the clock sees it, start of the thread included.
 * @throws Error with the trainer's or the dataset's message; naming the limit when time or memory ran out; the
 *   signal's reason when aborted
 */
export async function trainInWorker(
  request: TrainRequest,
  { clock, signal, timeoutMs = 600_000, memoryMb = 2048 }: TrainLimits,
): Promise<Trained & { seconds: number }> {
  signal?.throwIfAborted()
  const began = clock.now()
  const worker = new Worker(workerFile, {
    workerData: request,
    // Nothing of the process is for a trainer to see.
    env: {},
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: memoryMb },
  })
  const ending = new AbortController()
  try {
    const reply = await Promise.race([
      replyOf(worker, request.trainer, memoryMb),
      rejection(reject => {
        const cancel = clock.after(timeoutMs, () =>
          reject(
            new Error(
              `training with ${request.trainer} took more than ${timeoutMs / 1000} s and was stopped`,
            ),
          ),
        )
        ending.signal.addEventListener('abort', cancel)
      }),
      rejection(reject => {
        signal?.addEventListener('abort', () => reject(signal.reason), { signal: ending.signal })
      }),
    ])
    if ('error' in reply) throw new Error(`training with ${request.trainer}: ${reply.error}`)
    if (digestOf(reply.artefact) !== reply.digest)
      throw new Error(`training with ${request.trainer}: the artefact changed on its way from the worker`)
    return { ...reply, seconds: (clock.now() - began) / 1000 }
  } finally {
    ending.abort()
    await worker.terminate()
  }
}

// A string in `new URL` is not rewritten when the sources are compiled.
const workerFile = new URL(
  import.meta.url.endsWith('.ts') ? './train-worker.ts' : './train-worker.js',
  import.meta.url,
)

const replyOf = (worker: Worker, trainer: string, memoryMb: number): Promise<TrainReply> =>
  new Promise((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', (error: Error & { code?: string }) =>
      reject(
        error.code === 'ERR_WORKER_OUT_OF_MEMORY'
          ? new Error(`training with ${trainer} needs more than ${memoryMb} MB: train from fewer rows`)
          : error,
      ),
    )
    worker.once('exit', code =>
      reject(new Error(`the thread of ${trainer} ended with code ${code}, unfinished`)),
    )
  })

const rejection = (arrange: (reject: (reason: unknown) => void) => void): Promise<never> =>
  new Promise((_, reject) => arrange(reject))
