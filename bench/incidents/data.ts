import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Order facts as the policy reads them. */
export interface Facts {
  category: string
  condition: string
  daysSinceDelivery: number
  priceUsd: number
  receipt: boolean
}

export interface Input {
  id: string
  user: string
  facts: Facts
  expected: string
}

const folder = fileURLToPath(new URL('../../examples/support-desk/refund-desk/', import.meta.url))
const lines = <T>(file: string): T[] =>
  readFileSync(`${folder}${file}`, 'utf8')
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as T)

/** What customers wrote, with what the shop's policy asks for. */
export const inputs = lines<Input>('inputs.jsonl')
export const promptText = (version: number): string =>
  readFileSync(`${folder}prompts/v${version}.txt`, 'utf8').trim()

/** Recorded answers of a language model, by prompt and message. */
export const recorded = new Map(
  [1, 2, 3, 4].flatMap(version =>
    lines<{ id: string; answer: string }>(`answers-v${version}.jsonl`).map(
      ({ id, answer }): [string, string] => [
        `${promptText(version)}\n${inputs.find(input => input.id === id)?.user}`,
        answer,
      ],
    ),
  ),
)
