import { describe, expect, test } from 'vitest'
import type { Diagnosis, Hypothesis } from '../../diagnosis/diagnosis.ts'
import { skillScene } from '../context.fake.ts'
import { valueAt } from '../drafts/pointer.ts'
import { fixReference } from '../fix-reference/fix-reference.ts'
import { rightSize } from '../right-size/right-size.ts'
import { rollback } from '../rollback/rollback.ts'
import { scale } from '../scale/scale.ts'
import { skillSuite } from '../skill.contract.ts'
import { tuneLimit } from '../tune-limit/tune-limit.ts'
import { remediate } from './remediate.ts'

const skill = remediate([rollback, rightSize, scale, fixReference, tuneLimit])
const deployment = (memory: string) => `apiVersion: apps/v1
kind: Deployment
metadata: { name: checkout }
spec:
  replicas: 2
  template:
    spec:
      containers: [{ name: checkout, image: a, resources: { limits: { memory: ${memory} } } }]
`
const hypothesis = (more: Partial<Hypothesis>): Hypothesis => ({
  rank: 1,
  statement: 'checkout is killed for memory.',
  cause: { kind: 'resource', name: 'Deployment/shop/checkout' },
  class: 'memory',
  confidence: 0.9,
  evidence: [{ source: 'events', detail: 'OOMKilling 7 times' }],
  against: [],
  contributions: [],
  rules: ['out-of-memory'],
  ...more,
})
const of = (...hypotheses: Hypothesis[]): Diagnosis => ({ abstained: false, hypotheses, rejected: [] })
const remedy = {
  skill: 'tune-limit',
  input: { object: 'Deployment/shop/checkout', killed: true },
  summary: 'Raise it.',
}

skillSuite(skill)

describe('remediate', () => {
  test('lets the skill of the likeliest cause say what it would change, with what it rests on', async () => {
    await using scene = await skillScene({ 'a.yaml': deployment('256Mi') })
    scene.diagnosis = of(hypothesis({ remedy }))
    const { output, drafts } = await scene.run(skill, { incident: 'checkout-1' })
    expect(output).toMatchObject({ outcome: 'proposed', skill: 'tune-limit', tried: [] })
    expect(output.text).toContain(
      'checkout is killed for memory. (90 % sure). Set memory limit of checkout to 356Mi',
    )
    const [draft] = drafts
    if (!draft) throw new Error('no draft')
    expect(draft).toMatchObject({
      incident: 'checkout-1',
      hypothesis: { class: 'memory', rules: ['out-of-memory'], confidence: 0.9 },
      expected: { signal: { incident: 'checkout-1' } },
      evidence: [{ source: 'events', detail: 'OOMKilling 7 times' }, {}],
    })
    expect(
      valueAt(
        scene.applied(draft)['Deployment/checkout'],
        '/spec/template/spec/containers/0/resources/limits/memory',
      ),
    ).toBe('356Mi')
  })

  test('takes a change back that is the cause, and falls back on what is usual for a class', async () => {
    await using scene = await skillScene({ 'a.yaml': deployment('256Mi') })
    const bad = scene.commit({ 'a.yaml': deployment('64Mi') }, 'Save')
    scene.diagnosis = of(hypothesis({ cause: { kind: 'change', name: bad }, class: 'config' }))
    const back = await scene.run(skill, { incident: 'i' })
    expect(back.output.skill).toBe('rollback')
    scene.diagnosis = of(hypothesis({ remedy: { ...remedy, skill: 'exec' } }))
    const other = await scene.run(skill, { service: 'checkout' })
    expect(other.output.tried[0]).toEqual({ skill: 'exec', result: 'there is no such skill' })
    expect(other.output.outcome).toBe('nothing')
  })

  test('uses no skill that is not allowed, and the order that it is given', async () => {
    await using scene = await skillScene({ 'a.yaml': deployment('256Mi') })
    scene.diagnosis = of(hypothesis({ remedy }))
    const { output, drafts } = await scene.run(skill, { incident: 'i', skills: ['scale'] })
    expect(drafts).toEqual([])
    expect(output.text).toContain('A person has to decide')
    const seen: string[] = []
    const ordered = remediate([tuneLimit, rightSize], all => {
      seen.push(...all.map(one => one.skill))
      return all.toReversed()
    })
    const reversed = await scene.run(ordered, { incident: 'i' })
    expect(seen).toEqual(['tune-limit', 'right-size'])
    expect(reversed.output).toMatchObject({ skill: 'tune-limit', tried: [{ skill: 'right-size' }] })
  })

  test('changes nothing where nothing is wrong, or what is wrong is not ours', async () => {
    await using scene = await skillScene({ 'a.yaml': deployment('256Mi') })
    expect((await scene.run(skill, { incident: 'i' })).output).toMatchObject({ outcome: 'nothing' })
    scene.diagnosis = of(
      hypothesis({ cause: { kind: 'external', name: 'provider openai' }, class: 'provider', remedy }),
    )
    const { output, drafts } = await scene.run(skill, { incident: 'i' })
    expect(output).toMatchObject({ outcome: 'refused' })
    expect(drafts).toEqual([])
  })

  test('makes a draft of edits that a diagnosis gives', async () => {
    await using scene = await skillScene({ 'a.yaml': deployment('256Mi') })
    const edits = [
      { op: 'test' as const, path: '/spec/replicas', value: 2 },
      { op: 'replace' as const, path: '/spec/replicas', value: 3 },
    ]
    const { drafts } = await scene.run(skill, { object: 'Deployment/shop/checkout', edits })
    expect(valueAt(scene.applied(drafts[0] ?? never())['Deployment/checkout'], '/spec/replicas')).toBe(3)
  })
})

const never = (): never => {
  throw new Error('no draft')
}
