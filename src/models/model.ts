/**
 * SERVE: models the control plane makes itself. A trainer turns labelled rows into an artefact (bytes); a runtime
 * turns an artefact into a function. The two meet at the artefact's format only.
 * Same rows in the same order and same parameters give the same bytes, bit for bit, on any machine.
 */
export interface Row {
  input: string
  label: string
}

export interface Trainer<Parameters = unknown> {
  name: string
  /** The format its artefacts have; a runtime of that name reads them. */
  format: string
  /** Fills defaults and checks. Throws with the parameter's name when out of range. */
  parameters(given: Record<string, unknown>): Parameters
  /** CPU-bound and synchronous: call it in a worker thread. */
  train(rows: Row[], parameters: Parameters): Uint8Array
}

export interface Prediction {
  label: string
  /** Probability of the label, in [0, 1]. */
  confidence: number
}

export interface LoadedModel {
  labels: readonly string[]
  predict(input: string): Prediction
}

export interface Runtime {
  format: string
  /** Throws when the bytes are not a whole artefact of this format. */
  load(artefact: Uint8Array): LoadedModel
}
