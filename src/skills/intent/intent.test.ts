import { expect, test } from 'vitest'
import { linearTextRuntime as runtime } from '../../models/runtimes/linear-text.ts'
import { linearText as trainer } from '../../models/trainers/linear-text.ts'
import { skills } from '../index.ts'
import { elsewhere } from './elsewhere.ts'
import { heldOut } from './held-out.fake.ts'
import { trainIntent } from './intent.ts'
import { measured } from './measured.fake.ts'
import { questions } from './questions.fake.ts'
import { maskOfField, NONE } from './rows.ts'
import { wordings } from './wordings.ts'

const model = trainIntent(skills, { trainer, runtime })
const there = new Set(skills.map(({ name }) => name))

test('the same skills give the same model, in whatever order they stand', () => {
  expect(trainIntent(skills.toReversed(), { trainer, runtime }).digest).toBe(model.digest)
})

test('no skills give a model that knows none', () => {
  expect(trainIntent([], { trainer, runtime }).classify('why is it slow').skill).toBeUndefined()
})

test('questions that nothing was chosen by are understood', () => {
  expect(heldOut.length).toBeGreaterThanOrEqual(150)
  expect(heldOut.filter(({ skill }) => skill === NONE).length).toBeGreaterThanOrEqual(30)
  const { accuracy, refused, slotF1, wrong } = measured(heldOut, model, there)
  expect(accuracy, wrong.join('\n')).toBeGreaterThanOrEqual(0.88)
  expect(refused, wrong.join('\n')).toBeGreaterThanOrEqual(0.9)
  expect(slotF1, wrong.join('\n')).toBeGreaterThanOrEqual(0.95)
})

test('questions by which it was chosen are understood', () => {
  const { accuracy, refused, slotF1, wrong } = measured(questions, model, there)
  expect(accuracy, wrong.join('\n')).toBeGreaterThanOrEqual(0.95)
  expect(refused, wrong.join('\n')).toBeGreaterThanOrEqual(0.9)
  expect(slotF1, wrong.join('\n')).toBeGreaterThanOrEqual(0.97)
})

test('phrases and sentences that were left out of the training are mostly told right', {
  timeout: 60_000,
}, () => {
  const folds = 3
  const [ours, others] = [
    { right: 0, of: 0 },
    { right: 0, of: 0 },
  ]
  for (let fold = 0; fold < folds; fold++) {
    const kept = <T>(_: T, i: number) => i % folds !== fold
    const left = <T>(_: T, i: number) => i % folds === fold
    const without = trainIntent(
      skills.map(({ name, phrases }) => ({ name, phrases: phrases.filter(kept) })),
      { trainer, runtime },
      elsewhere.filter(kept),
    )
    for (const { name, phrases } of skills)
      for (const phrase of phrases.filter(left)) {
        const masked = phrase.replace(/\{(\w+)\}/g, (_, field: string) => maskOfField(field)).toLowerCase()
        ours.of++
        ours.right += Number(without.classify(masked).skill === name)
      }
    for (const sentence of elsewhere.filter(left)) {
      others.of++
      others.right += Number(without.classify(sentence).skill === undefined)
    }
  }
  expect(ours.right / ours.of).toBeGreaterThanOrEqual(0.8)
  expect(others.right / others.of).toBeGreaterThanOrEqual(0.85)
})

test.each([
  'delete namespace prod',
  'please restart cart',
  'can you kubectl exec into it',
  'show me the password',
  'approve it',
])('"%s" is nothing that is done here', order => {
  expect(model.classify(order)).toEqual({ skill: undefined, confidence: 0, nearest: undefined })
})

test('wordings are of skills that there are', () => {
  expect(Object.keys(wordings).filter(name => !there.has(name))).toEqual([])
})
