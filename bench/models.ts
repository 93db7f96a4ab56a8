/**
 * Measures every trainer on banking77 (Casanueva et al. 2020): accuracy, seconds of training, milliseconds of a
 * prediction, size of the artefact. Run: node bench/models.ts [--json]
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { parseDataset, rowsOf } from '../src/lib/dataset.ts'
import { runtimeFor, trainers } from '../src/models/index.ts'
import type { Row, Trainer } from '../src/models/model.ts'

// banking77 is not part of this repository.
const shared = process.env.KEELWAY_SHARED ?? join(import.meta.dirname, '../../shared')
const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } })

function measure(trainer: Trainer, train: Row[], held: Row[]) {
  const began = performance.now()
  const artefact = trainer.train(train, trainer.parameters({}))
  const trained = performance.now()
  const model = runtimeFor(trainer.format).load(artefact)
  const loaded = performance.now()
  const right = held.filter(row => model.predict(row.input).label === row.label).length
  const predictMs = (performance.now() - loaded) / held.length
  return {
    trainer: trainer.name,
    accuracy: round(right / held.length, 4),
    trainSeconds: round((trained - began) / 1000, 2),
    loadMs: round(loaded - trained, 1),
    predictMs: round(predictMs, 4),
    artefactMb: round(artefact.length / 1e6, 2),
  }
}

const round = (value: number, digits: number): number => Number(value.toFixed(digits))

function banking77(file: string): Row[] {
  const bytes = readFileSync(join(shared, 'data/banking77', file))
  return rowsOf(parseDataset(file, bytes, 'csv'), { input: 'text', label: 'category' })
}

const [train, held] = [banking77('train.csv'), banking77('test-dev.csv')]
const results = (trainers as readonly Trainer[]).map(trainer => measure(trainer, train, held))
if (values.json) console.log(JSON.stringify({ train: train.length, held: held.length, results }))
else {
  console.log(`banking77: ${train.length} rows to train from, ${held.length} held back, 77 labels`)
  console.table(results)
}
