import { describe, expect, test } from 'vitest'
import { detectorContract } from '../detector.contract.ts'
import { topics } from './topics.ts'

detectorContract({
  detector: topics,
  options: {
    topics: {
      gambling: ['casino', 'sports betting', 'слот'],
      elections: ['élection présidentielle', '选举'],
    },
  },
  found: [
    { text: 'The best CASINOS in town', zone: 'user', reason: 'gambling' },
    { text: 'is Sports   Betting legal', zone: 'document', reason: 'gambling' },
    { text: 'ｃａｓｉｎｏ', zone: 'user', reason: 'gambling' },
    { text: 'les elections presidentielles de 2027', zone: 'tool', reason: 'elections' },
    { text: '关于选举的问题', zone: 'output', reason: 'elections' },
    { text: 'играть в слот', zone: 'user', reason: 'gambling' },
  ],
  clean: [
    { text: 'sports and betting', zone: 'user' },
    { text: 'the occasional casinova', zone: 'user' },
    { text: 'election of the chair', zone: 'user' },
  ],
  refused: [
    {},
    { topics: {} },
    { topics: { 'no name': ['x'] } },
    { topics: { a: [] } },
    { topics: { a: ['!!'] } },
  ],
})

describe('topic lists', () => {
  test('find phrases that end, begin or lie within others, each at its place', () => {
    const detect = topics.create({ topics: { a: ['b c', 'a b c d'], b: ['c'] } })
    const text = 'a b c d'
    expect(
      detect(text, 'user').map(({ reason, start, end }) => `${reason} ${text.slice(start, end)}`),
    ).toEqual(['a b c', 'b c', 'a a b c d'])
  })

  test('refuse more phrases than they can hold', () => {
    const many = Array.from({ length: 20_001 }, (_, i) => `phrase ${i}`)
    expect(() => topics.create({ topics: { many } })).toThrow('more than 20000 phrases')
  })

  test('cost the same with 10,000 phrases as with one', () => {
    const many = Array.from({ length: 10_000 }, (_, i) => `number ${i} of many`)
    const text = 'this is a number 77 of some and nothing else at all '.repeat(2_000)
    const time = (phrases: readonly string[]) => {
      const detect = topics.create({ topics: { many: phrases } })
      const runs = Array.from({ length: 5 }, () => {
        const began = performance.now()
        detect(text, 'user')
        return performance.now() - began
      })
      return Math.min(...runs)
    }
    expect(time(many)).toBeLessThan(10 * time(['one phrase']))
  })
})
