/**
 * Trains the injection detector and writes assets/injection.bin: `node scripts/train-injection.ts DATA_DIR`, where the
 * directory holds injection/, banking77/, ifeval/ and so on. The same data give the same bytes. Prints detection and false
 * positives for each source, out of fold (near-duplicates never on both sides) and in sample, with Wilson intervals.
 */
import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { documentSignals } from '../src/gateway/guardrails/injection/document-signals.ts'
import { suffixScore } from '../src/gateway/guardrails/injection/prompt.ts'
import { promptSignals } from '../src/gateway/guardrails/injection/prompt-signals.ts'
import { SEGMENT_PLACES } from '../src/gateway/guardrails/injection/segment-features.ts'
import { segmentSignals } from '../src/gateway/guardrails/injection/segment-signals.ts'
import { encodeWeights } from '../src/gateway/guardrails/injection/weights.ts'
import { FOLDS, foldOf } from './injection/folds.ts'
import { fitPrompts, promptSumOf, readPromptExamples } from './injection/prompt-model.ts'
import { type Model, quantize } from './injection/regression.ts'
import { atMost, printTable, printWorst, type Scored } from './injection/report.ts'
import { documentSumOf, fitDocuments, readDocumentExamples, SIGNAL_SHARE } from './injection/segment-model.ts'
import { readSources } from './injection/sources.ts'

const data = process.argv[2]
if (data === undefined) throw new Error('say where the data are: node scripts/train-injection.ts DATA_DIR')

const rows = readSources(data)
const prompts = readPromptExamples(rows.filter(({ zone }) => zone === 'user'))
const documents = readDocumentExamples(rows.filter(({ zone }) => zone !== 'user'))
const outer = (group: string) => foldOf(group, 'outer')

const promptScores = new Map<(typeof prompts)[number], number>()
const documentScores = new Map<(typeof documents)[number], { sum: number; text: string }>()
for (let fold = 0; fold < FOLDS; fold++) {
  const prompt = fitPrompts(prompts.filter(({ row }) => outer(row.group) !== fold))
  const segment = fitDocuments(documents.filter(({ row }) => outer(row.group) !== fold))
  for (const one of prompts)
    if (outer(one.row.group) === fold) promptScores.set(one, promptSumOf(prompt, one))
  for (const one of documents)
    if (outer(one.row.group) === fold) documentScores.set(one, documentSumOf(segment, one))
}
const prompt = fitPrompts(prompts)
const segment = fitDocuments(documents)

const scoredPrompts = (sum: (one: (typeof prompts)[number]) => number): Scored[] =>
  prompts.map(one => ({ ...one, sum: sum(one) }))
const outPrompts = scoredPrompts(one => promptScores.get(one) ?? 0)
const outDocuments: Scored[] = documents.map(one => ({
  row: one.row,
  ...(documentScores.get(one) ?? { sum: 0 }),
}))

// The operating point is where the worst of the honest sources still meets its limit, out of fold; sources that never
// train must meet it under the final model too.
const finalPrompts = scoredPrompts(one => promptSumOf(prompt, one))
const finalDocuments: Scored[] = documents.map(one => ({ row: one.row, ...documentSumOf(segment, one) }))
// Made honest sentences are near misses by intention, each template unseen in its fold: they bound nothing but themselves.
const limitOf = (source: string, n: number) =>
  source.startsWith('made') ? 0.1 : source === 'banking77' ? 0.003 : n < 200 ? 0.015 : 0.007
const pointOf = (out: readonly Scored[], inside: readonly Scored[]) =>
  Math.max(
    atMost(out, limitOf),
    atMost(
      inside.filter(({ row }) => !row.trains),
      limitOf,
    ),
  )
const inZone = (scored: readonly Scored[], zone: string) => scored.filter(({ row }) => row.zone === zone)
const user = pointOf(outPrompts, finalPrompts)
const document = pointOf(inZone(outDocuments, 'document'), inZone(finalDocuments, 'document'))
const tool = pointOf(inZone(outDocuments, 'tool'), inZone(finalDocuments, 'tool'))

const noisy = new Map(
  prompts.map(one => [one.row, suffixScore(one.signals[promptSignals.indexOf('suffix-noise')] ?? 0) >= 0.5]),
)
const isUser = ({ row, sum }: Scored) => sum >= user || noisy.get(row) === true
const isDocument = ({ row, sum }: Scored) => sum >= (row.zone === 'tool' ? tool : document)
printTable('Prompts', outPrompts, finalPrompts, isUser)
printTable('Documents and tool results', outDocuments, finalDocuments, isDocument)

if (process.argv.includes('--worst')) printWorst(outDocuments)

const weightsOf = (names: readonly string[], weights: Float32Array, share: number) =>
  names.map((name, i) => `${name} ${((weights[i] ?? 0) * share).toFixed(2)}`).join(', ')
console.log(`\nprompt signals: ${weightsOf(['wording', ...promptSignals], prompt.stack.weights, 1)}`)
const tail = (model: Model) => model.weights.slice(SEGMENT_PLACES)
console.log(`segment signals: ${weightsOf(segmentSignals, tail(segment.segment), SIGNAL_SHARE)}`)
console.log(`document signals: ${weightsOf(documentSignals, segment.stack.weights, 1)}`)

const promptWording = quantize(prompt.wording.weights)
const segmentWording = quantize(segment.segment.weights.slice(0, SEGMENT_PLACES))
const bytes = encodeWeights({
  prompt: {
    wording: promptWording.bytes,
    scale: promptWording.scale,
    bias: prompt.wording.bias,
    signals: prompt.stack.weights,
    signalBias: prompt.stack.bias,
  },
  segment: {
    wording: segmentWording.bytes,
    scale: segmentWording.scale,
    bias: segment.segment.bias,
    signals: tail(segment.segment).map(weight => weight * SIGNAL_SHARE),
    whole: segment.stack.weights,
    wholeBias: segment.stack.bias,
  },
  operatingPoint: { user, document, tool },
})
const folder = join(import.meta.dirname, '../assets')
mkdirSync(folder, { recursive: true })
writeFileSync(join(folder, 'injection.bin'), bytes)
console.log(
  `\nassets/injection.bin: ${bytes.length} bytes, sha256 ${createHash('sha256').update(bytes).digest('hex')}`,
)
console.log(
  `operating points: user ${user.toFixed(3)}, document ${document.toFixed(3)}, tool ${tool.toFixed(3)}`,
)
