import { describe, expect, test } from 'vitest'
import type { Case } from '../../channel.ts'
import { diagnose } from '../../diagnose.ts'
import { external } from '../../external/external.ts'
import { changes } from '../changes.ts'
import { caseOfIncident, type Incident } from './incident.world.ts'
import { firstBatch, fourthBatch, secondBatch, thirdBatch } from './index.world.ts'

/** The change that is blamed, with how sure; undefined when none is. */
function blamed(evidence: Case): { name: string; confidence: number } | undefined {
  const [top] = diagnose(evidence, [changes, external]).hypotheses
  return top?.cause.kind === 'change' ? { name: top.cause.name, confidence: top.confidence } : undefined
}

const answers = (batch: Readonly<Record<string, Incident>>) =>
  Object.entries(batch).map(([name, incident]) => {
    const said = blamed(caseOfIncident(name, incident))
    return { name, said, right: said?.name === incident.did }
  })

/**
 * Right at the first look, before anything was mended after it: 31 of 45, 13 of 30, 17 of 25 and 10 of 14, with 9, 10, 8
 * and 1 innocent changes blamed. What is missed now stays here by name.
 */
const batches = {
  first: { batch: firstBatch, missed: [] },
  second: {
    batch: secondBatch,
    missed: ['sent where nothing is', 'said done before it was done', 'statements that are not there'],
  },
  third: { batch: thirdBatch, missed: ['carts that are forgotten', 'lines that nobody can parse'] },
  fourth: { batch: fourthBatch, missed: ['more at once than the other takes'] },
} as const

describe('incidents of families that no rule was written for', () => {
  test.each(Object.entries(batches))('%s batch', (_, { batch, missed }) => {
    const wrong = answers(batch).filter(({ right }) => !right)
    expect(wrong.map(({ name }) => name).sort()).toEqual([...missed].sort())
  })

  test('confidence is about the share that is right', () => {
    const said = Object.values(batches).flatMap(({ batch }) =>
      answers(batch).flatMap(({ said, right }) => (said ? [{ confidence: said.confidence, right }] : [])),
    )
    const squares = said.map(({ confidence, right }) => (confidence - Number(right)) ** 2)
    expect(squares.reduce((sum, one) => sum + one, 0) / said.length).toBeLessThan(0.09)
  })
})
