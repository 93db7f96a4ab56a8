import { expect, test } from 'vitest'
import { apiVersionOf, type Kind } from '../../src/api/kind.ts'
import { Dataset } from '../../src/api/kinds/dataset.ts'
import { Evaluation } from '../../src/api/kinds/evaluation.ts'
import { ModelProvider } from '../../src/api/kinds/model-provider.ts'
import { ModelRoute } from '../../src/api/kinds/model-route.ts'
import { Prompt } from '../../src/api/kinds/prompt.ts'
import { why } from '../../src/ledger/why.ts'
import { desk } from '../desk.ts'
import { live, routeOf, tryUntil, wantedOf } from '../rollout.ts'
import { testWorld, type World } from '../world.ts'

/** Applies the objects of `desk` as kubectl would: data is stored first, and named by digest. */
async function apply(world: World): Promise<void> {
  const kinds: readonly Kind[] = [Dataset, ModelProvider, Prompt, Evaluation, ModelRoute]
  const files = desk()
  for (const [file, text] of Object.entries(files).filter(([file]) => file.endsWith('.yaml'))) {
    const { kind: name, metadata, spec } = JSON.parse(text)
    const kind = kinds.find(({ kind }) => kind === name)
    if (!kind) throw new Error(`${file} is of kind ${name}`)
    const { path } = spec
    await world.client.create(kind, {
      apiVersion: apiVersionOf(kind),
      kind: name,
      metadata: { ...metadata, namespace: 'default' },
      spec: path ? { ...spec, path: await world.blobs.put(Buffer.from(files[path] ?? '')) } : spec,
    })
  }
  await world.advance(2000)
}

const setPrompt = async (world: World, version: string): Promise<void> => {
  const content = `Is the number even? (${version})`
  await world.client.patch(Prompt, 'refund', 'default', { spec: { messages: [{ role: 'system', content }] } })
  await world.advance(2000)
}

test('objects applied directly take the same gates and the same rollout, and the ledger says they are not from Git', async () => {
  await using world = await testWorld()
  await apply(world)
  const first = await wantedOf(world)
  expect(first.status).toMatchObject({ phase: 'Live', gates: [{ gate: 'evaluation', state: 'open' }] })
  expect(first.status?.commits).toBeUndefined()

  await setPrompt(world, 'good')
  expect((await wantedOf(world)).status).toMatchObject({ phase: 'RollingOut', shadow: true })
  const better = await tryUntil(world, ['Live'])

  await setPrompt(world, 'broken')
  const rejected = await wantedOf(world)
  expect(rejected.status?.phase).toBe('Rejected')

  await setPrompt(world, 'sly')
  const rolledBack = await tryUntil(world, ['RolledBack'])
  await world.settle()
  expect((await wantedOf(world)).status?.revert).toBeUndefined()
  expect(await routeOf(world)).toMatchObject({
    status: {
      stable: better.metadata.name,
      rejected: [{ digest: rolledBack.spec.digest }, { digest: rejected.spec.digest }],
    },
  })
  const made = await world.ledger.list({ action: 'release' })
  expect(made.map(({ data }) => data.revision)).toEqual(made.map(() => 'not from Git'))
  expect(made[0]?.data.inputs).toContainEqual(expect.objectContaining({ kind: 'Prompt', writer: 'alice' }))

  const { call } = await world.ask('refund', 'live 3', 's')
  await world.advance(1000)
  const { verified, links } = await why(call, world, new AbortController().signal)
  expect(verified).toBe(true)
  expect(links.find(({ link }) => link === 'commit')?.detail).toMatch(
    /^not from Git, changed directly: .*Prompt refund by alice/,
  )
})

test('setting the prompt back by hand clears the hold', async () => {
  await using world = await testWorld()
  await apply(world)
  const { metadata } = await wantedOf(world)
  await setPrompt(world, 'broken')
  expect((await routeOf(world)).status?.conditions?.find(({ type }) => type === 'Held')?.status).toBe('True')
  await setPrompt(world, 'fair')
  const { status } = await routeOf(world)
  expect(status?.conditions?.find(({ type }) => type === 'Held')?.status).toBe('False')
  expect(status?.stable).toBe(metadata.name)
  const answers = await world.traffic('refund', live.refund ?? [])
  expect(new Set(answers.map(({ release }) => release))).toEqual(new Set([metadata.name]))
})
