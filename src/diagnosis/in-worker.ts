import { Worker } from 'node:worker_threads'
import type { Clock } from '../lib/clock.ts'
import type { Diagnosis } from './diagnosis.ts'

export interface DiagnoseRequest {
  /** Folder of an evidence bundle. */
  folder: string
  /** Milliseconds since the epoch; only tells the year of times that have none. */
  now: number
  /** What outcomes taught, by rule. */
  priors: Readonly<Record<string, { factor: number; detail: string }>>
}

export type DiagnoseReply = { diagnosis: Diagnosis } | { error: string }

/**
 * Diagnoses a bundle in a thread of its own, so that nothing waits for it.
 * @throws Error with what was wrong with the bundle, or naming the limit when time or memory ran out; the signal's
 *   reason when aborted
 */
export async function diagnoseInWorker(
  request: DiagnoseRequest,
  {
    clock,
    signal,
    timeoutMs = 60_000,
    memoryMb = 1536,
  }: { clock: Clock; signal: AbortSignal; timeoutMs?: number; memoryMb?: number },
): Promise<Diagnosis> {
  signal.throwIfAborted()
  const worker = new Worker(workerFile, {
    workerData: request,
    env: {},
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: memoryMb },
  })
  const { promise, resolve, reject } = Promise.withResolvers<DiagnoseReply>()
  worker.once('message', resolve)
  worker.once('error', reject)
  worker.once('exit', code => reject(new Error(`the thread ended with code ${code}, unfinished`)))
  const cancel = clock.after(timeoutMs, () =>
    reject(new Error(`it took more than ${timeoutMs / 1000} s and was stopped`)),
  )
  const abort = () => reject(signal.reason)
  signal.addEventListener('abort', abort)
  try {
    const reply = await promise
    if ('error' in reply) throw new Error(reply.error)
    return reply.diagnosis
  } catch (error) {
    if (signal.aborted) throw error
    throw new Error(`diagnosis of ${request.folder}: ${(error as Error).message}`, { cause: error })
  } finally {
    cancel()
    signal.removeEventListener('abort', abort)
    await worker.terminate()
  }
}

// A string in `new URL` is not rewritten when the sources are compiled.
const workerFile = new URL(
  import.meta.url.endsWith('.ts') ? './diagnose-worker.ts' : './diagnose-worker.js',
  import.meta.url,
)
