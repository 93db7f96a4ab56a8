import type { EvaluationAnswer } from '../../gateway/gateway.ts'

/** One row of a test set with what both releases answered; a line of the stored items. */
export interface Item {
  /** Line in the dataset. */
  line: number
  input: string
  expected: string
  new: EvaluationAnswer & { scores: Record<string, number | null> }
  old?: EvaluationAnswer & { scores: Record<string, number | null> }
}

export const encodeItems = (items: Item[]): Uint8Array =>
  Buffer.from(items.map(item => `${JSON.stringify(item)}\n`).join(''))
