import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { LedgerEntry } from '../ledger/ledger.ts'
import { memoryLedger } from '../ledger/memory.ts'
import { seededRandom } from '../lib/random.ts'
import { learntFrom, type Outcome, skillRates } from './outcomes.ts'
import { beliefOf, ranked, rulePriors } from './outcomes-priors.ts'

const about = { skill: 'scale', class: 'overload', environment: 'prod', rules: ['metrics/saturation'] }

/** A ledger with these actions, each of a proposal by its number. */
async function told(...said: [action: string, proposal: number, data?: object][]): Promise<LedgerEntry[]> {
  const ledger = memoryLedger()
  for (const [i, [action, proposal, data]] of said.entries())
    await ledger.append({
      id: `${i}`,
      actor: 'controller:proposal',
      action,
      subject: `Proposal/shop/p${proposal}`,
      at: new Date(Date.UTC(2026, 0, 1) + i * 1000).toISOString(),
      data: { uid: `u${proposal}`, ...about, ...data },
    })
  return ledger.list()
}

describe('outcomes', () => {
  test('are one for each proposal: reverted after verified, ineffective although reverted then', async () => {
    const { outcomes } = learntFrom(
      await told(
        ['merge', 1],
        ['verified', 1],
        ['merge', 2],
        ['ineffective', 2],
        ['proposal-reverted', 2],
        ['verified', 3],
        ['proposal-reverted', 3],
        ['proposal-rejected', 4],
        ['proposal-expired', 5],
        ['verified', 6, { learn: false }],
        ['sync', 7],
      ),
    )
    expect(outcomes.map(({ proposal, result }) => `${proposal} ${result}`)).toEqual([
      'Proposal/shop/p1@u1 verified',
      'Proposal/shop/p2@u2 ineffective',
      'Proposal/shop/p3@u3 reverted',
      'Proposal/shop/p4@u4 rejected',
    ])
  })

  test('are gone after a reset, of one skill or of all', async () => {
    const entries = await told(
      ['verified', 1],
      ['verified', 2, { skill: 'rollback' }],
      ['outcomes-reset', 0, { skill: 'scale' }],
      ['verified', 3],
    )
    expect(learntFrom(entries).outcomes.map(({ proposal }) => proposal)).toEqual([
      'Proposal/shop/p2@u2',
      'Proposal/shop/p3@u3',
    ])
    const all = await told(['merge', 1], ['verified', 1], ['outcomes-reset', 0, { skill: '' }])
    expect(learntFrom(all)).toEqual({ outcomes: [], merged: new Map() })
  })

  test('give rates of each skill, and none where nothing was decided', async () => {
    const entries = await told(
      ['merge', 1],
      ['verified', 1],
      ['merge', 2],
      ['ineffective', 2],
      ['merge', 3],
      ['proposal-rejected', 4],
      ['proposal-rejected', 5, { skill: 'tune-probe' }],
    )
    expect(skillRates(learntFrom(entries))).toMatchObject([
      { skill: 'scale', merged: 3, rejected: 1, acceptance: 0.75, revertRate: 0.5 },
      { skill: 'tune-probe', merged: 0, rejected: 1, acceptance: 0, revertRate: undefined },
    ])
  })
})

const outcome = (result: Outcome['result'], given: Partial<Outcome> = {}): Outcome => ({
  proposal: 'p',
  at: '2026-01-01T00:00:00Z',
  ...about,
  result,
  ...given,
})
const times = (count: number, result: Outcome['result'], given?: Partial<Outcome>) =>
  Array.from({ length: count }, () => outcome(result, given))

describe('the factor of a rule', () => {
  test('says where it comes from', () => {
    const priors = rulePriors([...times(9, 'verified'), ...times(1, 'ineffective'), ...times(1, 'reverted')])
    const { factor, detail } = priors('metrics/saturation')
    expect(factor).toBeCloseTo(29 / 22)
    expect(detail).toBe('x1.32 from 9 of 11 confirmed')
    expect(priors('logs/new')).toEqual({ factor: 1, detail: '' })
  })

  test('is bounded, and rejections and silence say nothing', () => {
    const factor = (outcomes: Outcome[]) => rulePriors(outcomes)('metrics/saturation').factor
    expect(factor(times(500, 'verified'))).toBe(2)
    expect(factor(times(500, 'ineffective'))).toBe(0.5)
    expect(factor(times(30, 'rejected'))).toBe(1)
    // A world that changed is learnt: what is old is forgotten.
    expect(factor([...times(500, 'verified'), ...times(50, 'reverted')])).toBe(0.5)
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom<Outcome['result']>('verified', 'ineffective', 'reverted', 'rejected')),
        results => {
          const found = factor(results.map(result => outcome(result)))
          expect(found).toBeGreaterThanOrEqual(0.5)
          expect(found).toBeLessThanOrEqual(2)
        },
      ),
    )
  })
})

describe('remedies', () => {
  const where = { class: 'overload', environment: 'prod' }

  test('are believed by what happened here first, elsewhere as much as four outcomes', () => {
    const elsewhere = { environment: 'test' }
    expect(beliefOf([], { ...where, skill: 'scale' })).toEqual({ a: 1, b: 1, detail: 'not tried yet' })
    expect(beliefOf(times(40, 'verified', elsewhere), { ...where, skill: 'scale' })).toMatchObject({
      a: 5,
      b: 1,
    })
    expect(
      beliefOf([...times(40, 'verified', elsewhere), ...times(2, 'ineffective')], {
        ...where,
        skill: 'scale',
      }),
    ).toEqual({ a: 5, b: 3, detail: '0 of 2 helped in prod, 40 of 40 elsewhere' })
  })

  test('that helped lead, and others are tried now and then', () => {
    const known = [
      ...times(9, 'verified'),
      ...times(1, 'ineffective'),
      ...times(2, 'verified', { skill: 'rollback' }),
      ...times(4, 'reverted', { skill: 'rollback' }),
    ]
    const random = seededRandom(1)
    const first = { scale: 0, rollback: 0 }
    for (let i = 0; i < 1000; i++) {
      const [best] = ranked(
        [{ skill: 'rollback' as const }, { skill: 'scale' as const }],
        known,
        where,
        random,
      )
      if (best) first[best.remedy.skill]++
    }
    expect(first.scale).toBeGreaterThan(930)
    expect(first.rollback).toBeGreaterThan(2)
  })

  test('have the mean and spread of their Beta distribution', () => {
    const random = seededRandom(2)
    const known = [...times(7, 'verified'), ...times(2, 'ineffective')]
    const draws = Array.from(
      { length: 4000 },
      () => ranked([{ skill: 'scale' }], known, where, random)[0]?.draw ?? 0,
    )
    const mean = draws.reduce((sum, draw) => sum + draw, 0) / draws.length
    const variance = draws.reduce((sum, draw) => sum + (draw - mean) ** 2, 0) / draws.length
    // Beta(8, 3)
    expect(mean).toBeCloseTo(8 / 11, 1)
    expect(Math.abs(mean - 8 / 11)).toBeLessThan(0.01)
    expect(variance).toBeCloseTo((8 * 3) / (11 ** 2 * 12), 2)
  })

  test('come in an order that a seed repeats, whatever order they are given in', () => {
    const remedies = ['a', 'b', 'c', 'd'].map(skill => ({ skill }))
    const order = (list: typeof remedies) =>
      ranked(list, [], where, seededRandom(3)).map(({ remedy }) => remedy.skill)
    expect(order(remedies.toReversed())).toEqual(order(remedies))
  })
})
