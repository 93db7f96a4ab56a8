import { expect, test } from 'vitest'
import type { Diagnosis } from '../../diagnosis/diagnosis.ts'
import { incidentWorld } from './incident.world.ts'

const found = (name: string): Diagnosis => ({
  abstained: false,
  hypotheses: [
    {
      rank: 1,
      statement: `${name} is out of memory.`,
      cause: { kind: 'service', name },
      class: 'memory',
      confidence: 0.8,
      evidence: [{ source: `metrics/${name}.csv`, detail: 'memory rose' }],
      against: [],
      contributions: [{ from: 'services', factor: 4, detail: 'memory' }],
      rules: ['memory-saturation'],
    },
  ],
  rejected: [{ cause: { kind: 'change', name: 'c1' }, reason: 'it came later' }],
  onset: Date.parse('2026-01-01T00:00:00Z'),
})

test('an incident is diagnosed when it opens, and again when evidence had time to come', async () => {
  const asked: (string | undefined)[] = []
  await using world = await incidentWorld(() => [], {
    diagnose: async ({ status }) => {
      asked.push(status?.openedAt)
      return { diagnosis: found(asked.length < 3 ? 'cart' : 'redis'), bundle: 'evidence/default.x' }
    },
  })
  await world.tell('a')
  await world.advance(5_000)
  const [incident] = await world.incidents()
  expect(incident?.status?.hypotheses).toMatchObject([
    { rank: 1, statement: 'cart is out of memory.', rules: ['memory-saturation'] },
  ])
  expect(incident?.status?.diagnosis).toMatchObject({
    symptoms: 1,
    bundle: 'evidence/default.x',
    onset: '2026-01-01T00:00:00.000Z',
    rejected: [{ reason: 'it came later' }],
  })
  for (let i = 0; i < 15; i++) await world.advance(60_000)
  const [later] = await world.incidents()
  expect(asked).toHaveLength(3)
  const told = (later?.status?.timeline ?? []).filter(({ what }) => what === 'Diagnosed')
  expect(told.map(({ message }) => message)).toEqual([
    'cart is out of memory. (80 %)',
    'redis is out of memory. (80 %)',
  ])
})

test('a diagnosis that fails says why and is tried again', async () => {
  let asked = 0
  await using world = await incidentWorld(() => [], {
    diagnose: async () => {
      if (++asked === 1) throw new Error('the store is busy')
      return {
        diagnosis: { abstained: true, reason: 'Nothing stands out.', hypotheses: [], rejected: [] },
        bundle: 'b',
      }
    },
  })
  await world.tell('a')
  await world.advance(5_000)
  const reason = async () => (await world.incidents())[0]?.status?.diagnosis?.reason
  expect(await reason()).toBe('could not be diagnosed: the store is busy')
  await world.advance(60_000)
  await world.advance(65_000)
  expect(await reason()).toBe('Nothing stands out.')
})
