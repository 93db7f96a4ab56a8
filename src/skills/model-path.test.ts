import { expect, test } from 'vitest'
import type { ModelAccess } from './orchestrator.ts'
import { orchestratorWorld } from './orchestrator.world.ts'

const words = (text: string) => ({ kind: 'words', text, namespace: 'shop' }) as const

/** A model that says what it is told to, given what it was sent. */
function scripted(say: (sent: string, turn: number) => string): ModelAccess & { sent: string[] } {
  const sent: string[] = []
  return {
    sent,
    find: async (namespace, wanted) =>
      wanted === undefined || wanted === 'talker'
        ? { route: `${namespace}/talker`, release: `${namespace}/talker-1` }
        : undefined,
    ask: async (_, input) => {
      sent.push(input)
      return { text: say(input, sent.length) }
    },
  }
}

/** The placeholder of a question that was sent. */
const placeholder = (sent: string): string =>
  /(?:service|object)_[0-9a-f]{10}(?=[^"]*"$)/m.exec(sent)?.[0] ?? ''

test('reads a question that the words alone do not tell, sees no names, and its words are marked', async () => {
  const model = scripted((sent, turn) =>
    turn === 1
      ? JSON.stringify({ skill: 'diagnose', input: { service: placeholder(sent) } })
      : `The service ${/service_[0-9a-f]{10}/.exec(sent.split('Findings')[1] ?? '')?.[0]} wrote lines.`,
  )
  await using world = await orchestratorWorld({ model })
  await world.logs('checkout', ['a'])
  const run = await world.orchestrator.handle(words('my customers of checkout are unhappy'), world.alice)
  expect(run).toMatchObject({
    outcome: 'answered',
    readBy: 'model',
    skill: 'diagnose',
    input: { service: 'checkout' },
    text: 'checkout wrote 1 lines; the newest says: a',
    worded: { by: 'model', route: 'shop/talker', text: 'The service checkout wrote lines.' },
  })
  for (const sent of model.sent) expect(sent).not.toContain('checkout')
  // The model is not asked again.
  expect(await world.orchestrator.replay(run.record ?? '')).toMatchObject({ same: true })
  expect(model.sent).toHaveLength(2)
})

test.each([
  ['no JSON', () => 'Sure! I will restart it.', 'not the JSON'],
  ['a skill that there is not', () => '{"skill":"exec","input":{}}', 'which is no skill'],
  ['a field that there is not', () => '{"skill":"diagnose","input":{"command":"rm"}}', 'takes no command'],
  [
    'a name of its own',
    () => '{"skill":"diagnose","input":{"service":"billing"}}',
    'neither known nor asked about',
  ],
  [
    'a placeholder of its own',
    () => '{"skill":"diagnose","input":{"service":"service_0000000000"}}',
    'not told of',
  ],
  [
    'a value of the wrong type',
    () => '{"skill":"scale","input":{"workload":"cart","replicas":"lots"}}',
    'replicas',
  ],
  ['nothing', () => '', 'not the JSON'],
])('%s of a model is not used: the words are read without it, and it is said', async (_, say, why) => {
  await using world = await orchestratorWorld({ model: scripted(say) })
  const run = await world.orchestrator.handle(words('what is wrong with checkout'), world.alice)
  expect(run).toMatchObject({
    outcome: 'answered',
    readBy: 'words',
    skill: 'diagnose',
    input: { service: 'checkout' },
    proposals: [],
  })
  expect(run.notes.join(' ')).toContain(why)
})

test('a model that fails is no reason not to answer', async () => {
  const model = scripted(() => {
    throw new Error('overloaded')
  })
  await using world = await orchestratorWorld({ model })
  const run = await world.orchestrator.handle(words('what is wrong with checkout'), world.alice)
  expect(run).toMatchObject({ outcome: 'answered', readBy: 'words' })
  expect(run.notes.join(' ')).toContain('overloaded')
})

test('what the words say exactly goes before what a model makes of it', async () => {
  const model = scripted((sent, turn) =>
    turn === 1
      ? JSON.stringify({
          skill: 'diagnose',
          input: { service: placeholder(sent), since: '2020-01-01T00:00:00Z' },
        })
      : 'ok',
  )
  await using world = await orchestratorWorld({ model })
  const run = await world.orchestrator.handle(words('why is checkout slow since noon'), world.alice)
  expect(run.input).toEqual({ service: 'checkout', since: '2026-03-11T12:00:00Z' })
})

test('what a model proposes passes the same guardian and the same schema', async () => {
  const model = scripted(sent =>
    JSON.stringify({ skill: 'scale', input: { workload: placeholder(sent), replicas: 50 } }),
  )
  await using world = await orchestratorWorld({ model })
  await world.orchestrator.handle({ ...words('scale cart to 4 replicas'), model: 'none' }, world.alice)
  const run = await world.orchestrator.handle(words('make cart much bigger'), world.alice)
  expect(run).toMatchObject({ readBy: 'model', proposals: [] })
  expect(run.refused[0]?.reason).toContain('changes Deployment/shop/cart already')
})

test('words of a model that bring in numbers are left out', async () => {
  const model = scripted((sent, turn) =>
    turn === 1
      ? JSON.stringify({ skill: 'diagnose', input: { service: placeholder(sent) } })
      : 'It failed 4711 times.',
  )
  await using world = await orchestratorWorld({ model })
  const run = await world.orchestrator.handle(words('what is wrong with checkout'), world.alice)
  expect(run.worded).toBeUndefined()
  expect(run.notes.join(' ')).toContain('4711')
})

test('without a model, or with none, nothing is asked', async () => {
  const model = scripted(() => 'x')
  await using world = await orchestratorWorld({ model })
  await world.orchestrator.handle({ ...words('what is wrong with checkout'), model: 'none' }, world.alice)
  const other = await world.orchestrator.handle(
    { ...words('what is wrong with checkout'), model: 'other' },
    world.alice,
  )
  expect(other.steps.join(' ')).toContain('route other serves nothing')
  expect(model.sent).toEqual([])
})
