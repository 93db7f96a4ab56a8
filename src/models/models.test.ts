import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { needs, sharedData } from '../../test/needs.ts'
import { parseDataset, rowsOf } from '../lib/dataset.ts'
import { digestOf, shortDigest } from '../lib/digest.ts'
import { runtimeFor, runtimes, trainerNamed, trainers } from './index.ts'
import type { Trainer } from './model.ts'
import { runtimeContract } from './runtime.contract.ts'
import { trainerContract } from './trainer.contract.ts'

const rows = ['card', 'delivery', 'refund'].flatMap(label =>
  Array.from({ length: 5 }, (_, n) => ({ input: `my ${label} please, number ${n}`, label })),
)

for (const trainer of trainers as readonly Trainer[]) trainerContract(trainer, runtimeFor(trainer.format))

for (const runtime of runtimes) {
  const trainer = trainers.find(candidate => candidate.format === runtime.format) as Trainer | undefined
  if (!trainer) throw new Error(`no trainer makes artefacts of format ${runtime.format}`)
  runtimeContract(runtime, trainer.train(rows, trainer.parameters({})))
}

test('an unknown trainer or format is refused with those there are', () => {
  expect(() => trainerNamed('magic')).toThrow(
    'no trainer is named "magic"; there are linear-text, naive-bayes-text',
  )
  expect(() => runtimeFor('onnx')).toThrow('no runtime reads format "onnx"; there are linear-text')
})

test('the same rows give these very bytes on any machine', () => {
  const digests = (trainers as readonly Trainer[]).map(trainer => [
    trainer.name,
    shortDigest(digestOf(trainer.train(rows, trainer.parameters({})))),
  ])
  expect(digests).toEqual([
    ['linear-text', 'aebe55b718'],
    ['naive-bayes-text', '3c23b2f7ab'],
  ])
})

const banking77 = (file: string) => {
  const path = sharedData('banking77', file) ?? ''
  return rowsOf(parseDataset(file, readFileSync(path), 'csv'), { input: 'text', label: 'category' })
}

needs('shared data', sharedData('banking77'))('linear-text tells 77 intents apart as well as it must', () => {
  const trainer = trainerNamed('linear-text')
  const artefact = trainer.train(banking77('train.csv'), trainer.parameters({}))
  const model = runtimeFor(trainer.format).load(artefact)
  const held = banking77('test-dev.csv')
  const right = held.filter(row => model.predict(row.input).label === row.label).length
  expect(right / held.length).toBeGreaterThanOrEqual(0.885)
  expect(artefact.length).toBeLessThan(20e6)
})
