import { expect, test } from 'vitest'
import { z } from 'zod'
import { Delivery } from '../api/kinds/delivery.ts'
import { Incident } from '../api/kinds/incident.ts'
import { skillScene } from './context.fake.ts'
import type { Permission, Skill, SkillContext } from './skill.ts'

const deployment = (image: string) => `# Who pays.
apiVersion: apps/v1
kind: Deployment
metadata:
  name: checkout
spec:
  template:
    spec:
      containers:
        - { name: checkout, image: ${image} }
`

/** A skill that does what the test says. */
const asking = (
  permissions: readonly Permission[],
  ask: (context: SkillContext) => Promise<unknown>,
): Skill => ({
  name: 'asking',
  summary: 'Asks.',
  risk: 'read',
  input: z.object({}),
  output: z.object({ found: z.unknown() }),
  permissions,
  phrases: [],
  run: async (_, context) => ({ output: { found: await ask(context) } }),
})

const found = async (
  scene: Awaited<ReturnType<typeof skillScene>>,
  permissions: readonly Permission[],
  ask: (context: SkillContext) => Promise<unknown>,
) => ((await scene.run(asking(permissions, ask), {})).output as { found: unknown }).found

test('what a skill did not declare is refused, by name', async () => {
  await using scene = await skillScene({ 'a.yaml': deployment('a:1') })
  const none = (ask: (context: SkillContext) => Promise<unknown>) => found(scene, [], ask)
  await expect(none(({ objects }) => objects.find(Incident, 'x'))).rejects.toThrow(
    "skill asking reads keelway.dev/v1alpha1/Incident without permission: add { objects: 'keelway.dev/v1alpha1/Incident' }",
  )
  await expect(none(({ objects }) => objects.list(Delivery))).rejects.toThrow('Delivery without permission')
  await expect(none(({ objects }) => objects.findNamed('apps/v1', 'Deployment', 'checkout'))).rejects.toThrow(
    'apps/v1/Deployment',
  )
  const window = { from: 0, to: 1 }
  for (const ask of [
    ({ signals }: SkillContext) => signals.changes({ window, limit: 1 }),
    ({ calls }: SkillContext) => calls.calls({ limit: 1 }),
    ({ repository }: SkillContext) => repository.files('shop'),
    ({ ledger }: SkillContext) => ledger({}),
    ({ diagnose }: SkillContext) => diagnose({ since: 0 }),
  ])
    await expect(none(ask)).rejects.toThrow('without permission')
  const declared = await found(scene, [{ reads: 'signals' }], ({ signals }) =>
    signals.changes({ window, limit: 1 }),
  )
  expect(declared).toEqual([])
})

test('a skill has no way to write signals', async () => {
  await using scene = await skillScene()
  const methods = await found(scene, [{ reads: 'signals' }], async ({ signals }) =>
    ['append', 'maintain', 'export', 'close'].map(name => typeof Reflect.get(signals, name)),
  )
  expect(methods).toEqual(['undefined', 'undefined', 'undefined', 'undefined'])
})

test('the repository says where an object is declared, also after it moved, and who changed the file', async () => {
  await using scene = await skillScene({ 'deploy/a.yaml': deployment('a:1') })
  const ask = (name: string) =>
    found(scene, [{ reads: 'repository' }], ({ repository }) =>
      repository.sourceOf({ apiVersion: 'apps/v1', kind: 'Deployment', name, namespace: 'shop' }),
    )
  const head = scene.repository.git('rev-parse', 'HEAD')
  expect(await ask('checkout')).toMatchObject({
    delivery: 'shop',
    file: 'deploy/a.yaml',
    revision: head,
    declared: { kind: 'Deployment', metadata: { name: 'checkout' } },
  })
  expect(await ask('cart')).toBeUndefined()
  // Not applied yet: the inventory knows the old place.
  scene.repository.git('mv', 'deploy/a.yaml', 'deploy/moved.yaml')
  scene.repository.commit({}, 'Move')
  expect(await ask('checkout')).toMatchObject({ file: 'deploy/moved.yaml' })
  const bad = scene.commit({ 'deploy/moved.yaml': deployment('a:2') }, 'Image 2', 'Bo <bo@example.com>')
  const history = await found(scene, [{ reads: 'repository' }], ({ repository }) =>
    repository.history('shop', 'deploy/moved.yaml'),
  )
  expect(history).toMatchObject([{ revision: bad, author: 'Bo <bo@example.com>', title: 'Image 2' }, {}])
})

test('hostile content of a repository is passed over', async () => {
  const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefghij'
    .split('')
    .map((name, i) => `${name}: &${name} [${Array(9).fill(`*${'abcdefghij'[i]}`).join(',')}]`)
    .join('\n')}\n`
  await using scene = await skillScene({
    'a.yaml': `${'['.repeat(5000)}`,
    'b.yaml': bomb,
    'c.yaml': '\u0000\u0001',
    'z.yaml': deployment('a:1'),
  })
  const source = await found(scene, [{ reads: 'repository' }], ({ repository }) =>
    repository.sourceOf({ apiVersion: 'apps/v1', kind: 'Deployment', name: 'checkout', namespace: 'shop' }),
  )
  expect(source).toMatchObject({ file: 'z.yaml' })
})
