import { hashFeatures, makeSparse, PLACES } from '../../src/gateway/guardrails/injection/features.ts'
import { promptSignals, readPromptSignals } from '../../src/gateway/guardrails/injection/prompt-signals.ts'
import { WINDOW } from '../../src/gateway/guardrails/injection/tokens.ts'
import { makeWindow, readWindow } from '../../src/gateway/guardrails/injection/window.ts'
import { FOLDS, foldOf } from './folds.ts'
import { type Example, fitLinear, type Model, sumOf } from './regression.ts'
import type { Row } from './sources.ts'

export interface PromptExample {
  row: Row
  wording: Example
  signals: Float32Array
}

export interface PromptModel {
  wording: Model
  stack: Model
}

const sparse = makeSparse()
const window = makeWindow()

export function readPromptExamples(rows: readonly Row[]): PromptExample[] {
  const sizes = new Map<string, number>()
  for (const { group } of rows) sizes.set(group, (sizes.get(group) ?? 0) + 1)
  return rows.map(row => {
    const to = Math.min(row.text.length, WINDOW)
    readWindow(row.text, 0, to, window)
    hashFeatures(row.text, 0, to, window.tokens, sparse)
    const signals = new Float32Array(promptSignals.length)
    readPromptSignals(window, signals)
    const wording: Example = {
      place: sparse.place.slice(0, sparse.count),
      value: sparse.value.slice(0, sparse.count),
      label: row.attack ? 1 : 0,
      weight: weightOf(row, sizes.get(row.group) ?? 1),
    }
    return { row, wording, signals }
  })
}

/** Copies of one template count as their square root; ten thousand questions to a bank must not outvote the rest. */
function weightOf({ source, kind, attack }: Row, size: number): number {
  if (source === 'banking77') return 0.1
  // Scenarios without any sign of an attack but their topic: with them every scenario looks like one.
  if (kind.endsWith('PAIR')) return 0
  if (source.startsWith('made')) return 0.1
  return (attack || source === 'ifeval answers' ? 1 : 2) / Math.sqrt(size)
}

const stackPlaces = Int32Array.from({ length: promptSignals.length + 1 }, (_, i) => i)

function stacked({ wording, signals }: PromptExample, sum: number): Example {
  return { ...wording, place: stackPlaces, value: Float32Array.of(sum, ...signals) }
}

export const promptSumOf = (model: PromptModel, example: PromptExample): number =>
  sumOf(model.stack, stacked(example, sumOf(model.wording, example.wording)))

/** First stage on the wording; second on its out-of-fold sums beside the signals, so that it does not trust memory. */
export function fitPrompts(examples: readonly PromptExample[]): PromptModel {
  const trained = examples.filter(({ row, wording }) => row.trains && wording.weight > 0)
  const options = { epochs: 12, rate: 0.3, penalty: 1e-5 }
  const learn = (some: readonly PromptExample[]) =>
    fitLinear(
      some.map(({ wording }) => wording),
      PLACES,
      options,
    )
  const second: Example[] = []
  for (let fold = 0; fold < FOLDS; fold++) {
    const model = learn(trained.filter(({ row }) => foldOf(row.group, 'inner') !== fold))
    for (const example of trained)
      if (foldOf(example.row.group, 'inner') === fold)
        second.push(stacked(example, sumOf(model, example.wording)))
  }
  return {
    wording: learn(trained),
    stack: fitLinear(second, promptSignals.length + 1, { epochs: 30, rate: 0.1, penalty: 1e-4 }),
  }
}
