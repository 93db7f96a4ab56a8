import { expect, test } from 'vitest'
import { change, create, readyOf, statusOf } from '../../../test/objects.ts'
import { startDesk, wantedOf } from '../../../test/rollout.ts'
import { testWorld } from '../../../test/world.ts'
import { ModelProvider } from '../../api/kinds/model-provider.ts'
import { ModelRoute } from '../../api/kinds/model-route.ts'
import { Prompt } from '../../api/kinds/prompt.ts'
import { RouteRelease } from '../../api/kinds/route-release.ts'

const provider = { spec: { protocol: 'openai', endpoint: 'http://127.0.0.1:9/v1', models: [{ name: 'm' }] } }
const route = (more: object = {}) => ({
  spec: { model: 'r', serve: { provider: { ref: 'p', model: 'm' } }, ...more },
})
const releases = async (world: Awaited<ReturnType<typeof testWorld>>) =>
  (await world.client.list(RouteRelease)).items

test('a route without its inputs waits, names what is missing, and makes no release', async () => {
  await using world = await testWorld()
  await create(world, ModelRoute, 'r', route())
  expect(await readyOf(world, ModelRoute, 'r')).toMatch(/^False \w+: .*ModelProvider p/)
  expect(await releases(world)).toEqual([])
  await create(world, ModelProvider, 'p', provider)
  expect(await releases(world)).toHaveLength(1)
  expect(await readyOf(world, ModelRoute, 'r')).toMatch(/^True Serving/)
})

test.each([
  [
    'a model the provider does not offer',
    { serve: { provider: { ref: 'p', model: 'x' } } },
    'UnknownModel: ModelProvider p offers no model "x": it has m',
  ],
  ['steps that do not rise', { rollout: { steps: [50, 25] } }, 'BadSteps: spec.rollout.steps[1] is "25"'],
  [
    'shadow in the middle',
    { rollout: { steps: [5, 'shadow'] } },
    'BadSteps: spec.rollout.steps[1]: shadow must be the first step',
  ],
  [
    'two metrics of one name',
    {
      rollout: {
        metrics: [
          { name: 'a', from: 'response.ok' },
          { name: 'a', from: 'score.x' },
        ],
      },
    },
    'BadPlan: spec.rollout: two metrics have the same name',
  ],
  [
    'a scorer that can not work',
    { scorers: [{ name: 'a', type: 'regex', pattern: '(' }], record: { content: 'output' } },
    'BadScorer: spec.scorers',
  ],
])('%s stalls the route before a release is made', async (_, more, message) => {
  await using world = await testWorld()
  await create(world, ModelProvider, 'p', provider)
  await create(world, ModelRoute, 'r', route(more))
  expect(await readyOf(world, ModelRoute, 'r')).toContain(`False ${message}`)
  expect(await releases(world)).toEqual([])
})

test('the release is the content: parameters, prompt and provider are in it, names, gates and rollout are not', async () => {
  await using world = await testWorld()
  await create(world, ModelProvider, 'p', provider)
  await create(world, Prompt, 'a', { spec: { messages: [{ role: 'system', content: 'hi' }] } })
  await create(world, Prompt, 'b', { spec: { messages: [{ role: 'system', content: 'hi' }] } })
  const serve = { ...route().spec.serve, prompt: { ref: 'a' } }
  await create(world, ModelRoute, 'r', route({ serve }))
  const digest = async () => (await statusOf(world, ModelRoute, 'r')).digest
  const first = await digest()
  await change(world, ModelRoute, 'r', {
    serve: { prompt: { ref: 'b' } },
    rollout: { alpha: 0.1 },
    gates: [{ approval: {} }],
  })
  expect(await digest()).toBe(first)
  expect(await releases(world)).toHaveLength(1)
  await change(world, ModelRoute, 'r', { serve: { parameters: { temperature: 1 } } })
  expect(await digest()).not.toBe(first)
  expect(await releases(world)).toHaveLength(2)
})

test('a suspended route keeps what serves and makes no candidate', async () => {
  await using world = await testWorld()
  await create(world, ModelProvider, 'p', provider)
  await create(world, ModelRoute, 'r', route())
  await change(world, ModelRoute, 'r', { suspend: true, serve: { parameters: { temperature: 1 } } })
  expect(await releases(world)).toHaveLength(1)
  expect(await readyOf(world, ModelRoute, 'r')).toContain('True Suspended')
  await change(world, ModelRoute, 'r', { suspend: false })
  expect(await releases(world)).toHaveLength(2)
})

test('one commit that changes several inputs makes one candidate, never one of two commits', async () => {
  await using world = await startDesk({ training: 'few' })
  await world.change('all at once', {
    prompt: 'good',
    route: { serve: { prompt: { ref: 'refund' }, provider: { ref: 'desk', model: 'n' } } },
  })
  const made = (await releases(world)).filter(({ spec }) => spec.route === 'refund')
  expect(made).toHaveLength(2)
  const { spec } = await wantedOf(world)
  expect(spec.bundle).toMatchObject({
    model: 'n',
    prompt: { messages: [{ content: 'Is the number even? (good)' }] },
  })
})

test('a broken input takes nothing away from what serves, and is named', async () => {
  await using world = await testWorld()
  await create(world, ModelProvider, 'p', provider)
  await create(world, Prompt, 'a', { spec: { messages: [{ role: 'system', content: 'hi' }] } })
  await create(world, ModelRoute, 'r', route({ serve: { ...route().spec.serve, prompt: { ref: 'a' } } }))
  const { stable } = await statusOf(world, ModelRoute, 'r')
  await change(world, Prompt, 'a', { messages: [{ role: 'system', content: '{{nobody}}' }] })
  expect(await readyOf(world, ModelRoute, 'r')).toMatch(/goes on serving; .*Prompt a/)
  expect(await statusOf(world, ModelRoute, 'r')).toMatchObject({ stable, rejected: [] })
  expect(await releases(world)).toHaveLength(1)
})
