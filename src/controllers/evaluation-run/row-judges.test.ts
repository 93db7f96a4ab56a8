import { expect, test } from 'vitest'
import type { Scorer } from '../../api/kinds/scorer.ts'
import type { EvaluationAnswer } from '../../gateway/gateway.ts'
import { seededRandom } from '../../lib/random.ts'
import { JudgeFailed } from '../runtime/ask-route.ts'
import { rowJudges } from './row-judges.ts'

const scorer = (against?: 'expected' | 'stable'): Scorer => ({
  name: 'kind',
  type: 'judge',
  judge: {
    route: 'judge',
    rubric: 'Kind.',
    bothOrders: false,
    atMost: { verdicts: 1 },
    ...(against ? { against } : {}),
  },
})

/** A gateway whose judge prefers "good" to all else. */
async function judged(against: 'expected' | 'stable' | undefined, row: object, stable?: string) {
  const asked: string[] = []
  const gateway = {
    answer: async ({ input }: { input: string }): Promise<EvaluationAnswer> => {
      asked.push(input)
      const [, a] = input.match(/BEGIN ANSWER A\n(.*)\n/) ?? []
      const [, b] = input.match(/BEGIN ANSWER B\n(.*)\n/) ?? []
      const pair = a === b ? 'tie' : a === 'good' ? 'A' : b === 'good' ? 'B' : 'tie'
      const verdict = a === undefined ? (/BEGIN ANSWER\ngood\n/.test(input) ? 'yes' : 'no') : pair
      return { output: JSON.stringify({ verdict }), latencyMs: 1 }
    },
  }
  const cache = {
    informer: () => ({
      get: () => ({ status: stable === undefined ? {} : { stable } }),
      list: () => [],
    }),
  } as unknown as Parameters<typeof rowJudges>[2]
  const judge = rowJudges([scorer(against)], { gateway, random: seededRandom(1) }, cache, 'default')
  const answers = row as { new: EvaluationAnswer; old?: EvaluationAnswer }
  const scores = await judge({ input: 'q', expected: 'good' }, answers, new AbortController().signal)
  return { new: scores.new.kind, old: scores.old.kind, asked: asked.length }
}

const said = (output: string): EvaluationAnswer => ({ output, latencyMs: 1 })
const failed: EvaluationAnswer = { error: 'provider_timeout', latencyMs: 1 }

test.each([
  [undefined, { new: said('good'), old: said('bad') }, { new: 1, old: 0, asked: 2 }],
  [undefined, { new: said('good') }, { new: 1, old: undefined, asked: 1 }],
  [undefined, { new: failed, old: said('good') }, { new: 0, old: 1, asked: 1 }],
  ['expected', { new: said('good'), old: said('bad') }, { new: 0.5, old: 0, asked: 2 }],
  ['stable', { new: said('good'), old: said('bad') }, { new: 1, old: 0, asked: 1 }],
  ['stable', { new: said('bad'), old: said('good') }, { new: 0, old: 1, asked: 1 }],
  ['stable', { new: failed, old: said('bad') }, { new: 0, old: 1, asked: 0 }],
  ['stable', { new: said('bad'), old: failed }, { new: 1, old: 0, asked: 0 }],
  ['stable', { new: failed, old: failed }, { new: 0.5, old: 0.5, asked: 0 }],
  ['stable', { new: said('good') }, { new: null, old: null, asked: 0 }],
] as const)('against %s, %j is scored %j', async (against, row, scores) => {
  expect(await judged(against, row, 'judge-1')).toEqual(scores)
})

test('a judge that serves nothing yet is waited for', async () => {
  await expect(judged(undefined, { new: said('good') })).rejects.toThrow(
    'scorer kind: ModelRoute judge serves nothing yet',
  )
})

test('a judge that fails is told from one that says no', async () => {
  const gateway = { answer: async () => failed }
  const cache = {
    informer: () => ({ get: () => ({ status: { stable: 'judge-1' } }), list: () => [] }),
  } as unknown as Parameters<typeof rowJudges>[2]
  const judge = rowJudges([scorer()], { gateway, random: seededRandom(1) }, cache, 'default')
  await expect(
    judge({ input: 'q', expected: 'good' }, { new: said('good') }, new AbortController().signal),
  ).rejects.toThrow(JudgeFailed)
})
