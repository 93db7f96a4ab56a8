import { createHash } from 'node:crypto'
import type { Resource } from './signal.ts'

/** Finds the template of a log line: a hash of its text that is the same after a restart, and the text. */
export type TemplateOf = (resource: Resource, body: string) => { id: string; template: string }

const longest = 1000

/** Words that hold a digit are values: for tests and for stores that were given no miner. */
export const wordTemplate: TemplateOf = (_, body) => {
  const template = body.slice(0, longest).replace(/\S+/g, word => (/\d/.test(word) ? '<*>' : word))
  return { id: createHash('sha256').update(template).digest('hex').slice(0, 16), template }
}
