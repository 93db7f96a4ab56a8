import { expect, test } from 'vitest'
import type { Resource } from '../api/kind.ts'
import { evaluation } from './evaluation.ts'
import { gateContract } from './gate.contract.ts'
import { question, releaseOf } from './question.fake.ts'

const settled = { observedGeneration: 1, revision: '', conditions: [{ type: 'Ready', status: 'True' }] }
const object = (kind: string, name: string, spec: object, status: object = settled): Resource => ({
  apiVersion: 'keelway.dev/v1alpha1',
  kind,
  metadata: { name, namespace: 'default', generation: 1 },
  spec,
  status,
})
const definition = (
  criteria: object[] = [{ scorer: 'c', condition: 'n > 0.5 +/- 0.1' }],
  more: object = {},
) =>
  object('Evaluation', 'e', {
    ...{ dataset: { ref: 'd' }, scorers: [{ name: 'c', type: 'exact' }], criteria, input: 'text' },
    ...{ expected: 'label', reliability: 0.95, mode: 'fp-free', adaptivity: 'none', steps: 4, ...more },
  })
const dataset = (digest = 'sha256:rows') => object('Dataset', 'd', {}, { ...settled, digest })
const config = { ref: 'e' }

/** A question that was asked once, and whose run has ended like this. */
async function ended(phase: string | undefined, message = 'told') {
  const asked = question(config, { objects: [definition(), dataset()] })
  await evaluation.check(asked)
  const [run] = asked.created
  if (run && phase) run.status = { phase, message }
  return asked
}
const [open, closed] = [await ended('Passed'), await ended('Failed')]

gateContract('evaluation', {
  gate: evaluation,
  waiting: () => question(config, { objects: [definition(), dataset()] }),
  missing: () => question(config),
  open: () => open,
  closed: () => closed,
})

/** The name of the run that a question leads to. */
async function runOf(asked: ReturnType<typeof question<typeof config>>): Promise<string> {
  await evaluation.check(asked)
  return asked.created[0]?.metadata.name ?? ''
}

test('asking twice starts one run, owned by the release', async () => {
  const asked = question(config, { objects: [definition(), dataset()] })
  await evaluation.check(asked)
  await evaluation.check(asked)
  expect(asked.created).toMatchObject([
    {
      kind: 'EvaluationRun',
      metadata: { ownerReferences: [{ name: 'new', uid: 'uid-new' }] },
      spec: { evaluation: 'e', release: 'new', testSet: 'sha256:rows' },
    },
  ])
})

test.each(['Failed', 'Inconclusive', 'Error'])(
  'a run that ended %s closes the gate with its message',
  async phase => {
    expect(await evaluation.check(await ended(phase))).toMatchObject({
      state: 'closed',
      reason: `Evaluation${phase}`,
      message: 'told',
    })
  },
)

test('an Evaluation or Dataset that is not settled is waited for', async () => {
  const unready = { ...definition(), status: { ...settled, observedGeneration: 0 } }
  expect(await evaluation.check(question(config, { objects: [unready, dataset()] }))).toMatchObject({
    state: 'waiting',
    reason: 'EvaluationNotReady',
  })
  expect(await evaluation.check(question(config, { objects: [definition()] }))).toMatchObject({
    state: 'waiting',
    reason: 'DatasetNotReady',
  })
})

test('another test set, other criteria and another release are other questions, with runs of their own', async () => {
  const objects = [definition(), dataset()]
  const names = [
    await runOf(question(config, { objects })),
    await runOf(question(config, { objects: [definition(), dataset('sha256:others')] })),
    await runOf(
      question(config, { objects: [definition([{ scorer: 'c', condition: 'n > 0.6 +/- 0.1' }]), dataset()] }),
    ),
    await runOf(question(config, { objects: [definition(undefined, { reliability: 0.99 }), dataset()] })),
    await runOf(question(config, { objects, release: { metadata: { name: 'b', namespace: 'default' } } })),
  ]
  expect(new Set(names).size).toBe(names.length)
})

test('a verdict holds against the stable release it compared with, and no other', async () => {
  const compares = [
    definition([{ scorer: 'c', condition: 'n - o > 0.02 +/- 0.1', first: 'n > 0.5 +/- 0.1' }]),
    dataset(),
  ]
  const names = [
    await runOf(question(config, { objects: compares })),
    await runOf(question(config, { objects: compares, baseline: releaseOf('a') })),
    await runOf(question(config, { objects: compares, baseline: releaseOf('b') })),
  ]
  expect(new Set(names).size).toBe(3)
  const alone = [definition(), dataset()]
  const first = await runOf(question(config, { objects: alone }))
  expect(await runOf(question(config, { objects: alone, baseline: releaseOf('a') }))).toBe(first)
})
