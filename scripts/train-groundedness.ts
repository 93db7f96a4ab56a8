import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Evidence, evidenceOf, featureNames } from '../src/gateway/guardrails/groundedness/features.ts'
import { canonical } from '../src/gateway/guardrails/groundedness/lexicon.ts'
import { sentencesOf } from '../src/gateway/guardrails/groundedness/words.ts'

/**
 * Trains the weights of groundedness and writes them where the gateway reads them:
 *
 *   node scripts/train-groundedness.ts FILE.jsonl [--folds 10] [--penalty 3] [--dry-run]
 *
 * FILE has lines {"context","answer","question"?,"label":1|0,"source"} (BEGIN, CC-BY-4.0). Prints the area under the
 * ROC curve by source: in sample, and out of fold where no context of a fold was seen in training (the table of common
 * words is made anew for each fold too), beside the control "the shorter answer is the supported one".
 */
interface Row {
  context: string
  answer: string
  question?: string
  label: 0 | 1
  source: string
}
interface Model {
  common: ReadonlyMap<string, number>
  rare: number
  intercept: number
  weights: readonly number[]
}

const COMMON_WORDS = 250
/**
 * Weights at most: half of the texts are in lower case and few turn a claim around, so the data alone weigh names,
 * numbers and negations less than a reader does. Costs .001 of the area.
 */
const most: Readonly<Record<string, number>> = { 'novel-names': -1.9, 'novel-numbers': -2.5, negation: -1.5 }

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    folds: { type: 'string', default: '10' },
    penalty: { type: 'string', default: '3' },
    'dry-run': { type: 'boolean', default: false },
  },
})
const [file] = positionals
if (file === undefined) throw new Error('name the file of labelled answers')
const rows = readFileSync(file, 'utf8')
  .split('\n')
  .filter(line => line !== '')
  .map(line => JSON.parse(line) as Row)

const model = train(rows)
const inSample = rows.map(row => score(model, row))
const folds = Number(options.folds)
const outOfFold = rows.map(() => 0)
for (let fold = 0; fold < folds; fold++) {
  const seen = train(rows.filter(row => foldOf(row, folds) !== fold))
  rows.forEach((row, i) => {
    if (foldOf(row, folds) === fold) outOfFold[i] = score(seen, row)
  })
}
for (const source of new Set(rows.map(row => row.source))) {
  const picked = rows.flatMap((row, i) => (row.source === source ? [i] : []))
  const labels = picked.map(i => rows[i]?.label ?? 0)
  const of = (scores: readonly number[]) =>
    auc(
      picked.map(i => scores[i] ?? 0),
      labels,
    ).toFixed(4)
  const shorter = of(rows.map(row => -(row.answer.match(/[a-z0-9]+/gi) ?? []).length))
  console.log(
    `${source}: out of fold ${of(outOfFold)}, in sample ${of(inSample)}, shorter is supported ${shorter}`,
  )
}
if (!options['dry-run']) write(model)

/** Contexts that differ in case and punctuation only are one, so that none stands on both sides. */
function foldOf({ context }: Row, count: number): number {
  let hash = 7
  for (const character of context.toLowerCase().replace(/[^a-z0-9]/g, ''))
    hash = (hash * 31 + (character.codePointAt(0) ?? 0)) >>> 0
  return hash % count
}

function train(examples: readonly Row[]): Model {
  const { common, rare } = commonWordsOf(examples)
  const found = examples.map(row => evidence(row, common, rare).values)
  const mean = featureNames.map((_, j) => average(found.map(values => values[j] ?? 0)))
  const spread = featureNames.map(
    (_, j) => Math.sqrt(average(found.map(values => ((values[j] ?? 0) - (mean[j] ?? 0)) ** 2))) || 1,
  )
  const inputs = found.map(values => [
    1,
    ...values.map((value, j) => (value - (mean[j] ?? 0)) / (spread[j] ?? 1)),
  ])
  const [first = 0, ...rest] = logisticRegression(
    inputs,
    examples.map(({ label }) => label),
    Number(options.penalty),
  )
  const weights = rest.map((weight, j) =>
    Math.min(weight / (spread[j] ?? 1), most[featureNames[j] ?? ''] ?? Infinity),
  )
  return {
    common,
    rare,
    weights,
    intercept: first - weights.reduce((sum, w, j) => sum + w * (mean[j] ?? 0), 0),
  }
}

function evidence(row: Row, common: ReadonlyMap<string, number>, rare: number): Evidence {
  return evidenceOf(row.context, row.answer, row.question ?? '', stem => common.get(stem) ?? rare)
}

function score({ common, rare, weights, intercept }: Model, row: Row): number {
  return evidence(row, common, rare).values.reduce(
    (sum, value, j) => sum + value * (weights[j] ?? 0),
    intercept,
  )
}

/**
 * Inverse document frequencies of words that stand in contexts of every source, so no topic of one of them is learnt;
 * every other word has that of the rarest of them.
 */
function commonWordsOf(examples: readonly Row[]): { common: Map<string, number>; rare: number } {
  const contexts = new Map(examples.map(({ context, source }) => [context, source]))
  const sources = new Map<string, Set<string>>()
  const counts = new Map<string, number>()
  for (const [context, source] of contexts)
    for (const stem of new Set(
      sentencesOf(context).flatMap(({ words }) => words.map(word => canonical(word.stem))),
    )) {
      counts.set(stem, (counts.get(stem) ?? 0) + 1)
      sources.set(stem, (sources.get(stem) ?? new Set()).add(source))
    }
  const all = new Set(contexts.values()).size
  const top = [...counts]
    .filter(([stem]) => sources.get(stem)?.size === all && !/\d/.test(stem))
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .slice(0, COMMON_WORDS)
  const weigh = (count: number) => Number(Math.log((contexts.size + 1) / (count + 0.5)).toFixed(2))
  return {
    common: new Map(top.map(([stem, count]) => [stem, weigh(count)])),
    rare: weigh(top.at(-1)?.[1] ?? 1),
  }
}

/** Newton's method with an L2 penalty on all but the first weight. */
function logisticRegression(
  inputs: readonly number[][],
  labels: readonly number[],
  penalty: number,
): number[] {
  const size = inputs[0]?.length ?? 0
  let weights = new Array<number>(size).fill(0)
  for (let step = 0; step < 15; step++) {
    const gradient = weights.map((weight, j) => (j === 0 ? 0 : penalty * weight))
    const hessian = weights.map((_, j) => weights.map((_, k) => (j === k ? (j === 0 ? 1e-9 : penalty) : 0)))
    inputs.forEach((input, i) => {
      const p = 1 / (1 + Math.exp(-input.reduce((sum, x, j) => sum + x * (weights[j] ?? 0), 0)))
      input.forEach((x, j) => {
        gradient[j] = (gradient[j] ?? 0) + (p - (labels[i] ?? 0)) * x
        const row = hessian[j] ?? []
        input.forEach((z, k) => {
          row[k] = (row[k] ?? 0) + p * (1 - p) * x * z
        })
      })
    })
    const change = solve(hessian, gradient)
    weights = weights.map((weight, j) => weight - (change[j] ?? 0))
  }
  return weights
}

/** Gaussian elimination; the matrix is positive definite, so no pivots are looked for. */
function solve(matrix: number[][], right: number[]): number[] {
  const rows = matrix.map((row, i) => [...row, right[i] ?? 0])
  rows.forEach((pivot, i) => {
    const head = pivot[i] ?? 1
    rows.forEach((row, j) => {
      if (j === i) return
      const factor = (row[i] ?? 0) / head
      for (let k = i; k < row.length; k++) row[k] = (row[k] ?? 0) - factor * (pivot[k] ?? 0)
    })
  })
  return rows.map((row, i) => (row.at(-1) ?? 0) / (row[i] ?? 1))
}

/** Probability that a supported answer scores above an unsupported one, ties half. */
function auc(scores: readonly number[], labels: readonly number[]): number {
  const order = scores.map((value, i) => ({ value, label: labels[i] ?? 0 })).sort((a, b) => a.value - b.value)
  let ranks = 0
  for (let i = 0; i < order.length; ) {
    let j = i
    while (j < order.length && order[j]?.value === order[i]?.value) j++
    for (let k = i; k < j; k++) if (order[k]?.label === 1) ranks += (i + 1 + j) / 2
    i = j
  }
  const positive = labels.filter(label => label === 1).length
  return (ranks - (positive * (positive + 1)) / 2) / positive / (labels.length - positive)
}

function write({ common, rare, intercept, weights }: Model): void {
  const words = [...common].map(([stem, weight]) => `${stem} ${weight}`).join(' ')
  const lines = words.match(/.{1,100}(?: |$)/g) ?? []
  const text = `// Written by scripts/train-groundedness.ts from BEGIN (Dziri et al., TACL 2022; CC-BY-4.0).

/** Inverse document frequency of words that stand in many texts, after stemming. */
export const commonWords: ReadonlyMap<string, number> = tableOf(
${lines.map((line, i) => `  ${i === 0 ? '' : '  '}'${line}'${i === lines.length - 1 ? ',' : ' +'}`).join('\n')}
)
export const RARE_WORD_WEIGHT = ${rare}

export const intercept = ${intercept.toFixed(4)}
/** In the order of \`featureNames\`. */
export const weights: readonly number[] = [
${weights.map((weight, j) => `  ${weight.toFixed(4)}, // ${featureNames[j]}`).join('\n')}
]

function tableOf(text: string): Map<string, number> {
  const words = text.split(' ')
  return new Map(words.flatMap((word, i) => (i % 2 === 0 ? [[word, Number(words[i + 1])] as const] : [])))
}
`
  writeFileSync(join(import.meta.dirname, '../src/gateway/guardrails/groundedness/weights.ts'), text)
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
