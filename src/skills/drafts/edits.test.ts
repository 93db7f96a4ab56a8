import { describe, expect, test } from 'vitest'
import { skillScene } from '../context.fake.ts'
import { fixReference } from '../fix-reference/fix-reference.ts'
import { rightSize } from '../right-size/right-size.ts'
import { scale } from '../scale/scale.ts'
import { tuneLimit } from '../tune-limit/tune-limit.ts'
import { tuneProbe } from '../tune-probe/tune-probe.ts'
import { tuneQuota } from '../tune-quota/tune-quota.ts'
import { valueAt } from './pointer.ts'

const deployment = `apiVersion: apps/v1
kind: Deployment
metadata: { name: checkout }
spec:
  replicas: 2
  template:
    spec:
      containers:
        - name: checkout
          image: a
          resources: { limits: { memory: 64Mi } }
          livenessProbe: { httpGet: { path: /, port: 80 } }
          envFrom: [{ configMapRef: { name: setings } }]
`
const container = '/spec/template/spec/containers/0'
const replaced = (path: string, from: unknown, to: unknown) => [
  { op: 'test' as const, path, value: from },
  { op: 'replace' as const, path, value: to },
]
const object = 'Deployment/shop/checkout'

describe('edits that a diagnosis gives', () => {
  test.each([
    ['fix-reference', fixReference, `${container}/envFrom/0/configMapRef/name`, 'setings', 'settings'],
    ['tune-probe', tuneProbe, `${container}/livenessProbe/httpGet/port`, 80, 8080],
    ['tune-limit', tuneLimit, `${container}/resources/limits/memory`, '64Mi', '128Mi'],
    ['right-size', rightSize, `${container}/resources/limits/memory`, '64Mi', '128Mi'],
    ['scale', scale, '/spec/replicas', 2, 4],
    ['tune-quota', tuneQuota, '/spec/replicas', 2, 1],
  ] as const)('become a draft of %s where Git says what was seen', async (_, skill, path, from, to) => {
    await using scene = await skillScene({ 'a.yaml': deployment })
    const input = { object, edits: replaced(path, from, to), incident: 'i' }
    const { output, drafts } = await scene.run(skill as typeof fixReference, input)
    expect(output.outcome).toBe('proposed')
    const [draft] = drafts
    if (!draft) throw new Error('no draft')
    expect(valueAt(scene.applied(draft)['Deployment/checkout'], path)).toEqual(to)
    expect(draft.expected.signal).toEqual({ incident: 'i' })
  })

  test('are nothing where Git says something else, or the same', async () => {
    await using scene = await skillScene({ 'a.yaml': deployment })
    const other = await scene.run(scale, { object, edits: replaced('/spec/replicas', 3, 4) })
    expect(other.output).toMatchObject({
      outcome: 'nothing',
      text: expect.stringContaining('Git says something else'),
    })
    const same = await scene.run(scale, { object, edits: replaced('/spec/replicas', 2, 2) })
    expect(same.output.text).toContain('says that in Git already')
  })

  test('are refused outside of what a skill is for', async () => {
    await using scene = await skillScene({ 'a.yaml': deployment })
    const run = async (path: string) =>
      (await scene.run(scale, { object, edits: [{ op: 'add', path, value: 'x' }] })).output.outcome
    expect(await run(`${container}/image`)).toBe('refused')
    expect(await run('/metadata/namespace')).toBe('refused')
    expect(await run('/metadata/ownerReferences')).toBe('refused')
    expect((await scene.run(scale, { edits: replaced('/spec/replicas', 2, 3) })).output.outcome).toBe(
      'refused',
    )
  })
})
