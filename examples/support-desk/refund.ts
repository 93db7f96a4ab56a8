import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A customer's message with the order's facts, and the action that the shop's policy asks for. */
export interface RefundInput {
  id: string
  user: string
  facts: { daysSinceDelivery: number }
  expected: string
}

export interface RecordedAnswer {
  system: string
  user: string
  answer: string
}

export type PromptVersion = 'v1' | 'v2' | 'v3' | 'v4'

const GATE = 76
const versions: readonly PromptVersion[] = ['v1', 'v2', 'v3', 'v4']
const folder = join(import.meta.dirname, 'refund-desk')

export const promptText = (version: PromptVersion): string =>
  readFileSync(join(folder, 'prompts', `${version}.txt`), 'utf8').trim()

/**
 * The gate inputs hold no order delivered 15 to 30 days ago, as the people who wrote them did not think of any: a
 * gap that only live traffic shows. Live inputs are all others.
 */
export function refundParts(): { gate: RefundInput[]; live: RefundInput[] } {
  const inputs = jsonLines<RefundInput>('inputs.jsonl')
  const gate = inputs
    .filter(({ facts }) => facts.daysSinceDelivery < 15 || facts.daysSinceDelivery > 30)
    .slice(0, GATE)
  return { gate, live: inputs.filter(input => !gate.includes(input)) }
}

/** Every answer that was recorded, to each version of the prompt. */
export function recordedAnswers(): RecordedAnswer[] {
  const users = new Map(jsonLines<RefundInput>('inputs.jsonl').map(({ id, user }) => [id, user]))
  return versions.flatMap(version =>
    jsonLines<{ id: string; answer: string }>(`answers-${version}.jsonl`).map(({ id, answer }) => ({
      system: promptText(version),
      user: users.get(id) ?? '',
      answer,
    })),
  )
}

const jsonLines = <T>(file: string): T[] =>
  readFileSync(join(folder, file), 'utf8')
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as T)
