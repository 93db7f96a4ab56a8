import { parentPort, workerData } from 'node:worker_threads'
import { digestOf } from '../lib/digest.ts'
import { runtimeFor, trainerNamed } from './index.ts'
import { rowsFrom, type TrainReply, type TrainRequest } from './train-request.ts'

/** The thread of one training. It answers once: with a whole artefact that a runtime has loaded, or with an error. */
function answer(request: TrainRequest): TrainReply {
  try {
    const trainer = trainerNamed(request.trainer)
    const rows = rowsFrom(request)
    const artefact = trainer.train(rows, trainer.parameters(request.parameters))
    const { labels } = runtimeFor(trainer.format).load(artefact)
    return {
      artefact,
      digest: digestOf(artefact),
      format: trainer.format,
      rows: rows.length,
      labels: [...labels],
    }
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) }
  }
}

const reply = answer(workerData as TrainRequest)
parentPort?.postMessage(reply, 'artefact' in reply ? [reply.artefact.buffer as ArrayBuffer] : [])
