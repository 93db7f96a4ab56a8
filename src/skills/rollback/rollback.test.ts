import { describe, expect, test } from 'vitest'
import type { ProposalDraft } from '../../api/kinds/proposal.ts'
import { skillScene } from '../context.fake.ts'
import { valueAt } from '../drafts/pointer.ts'
import { skillSuite } from '../skill.contract.ts'
import { rollback } from './rollback.ts'

const deployment = (
  image: string,
  { memory = '256Mi', replicas = 2, comment = '' } = {},
) => `apiVersion: apps/v1
kind: Deployment
metadata: { name: checkout }
spec:
  replicas: ${replicas} ${comment}
  template:
    spec:
      containers:
        - { name: checkout, image: "${image}", resources: { limits: { memory: ${memory} } } }
`
const prompt = (text: string) => `apiVersion: keelway.dev/v1alpha1
kind: Prompt
metadata: { name: triage }
spec: { messages: [{ role: system, content: ${text} }] }
`
const first = (drafts: readonly ProposalDraft[]): ProposalDraft => {
  const [draft] = drafts
  if (!draft) throw new Error('no draft')
  return draft
}

skillSuite(rollback)

describe('rollback', () => {
  test('restores every file of a commit to what was before', async () => {
    await using scene = await skillScene({
      'deploy/a.yaml': deployment('a:1'),
      'app.conf': 'pool=10\n',
      'gone.txt': 'x',
    })
    const before = scene.repository.git('rev-parse', 'HEAD')
    const bad = scene.commit(
      { 'deploy/a.yaml': deployment('a:2'), 'app.conf': 'pool=1\n', 'new.conf': 'y', 'gone.txt': null },
      'Smaller pool',
      'Bo <bo@example.com>',
    )
    const { output, drafts } = await scene.run(rollback, { commit: bad.slice(0, 8), incident: 'i' })
    expect(output).toMatchObject({ outcome: 'proposed', commit: bad })
    expect(output.text).toContain('Smaller pool) by Bo <bo@example.com>')
    expect(output.text).toContain('new.conf is removed')
    expect(first(drafts).changes).toEqual(
      ['app.conf', 'deploy/a.yaml', 'gone.txt', 'new.conf'].map(file => ({ file, restore: before })),
    )
    expect(first(drafts).expected.signal).toEqual({ incident: 'i' })
  })

  test('keeps later changes of other fields of the same file', async () => {
    await using scene = await skillScene({ 'a.yaml': deployment('a:1') })
    const bad = scene.commit({ 'a.yaml': deployment('a:1', { memory: '64Mi' }) }, 'Save memory')
    scene.commit(
      { 'a.yaml': deployment('a:1', { memory: '64Mi', replicas: 5, comment: '# sale' }) },
      'More pods',
    )
    const { output, drafts } = await scene.run(rollback, { commit: bad })
    expect(output.text).toContain('1 later commit to the same files stay as they are')
    const changed = scene.applied(first(drafts))['Deployment/checkout']
    expect(valueAt(changed, '/spec/replicas')).toBe(5)
    expect(valueAt(changed, '/spec/template/spec/containers/0/resources/limits/memory')).toBe('256Mi')
  })

  test('refuses where a later commit touched the same, and says which', async () => {
    await using scene = await skillScene({ 'a.yaml': deployment('a:1'), 'app.conf': 'pool=10\n' })
    const bad = scene.commit({ 'a.yaml': deployment('a:1', { memory: '64Mi' }) }, 'Save memory')
    scene.commit({ 'a.yaml': deployment('a:1', { memory: '128Mi' }) }, 'A little more')
    const { output, drafts } = await scene.run(rollback, { commit: bad })
    expect(drafts).toEqual([])
    expect(output).toMatchObject({ outcome: 'refused' })
    expect(output.text).toMatch(
      /A little more\) changed the same field of Deployment\/shop\/checkout: .*64Mi → 128Mi/,
    )
    const config = scene.commit({ 'app.conf': 'pool=1\n' }, 'Smaller pool')
    scene.commit({ 'app.conf': 'pool=1\nname=x\n' }, 'Name it')
    const other = await scene.run(rollback, { commit: config })
    expect(other.output.text).toContain('app.conf was changed again by')
  })

  test('finds the newest change of an object, of a service and of a release', async () => {
    await using scene = await skillScene({ 'a.yaml': `${deployment('a:1')}---\n${prompt('Old')}` })
    const before = scene.repository.git('rev-parse', 'HEAD')
    const bad = scene.commit({ 'a.yaml': `${deployment('a:2')}---\n${prompt('Old')}` }, 'Image 2')
    const byService = await scene.run(rollback, { service: 'checkout' })
    expect(byService.output.commit).toBe(bad)
    expect(first(byService.drafts)).toMatchObject({
      changes: [{ file: 'a.yaml', restore: before }],
      expected: { signal: { service: 'checkout', figure: 'errorRatio' } },
    })
    const worse = scene.commit(
      { 'a.yaml': `${deployment('a:2')}---\n${prompt('New')}`, 'b.txt': '1' },
      'Prompt',
    )
    const again = await scene.run(rollback, { object: 'Deployment/shop/checkout' })
    expect(again.output.commit).toBe(bad)
    expect(again.drafts[0]?.changes[0]?.operations?.[1]).toMatchObject({ op: 'replace', value: 'a:1' })
    scene.add({
      apiVersion: 'keelway.dev/v1alpha1',
      kind: 'RouteRelease',
      metadata: { name: 'triage-2', namespace: 'shop' },
      spec: { route: 'triage' },
      status: {
        commits: [{ revision: worse, author: 'Ada', title: 'Prompt', delivery: 'shop/shop' }],
        inputs: [{ kind: 'Prompt', name: 'triage', files: ['a.yaml'] }],
      },
    })
    const release = await scene.run(rollback, { release: 'triage-2' })
    expect(release.output).toMatchObject({ commit: worse, files: ['a.yaml'] })
  })

  test('has nothing to do for what is back already, unknown or first', async () => {
    await using scene = await skillScene({ 'a.yaml': deployment('a:1') })
    const root = scene.repository.git('rev-parse', 'HEAD')
    const bad = scene.commit({ 'a.yaml': deployment('a:2') }, 'Image 2')
    scene.commit({ 'a.yaml': deployment('a:1') }, 'Back')
    expect((await scene.run(rollback, { commit: bad })).output.text).toContain('is taken back already')
    expect((await scene.run(rollback, { commit: 'f'.repeat(40) })).output.outcome).toBe('nothing')
    expect((await scene.run(rollback, { commit: '--all' })).output.outcome).toBe('nothing')
    expect((await scene.run(rollback, { change: `${bad}/config` })).output.text).toContain('back already')
    expect((await scene.run(rollback, { change: 'flag:new-checkout' })).output.outcome).toBe('refused')
    expect((await scene.run(rollback, { commit: root })).output).toMatchObject({ outcome: 'refused' })
    expect((await scene.run(rollback, { service: 'cart' })).output.outcome).toBe('nothing')
    expect((await scene.run(rollback, { release: 'none' })).output.outcome).toBe('nothing')
  })
})
