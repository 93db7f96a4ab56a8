import { expect, test } from 'vitest'
import { emptyCase } from './channel.contract.ts'
import type { Channel, Finding } from './channel.ts'
import { diagnose } from './diagnose.ts'

const finding = (given: Partial<Finding> & Pick<Finding, 'cause'>): Finding => ({
  rule: 'some-rule',
  class: 'unknown',
  statement: `${given.cause.name} did it.`,
  strength: 0.6,
  evidence: [{ source: 'metrics/a.csv', detail: 'it rose' }],
  observed: true,
  ...given,
})
const service = (name: string, strength: number) => finding({ cause: { kind: 'service', name }, strength })
const change = (name: string, strength: number, explains: string[] = []) =>
  finding({ cause: { kind: 'change', name }, strength, explains, rule: 'smaller-pool' })
const channel = (name: string, ...findings: Finding[]): Channel => ({ name, look: () => ({ findings }) })
const names = (...channels: Channel[]) =>
  diagnose(emptyCase(), channels).hypotheses.map(({ cause }) => cause.name)

test('nothing found is said to be nothing', () => {
  expect(diagnose(emptyCase(), [channel('a')])).toEqual({
    abstained: true,
    reason: 'Nothing in the evidence looks wrong.',
    hypotheses: [],
    rejected: [],
  })
})

test('what too little speaks for is rejected, with that reason', () => {
  const { abstained, rejected } = diagnose(emptyCase(), [channel('a', service('cart', 0.2))])
  expect(abstained).toBe(true)
  expect(rejected).toEqual([
    { cause: { kind: 'service', name: 'cart' }, reason: 'too little speaks for it (20 %): cart did it.' },
  ])
})

test('the likeliest is first, and channels that see the same add up', () => {
  expect(names(channel('a', service('cart', 0.5), service('redis', 0.6)))).toEqual(['redis', 'cart'])
  expect(
    names(channel('a', service('cart', 0.5), service('redis', 0.6)), channel('b', service('cart', 0.5))),
  ).toEqual(['cart', 'redis'])
})

test('a change that may explain a service goes before it; one that hardly can does not', () => {
  const seen = channel('services', service('cart', 0.9))
  expect(names(seen, channel('changes', change('c1', 0.5, ['cart'])))).toEqual(['c1', 'cart'])
  expect(names(seen, channel('changes', change('c1', 0.32)))).toEqual(['cart', 'c1'])
})

test('a change that explains what is seen gains by it, at most twofold', () => {
  const of = (...channels: Channel[]) => diagnose(emptyCase(), channels).hypotheses[0]
  const alone = of(channel('changes', change('c1', 0.5, ['cart'])))
  const both = of(channel('services', service('cart', 0.99)), channel('changes', change('c1', 0.5, ['cart'])))
  expect(alone?.confidence).toBe(0.5)
  expect(both?.confidence).toBeCloseTo(0.666, 2)
  expect(both?.contributions.at(-1)).toMatchObject({
    from: 'services',
    detail: expect.stringContaining('cart'),
  })
})

test('outcomes move the odds by two at most, and say so', () => {
  const seen = [channel('changes', change('c1', 0.5))]
  const priors = (factor: number) => () => ({ factor, detail: 'x from 9 of 11 confirmed' })
  const at = (factor: number) => diagnose(emptyCase(), seen, priors(factor)).hypotheses[0]
  expect(at(100)?.confidence).toBeCloseTo(2 / 3, 2)
  expect(at(0.01)?.confidence).toBeCloseTo(1 / 3, 2)
  expect(at(1.3)?.contributions.at(-1)).toEqual({
    from: 'outcomes',
    factor: 1.3,
    detail: 'x from 9 of 11 confirmed',
  })
})

test('what would tell two near ones apart is said', () => {
  const { hypotheses } = diagnose(emptyCase(), [channel('changes', change('c1', 0.6), change('c2', 0.58))])
  expect(hypotheses.map(({ tellApart }) => tellApart)).toEqual([
    'Revert c1 alone: if the symptoms stay, it is more likely c2.',
    undefined,
  ])
})

test('words of others come out without what moves a cursor, and bounded', () => {
  const hostile = finding({
    cause: { kind: 'resource', name: 'Pod/a/\u001b[2Jx' },
    statement: `see\u001b[31m\u202e ${'x'.repeat(5000)}`,
  })
  const [hypothesis] = diagnose(emptyCase(), [channel('kubernetes', hostile)]).hypotheses
  expect(hypothesis?.cause.name).toBe('Pod/a/ [2Jx')
  expect(hypothesis?.statement).toHaveLength(2000)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it looks for one
  expect(JSON.stringify(hypothesis)).not.toMatch(/\u001b|\\u001b|\u202e/)
})

test('the order of channels and findings decides nothing', () => {
  const all = [service('a', 0.6), service('b', 0.6), change('c', 0.5, ['a'])]
  const one = diagnose(emptyCase(), [channel('x', ...all)])
  const other = diagnose(emptyCase(), [channel('x', ...all.toReversed())])
  expect(other).toEqual(one)
})
