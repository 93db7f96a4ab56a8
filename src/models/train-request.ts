import { type DatasetFormat, parseDataset, rowsOf } from '../lib/dataset.ts'
import type { Row } from './model.ts'

/** What to train: rows as they are, or a dataset's content that the worker parses itself. */
export interface TrainRequest {
  /** Name of a trainer. */
  trainer: string
  /** The trainer's own parameters; each has a default. */
  parameters: Record<string, unknown>
  from: Row[] | DatasetContent
}

export interface DatasetContent {
  /** What errors call it, such as `data/mail-train.jsonl`. */
  name: string
  bytes: Uint8Array
  format: DatasetFormat
  /** Column with the input text. */
  input: string
  /** Column with the label. */
  label: string
}

export interface Trained {
  artefact: Uint8Array
  /** `sha256:…` of the artefact. */
  digest: string
  /** The runtime of this format reads it. */
  format: string
  rows: number
  labels: string[]
}

/** What the worker answers. */
export type TrainReply = Trained | { error: string }

export function rowsFrom({ from }: TrainRequest): Row[] {
  if (Array.isArray(from)) return from
  return rowsOf(parseDataset(from.name, from.bytes, from.format), from)
}
