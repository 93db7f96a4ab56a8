/**
 * Trains the injection detector and writes assets/injection.bin: `node scripts/train-injection.ts DATA_DIR`, where the
 * directory holds injection/, banking77/, ifeval/ and so on. The same data give the same bytes. Prints detection and false
 * positives for each source, out of fold (near-duplicates never on both sides) and in sample, with Wilson intervals.
 */
import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suffixScore } from '../src/gateway/guardrails/injection/prompt.ts'
import { promptSignals } from '../src/gateway/guardrails/injection/prompt-signals.ts'
import { SEGMENT_PLACES } from '../src/gateway/guardrails/injection/segment-features.ts'
import { segmentSignals } from '../src/gateway/guardrails/injection/segments.ts'
import { encodeWeights } from '../src/gateway/guardrails/injection/weights.ts'
import { FOLDS, foldOf } from './injection/folds.ts'
import { fitPrompts, promptSumOf, readPromptExamples } from './injection/prompt-model.ts'
import { type Model, quantize } from './injection/regression.ts'
import { atMost, printTable, type Scored } from './injection/report.ts'
import { documentSumOf, fitSegments, readDocumentExamples, SIGNAL_SHARE } from './injection/segment-model.ts'
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
  const segment = fitSegments(documents.filter(({ row }) => outer(row.group) !== fold))
  for (const one of prompts)
    if (outer(one.row.group) === fold) promptScores.set(one, promptSumOf(prompt, one))
  for (const one of documents)
    if (outer(one.row.group) === fold) documentScores.set(one, documentSumOf(segment, one))
}
const prompt = fitPrompts(prompts)
const segment = fitSegments(documents)

const scoredPrompts = (sum: (one: (typeof prompts)[number]) => number): Scored[] =>
  prompts.map(one => ({ ...one, sum: sum(one) }))
const outPrompts = scoredPrompts(one => promptScores.get(one) ?? 0)
const outDocuments: Scored[] = documents.map(one => ({
  row: one.row,
  ...(documentScores.get(one) ?? { sum: 0 }),
}))

// The operating point is where the worst of the honest sources still meets its limit, out of fold.
const user = atMost(outPrompts, source =>
  source === 'banking77' ? 0.003 : /xstest|holmes|refund/.test(source) ? 0.02 : 0.01,
)
const document = atMost(
  outDocuments.filter(({ row }) => row.zone === 'document'),
  () => 0.01,
)
const tool = atMost(
  outDocuments.filter(({ row }) => row.zone === 'tool'),
  () => 0.01,
)

const noisy = new Map(
  prompts.map(one => [one.row, suffixScore(one.signals[promptSignals.indexOf('suffix-noise')] ?? 0) >= 0.5]),
)
const isUser = ({ row, sum }: Scored) => sum >= user || noisy.get(row) === true
const isDocument = ({ row, sum }: Scored) => sum >= (row.zone === 'tool' ? tool : document)
printTable(
  'Prompts',
  outPrompts,
  scoredPrompts(one => promptSumOf(prompt, one)),
  isUser,
)
printTable(
  'Documents and tool results',
  outDocuments,
  documents.map(one => ({ row: one.row, ...documentSumOf(segment, one) })),
  isDocument,
)

const weightsOf = (names: readonly string[], weights: Float32Array, share: number) =>
  names.map((name, i) => `${name} ${((weights[i] ?? 0) * share).toFixed(2)}`).join(', ')
console.log(`\nprompt signals: ${weightsOf(['wording', ...promptSignals], prompt.stack.weights, 1)}`)
const tail = (model: Model) => model.weights.slice(SEGMENT_PLACES)
console.log(`segment signals: ${weightsOf(segmentSignals, tail(segment), SIGNAL_SHARE)}`)

const promptWording = quantize(prompt.wording.weights)
const segmentWording = quantize(segment.weights.slice(0, SEGMENT_PLACES))
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
    bias: segment.bias,
    signals: tail(segment).map(weight => weight * SIGNAL_SHARE),
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
