import { parseDataset, requiredText } from '../../../lib/dataset.ts'
import { digestOf } from '../../../lib/digest.ts'

/** Recorded answers by system and user message. */
export interface Cassette {
  find(system: string, user: string): string | undefined
}

/** Outer white space does not count: files end in a line break, clients trim. */
const keyOf = (system: string, user: string): string => digestOf(`${system.trim()}\u0000${user.trim()}`)

/**
 * Reads a dataset with columns `system`, `user` and `answer`; of equal inputs the first counts.
 * @throws DatasetError naming the missing column.
 */
export function parseCassette(bytes: Uint8Array, format: 'csv' | 'jsonl'): Cassette {
  const dataset = parseDataset('recorded answers', bytes, format)
  const answers = new Map<string, string>()
  for (const record of dataset.records) {
    const text = (column: string): string => requiredText(dataset, record, column)
    const key = keyOf(text('system'), text('user'))
    if (!answers.has(key)) answers.set(key, text('answer'))
  }
  return { find: (system, user) => answers.get(keyOf(system, user)) }
}
