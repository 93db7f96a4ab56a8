import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ModelRoute } from '../../api/kinds/model-route.ts'
import type { RouteRelease } from '../../api/kinds/route-release.ts'
import { choose } from './choose.ts'

type Phase = NonNullable<NonNullable<RouteRelease['status']>['phase']>

const release = (name: string, phase?: Phase, more: object = {}): RouteRelease =>
  ({
    metadata: { name },
    spec: { route: 'r', digest: `sha256:${name}`, bundle: {}, decisions: [] },
    status: { ...(phase ? { phase } : {}), ...more },
  }) as unknown as RouteRelease
const promoted = (name: string, at: string) => release(name, 'Live', { verdict: { at, decision: 'promote' } })
const wants = (name: string, more: object = {}) =>
  ({ digest: `sha256:${name}`, ...more }) as NonNullable<ModelRoute['status']>
const now = '2026-01-01T00:00:00Z'

test('nothing serves before a first release is live', () => {
  expect(choose(wants('a'), [release('a', 'Gated')], now)).toMatchObject({
    candidate: 'a',
    traffic: [],
    rejected: [],
  })
})

test('of two live releases the one promoted last serves, whatever their names and order', () => {
  const both = [promoted('z', '2026-01-01T00:00:00Z'), promoted('a', '2026-01-02T00:00:00Z')]
  for (const releases of [both, both.toReversed()]) expect(choose(wants('a'), releases, now).stable).toBe('a')
})

test.each([
  ['Gated', {}, [['s', 100]]],
  [
    'RollingOut',
    { weight: 0, shadow: true },
    [
      ['s', 100],
      ['c', 0],
    ],
  ],
  [
    'RollingOut',
    { weight: 25 },
    [
      ['s', 75],
      ['c', 25],
    ],
  ],
  [
    'Held',
    { weight: 25 },
    [
      ['s', 75],
      ['c', 25],
    ],
  ],
  ['Rejected', { weight: 25 }, [['s', 100]]],
  ['RolledBack', { weight: 25 }, [['s', 100]]],
  ['Superseded', { weight: 25 }, [['s', 100]]],
] as const)('a candidate that is %s with %j shares traffic so', (phase, status, traffic) => {
  const chosen = choose(wants('c'), [promoted('s', now), release('c', phase, status)], now)
  expect(chosen.traffic?.map(({ release, weight }) => [release, weight])).toEqual(traffic)
})

test('what ended badly is on hold, newest first, and stays so when its release is gone', () => {
  const verdict = { at: now, message: 'worse', decision: 'rollback' }
  const commits = [{ revision: 'abc', author: 'Ada', title: 't', delivery: 'd' }]
  const bad = release('b', 'RolledBack', { verdict, commits })
  const { rejected } = choose(wants('b'), [promoted('s', now), bad], now)
  expect(rejected).toEqual([
    { digest: 'sha256:b', release: 'b', outcome: 'rolled-back', revision: 'abc', at: now, message: 'worse' },
  ])
  const later = choose(wants('b', { rejected }), [promoted('s', now), release('c', 'Rejected')], now)
  expect(later.rejected?.map(({ release }) => release)).toEqual(['c', 'b'])
  expect(later.candidate).toBeUndefined()
})

test('an override takes a release off the list', () => {
  const rejected = [{ digest: 'sha256:b', release: 'b', outcome: 'rejected' as const, at: now, message: '' }]
  expect(choose(wants('b', { rejected }), [promoted('s', now), release('b', 'Pending')], now)).toMatchObject({
    candidate: 'b',
    rejected: [],
  })
})

test('for any states: no ended candidate, weights that sum to 100, and asking again changes nothing', () => {
  const phases: Phase[] = [
    'Pending',
    'Gated',
    'Rejected',
    'RollingOut',
    'Held',
    'Live',
    'RolledBack',
    'Superseded',
  ]
  const releases = fc.uniqueArray(
    fc.record({
      name: fc.constantFrom('a', 'b', 'c', 'd'),
      phase: fc.constantFrom(...phases),
      weight: fc.integer({ min: 0, max: 99 }),
      at: fc.constantFrom('1', '2', '3'),
    }),
    { selector: ({ name }) => name },
  )
  fc.assert(
    fc.property(releases, fc.constantFrom('a', 'b', 'c', 'd', 'e'), (states, wanted) => {
      const all = states.map(({ name, phase, weight, at }) =>
        release(name, phase, { weight, verdict: { at } }),
      )
      const chosen = choose(wants(wanted), all, now)
      const candidate = all.find(({ metadata }) => metadata.name === chosen.candidate)
      expect(['Rejected', 'RolledBack']).not.toContain(candidate?.status?.phase)
      const sum = (chosen.traffic ?? []).reduce((sum, { weight }) => sum + weight, 0)
      expect(sum).toBe(chosen.stable ? 100 : 0)
      expect(choose({ ...wants(wanted), ...chosen }, all, now)).toEqual(chosen)
    }),
  )
})
