import { describe, expect } from 'vitest'
import { needs, sharedData } from '../../../test/needs.ts'
import { caseNames, isRight, type Outcome, outcomeOf } from './public-sets.world.ts'

const data = sharedData('bundles') && sharedData('.')
const share = (of: readonly Outcome[], right: (one: Outcome) => boolean): number =>
  of.filter(right).length / of.length

/** The bars that were set for the development part; the figures in full come from bench/diagnosis-calibration.ts. */
describe('the right service in public sets', () => {
  const outcomesOf = async (set: string): Promise<Outcome[]> => {
    const found: Outcome[] = []
    for (const id of caseNames(data ?? '', set)) found.push(await outcomeOf(data ?? '', set, id))
    return found
  }
  const bars = needs('shared data', data)

  bars(
    'cpu hogs and leaks, at the onset and detected a minute late',
    async () => {
      expect((await outcomesOf('rcd')).filter(isRight).length).toBeGreaterThanOrEqual(24)
      expect((await outcomesOf('rcd-late')).filter(isRight).length).toBeGreaterThanOrEqual(14)
    },
    30_000,
  )

  bars(
    'latency and availability in 5-minute rows, with silence on normal windows',
    async () => {
      const outcomes = await outcomesOf('petshop')
      const faults = outcomes.filter(({ normal }) => !normal)
      expect(share(faults, isRight)).toBeGreaterThanOrEqual(0.7)
      expect(share(faults, ({ place }) => place >= 1 && place <= 3)).toBeGreaterThanOrEqual(0.95)
      expect(
        share(
          outcomes.filter(({ normal }) => normal),
          isRight,
        ),
      ).toBeGreaterThanOrEqual(0.8)
    },
    30_000,
  )

  bars(
    'code, network and cpu faults in logs and traces of a minute',
    async () => {
      const outcomes = await outcomesOf('nezha')
      expect(share(outcomes, isRight)).toBeGreaterThanOrEqual(0.8)
      expect(share(outcomes, ({ place }) => place >= 1 && place <= 3)).toBeGreaterThanOrEqual(0.95)
    },
    30_000,
  )
})
