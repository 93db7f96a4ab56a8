import { parentPort, workerData } from 'node:worker_threads'
import { loadBundle } from '../telemetry/bundle/load.ts'
import { caseOf } from './case.ts'
import { channels } from './channels.ts'
import { diagnose } from './diagnose.ts'
import type { DiagnoseReply, DiagnoseRequest } from './in-worker.ts'

/** The thread of one diagnosis: it reads the bundle and answers once. */
async function answer({ folder, now, priors }: DiagnoseRequest): Promise<DiagnoseReply> {
  try {
    const evidence = await caseOf(await loadBundle(folder, { now }))
    return { diagnosis: diagnose(evidence, channels, rule => priors[rule] ?? { factor: 1, detail: '' }) }
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) }
  }
}

parentPort?.postMessage(await answer(workerData as DiagnoseRequest))
