import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Assumptions, Forecast } from './plan.ts'
import type { RolloutPlan } from './rollout-plan.ts'

export interface ForecastRequest {
  plan: RolloutPlan
  assumed: Assumptions
}

/** As `forecastRollout`, in a worker thread: it plays through a million units, which nobody else should wait for. */
export async function forecastInWorker(plan: RolloutPlan, assumed: Assumptions): Promise<Forecast> {
  const workerData: ForecastRequest = { plan, assumed }
  const worker = new Worker(workerFile, { workerData, env: {}, execArgv: [] })
  try {
    // `once` rejects when the worker emits an error.
    const [forecast] = (await once(worker, 'message')) as [Forecast]
    return forecast
  } finally {
    await worker.terminate()
  }
}

// A string in `new URL` is not rewritten when the sources are compiled.
const workerFile = new URL(
  import.meta.url.endsWith('.ts') ? './forecast-worker.ts' : './forecast-worker.js',
  import.meta.url,
)
