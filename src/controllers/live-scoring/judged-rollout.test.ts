import { expect, test } from 'vitest'
import { answerTo } from '../../../test/desk.ts'
import { create, statusOf } from '../../../test/objects.ts'
import { live, releaseNamed, routeOf, startDesk, tryUntil, wantedOf } from '../../../test/rollout.ts'
import { ModelProvider } from '../../api/kinds/model-provider.ts'
import { ModelRoute } from '../../api/kinds/model-route.ts'
import { completion, fakeOpenAi, sendJson } from '../../gateway/upstream.world.ts'

/** Knows what is right, and finds it between the marks of the judge's prompt. */
function verdictOn(prompt: string): string {
  const part = (name: string) => prompt.match(new RegExp(`BEGIN ${name}\\n([^\\n]*)\\n`))?.[1] ?? ''
  return JSON.stringify({
    verdict: answerTo(part('QUESTION')) === part('ANSWER') ? 'yes' : 'no',
    reason: 'r',
  })
}

test('a change that users get worse answers from is rolled back by a judge alone, though its gate was passed', async () => {
  const upstream = await fakeOpenAi((response, body) => {
    const messages = body.messages as { content: string }[]
    sendJson(response, 200, completion(verdictOn(messages.at(-1)?.content ?? '')))
  })
  try {
    await using world = await startDesk({
      route: {
        record: { content: 'all', redact: false },
        scorers: [
          { name: 'answered', type: 'refusal' },
          {
            name: 'right',
            type: 'judge',
            sample: 100,
            judge: { route: 'judge', rubric: 'Right.', atMost: { verdicts: 5000 } },
          },
        ],
      },
      rollout: { metrics: [{ name: 'quality', from: 'score.right', margin: 0.3 }] },
    })
    await create(world, ModelProvider, 'judge', {
      spec: { protocol: 'openai', endpoint: upstream.endpoint, models: [{ name: 'm' }] },
    })
    await create(world, ModelRoute, 'judge', {
      spec: { model: 'judge', serve: { provider: { ref: 'judge', model: 'm' } } },
    })
    await world.advance(3000)
    const first = await routeOf(world)
    await world.change('another prompt', { prompt: 'sly' })
    const unlabelled = (live.refund ?? []).map(({ text }) => ({ text }))
    const { metadata } = await tryUntil(world, ['RolledBack', 'Live'], { questions: unlabelled })
    const ended = await releaseNamed(world, metadata.name)
    expect(ended.status?.phase).toBe('RolledBack')
    expect((await routeOf(world)).status?.stable).toBe(first.status?.stable)
    expect((await wantedOf(world)).metadata.name).toBe(metadata.name)
    await world.advance(61_000)
    const scores = (await statusOf(world, ModelRoute, 'refund')).scores as { name: string; scored: number }[]
    expect(scores.map(({ name }) => name)).toEqual(['answered', 'right'])
    expect(scores.every(({ scored }) => scored > 20)).toBe(true)
    const [call] = await world.telemetry.reviewed({
      namespace: 'default',
      route: 'refund',
      source: 'scorer',
      limit: 1,
    })
    expect(call?.feedback.find(({ by }) => by)?.by).toMatch(/^right@judge-/)
  } finally {
    await upstream.stop()
  }
})
