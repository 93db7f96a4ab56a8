import { expect, test } from 'vitest'
import { Autonomy } from '../api/kinds/autonomy.ts'
import type { Proposal } from '../api/kinds/proposal.ts'
import { type GuardianFacts, mayPropose, mayRun } from './guardian.ts'
import { draftFor } from './skill.fake.ts'

const now = Date.parse('2026-03-11T15:30:00Z')
const autonomy = (spec: object, namespace = 'shop') => ({
  apiVersion: 'keelway.dev/v1alpha1',
  kind: 'Autonomy',
  metadata: { name: 'rules', namespace },
  spec: (Autonomy.spec as NonNullable<typeof Autonomy.spec>).parse(spec),
})
const proposal = (
  workload: string,
  minutesAgo: number,
  phase?: string,
): GuardianFacts['proposals'][number] => ({
  metadata: {
    name: `${workload}-${minutesAgo}`,
    namespace: 'shop',
    creationTimestamp: new Date(now - minutesAgo * 60_000).toISOString(),
  },
  spec: { ...draftFor(workload, 3), decisions: [] } as Proposal['spec'],
  ...(phase !== undefined && { status: { phase } as NonNullable<Proposal['status']> }),
})
const facts = (changed: Partial<GuardianFacts>): GuardianFacts => ({
  autonomies: [],
  proposals: [],
  runsLately: 0,
  ...changed,
})
const reasonOf = (decision: ReturnType<typeof mayPropose>) => (decision.allowed ? 'allowed' : decision.reason)

test.each<[string, Partial<GuardianFacts>, RegExp]>([
  ['nothing says no', {}, /^allowed$/],
  ['the usual Autonomy', { autonomies: [autonomy({})] }, /^allowed$/],
  ['mode propose', { autonomies: [autonomy({ mode: 'propose' })] }, /^allowed$/],
  [
    'mode observe, of everywhere',
    { autonomies: [autonomy({ mode: 'auto' }), autonomy({ mode: 'observe' }, 'keelway-system')] },
    /keelway-system\/rules, shop\/rules has mode observe/,
  ],
  [
    'five that are open',
    { autonomies: [autonomy({})], proposals: [1, 2, 3, 4, 5].map(n => proposal(`w${n}`, 90 + n)) },
    /^5 proposals are open/,
  ],
  [
    'five that are over',
    {
      autonomies: [autonomy({})],
      proposals: [1, 2, 3, 4, 5].map(n => proposal(`w${n}`, 90 + n, 'Verified')),
    },
    /^allowed$/,
  ],
  [
    'six in an hour',
    {
      autonomies: [autonomy({ limits: { perHour: 6 } })],
      proposals: [1, 2, 3, 4, 5, 6].map(n => proposal(`w${n}`, n, 'Rejected')),
    },
    /6 proposals were made in the last hour/,
  ],
  [
    'the third change of one object in a day',
    { autonomies: [autonomy({})], proposals: [100, 200, 300].map(n => proposal('cart', n, 'Verified')) },
    /Deployment\/shop\/cart was changed 3 times within 24 h/,
  ],
  [
    'three that were never merged',
    { autonomies: [autonomy({})], proposals: [100, 200, 300].map(n => proposal('cart', n, 'Rejected')) },
    /^allowed$/,
  ],
  [
    'an open one for the same object',
    { proposals: [proposal('cart', 5)] },
    /Proposal cart-5 changes Deployment\/shop\/cart already/,
  ],
  ['an open one for another object', { proposals: [proposal('checkout', 5)] }, /^allowed$/],
])('a draft under %s', (_, changed, reason) => {
  expect(
    reasonOf(mayPropose(draftFor('cart', 5), facts(changed), { now, namespace: 'shop', unasked: true })),
  ).toMatch(reason)
})

test('people may insist where automation stops, and what people made themselves does not count', () => {
  const flapping = facts({ proposals: [100, 200, 300].map(n => proposal('cart', n, 'Verified')) })
  expect(
    reasonOf(mayPropose(draftFor('cart', 5), flapping, { now, namespace: 'shop', unasked: false })),
  ).toBe('allowed')
  const own = [1, 2, 3, 4, 5].map(n => ({
    ...proposal(`w${n}`, n),
    status: { automatic: false } as NonNullable<Proposal['status']>,
  }))
  expect(
    reasonOf(
      mayPropose(draftFor('cart', 5), facts({ proposals: own }), { now, namespace: 'shop', unasked: true }),
    ),
  ).toBe('allowed')
})

test('a skill that wants values of Secrets never runs', () => {
  const skill = { name: 'peek', permissions: [{ objects: 'v1/Secret' }] }
  expect(mayRun(skill, facts({}))).toMatchObject({ allowed: false })
})
