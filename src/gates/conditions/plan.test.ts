import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { needs, sharedData } from '../../../test/needs.ts'
import { type Adaptivity, planSamples } from './plan.ts'

interface Row {
  condition: string
  reliability: number
  steps: number
  adaptivity: Adaptivity
  compare: 'labels' | 'samples'
  expected: number
}

const file = sharedData('stats', 'easeml-grid.json')

needs('shared data', file)('every row of the ease.ml/ci grid is planned to the integer', () => {
  const { rows }: { rows: Row[] } = JSON.parse(readFileSync(file ?? '', 'utf8'))
  expect(rows.length).toBeGreaterThan(100)
  for (const { condition, compare, expected, ...usage } of rows)
    expect({ condition, usage, rows: planSamples(condition, usage)[compare] }).toEqual({
      condition,
      usage,
      rows: expected,
    })
})

test('published sample sizes are met to the integer', () => {
  const usage = { reliability: 0.99, steps: 32 }
  expect(planSamples('n - o > 0.1 +/- 0.1', { ...usage, adaptivity: 'full' }).labels).toBe(5496)
  const composite = 'n - o > 0.02 +/- 0.01 /\\ d < 0.1 +/- 0.01'
  const strict = { reliability: 0.9999, steps: 32 }
  expect(planSamples(composite, { ...strict, adaptivity: 'none' }).labels).toBe(29_048)
  expect(planSamples(composite, { ...strict, adaptivity: 'first-change' }).labels).toBe(29_048)
  expect(planSamples(composite, { ...strict, adaptivity: 'full' }).labels).toBe(67_706)
})

test('d needs no labels, and the plan says which rows do', () => {
  const plan = planSamples('d < 0.1 +/- 0.1', { reliability: 0.99, steps: 32, adaptivity: 'none' })
  expect(plan).toMatchObject({ labels: 0, samples: 404, formula: "Hoeffding: ln(1/d') / (2 e^2)" })
  const both = planSamples('n - o > 0.02 +/- 0.05 && d < 0.2 +/- 0.05', {
    reliability: 0.99,
    steps: 32,
    adaptivity: 'none',
  })
  expect(both).toMatchObject({ labels: 1635, samples: 1753 })
  expect(both.lines).toEqual([
    "n - o > 0.02 +/- 0.05: 1,635 labelled rows (Bennett: ln(4/d') / (p h(e/p)), p = 0.2)",
    "d < 0.2 +/- 0.05: 1,753 rows without label (Hoeffding: ln(2/d') / (2 e^2))",
    'only rows that are answered differently need a label: about 327 per verdict',
    '1,635 labels and 1,753 rows without label support 32 verdicts, all right with probability 0.99; verdict 33 needs new rows',
  ])
})

test('Bennett is used only where d is bounded and rows answered alike cancel out', () => {
  const usage = { reliability: 0.99, steps: 1, adaptivity: 'none' as const }
  const formula = (condition: string) => planSamples(condition, usage).formula
  expect(formula('2*n - 2*o > 0 +/- .1 && d < .1 +/- .05')).toContain('Bennett')
  expect(formula('n - o > 0 +/- .1 && 2*d < .2 +/- .1')).toContain('p = 0.1')
  expect(formula('n - 1.1*o > 0 +/- .1 && d < .1 +/- .05')).toContain('Hoeffding')
  expect(formula('n - o > 0 +/- .1 && d > .1 +/- .05')).toContain('Hoeffding')
  expect(formula('n > 0.5 +/- .1 && d < .1 +/- .05')).toContain('Hoeffding')
})

test('more steps than numbers can hold as 2^steps are planned all the same', () => {
  const { labels } = planSamples('n > .8 +/- .1', { reliability: 0.99, steps: 5000, adaptivity: 'full' })
  expect(labels).toBe(173_518)
})

test('impossible usage is refused', () => {
  const usage = { reliability: 0.99, steps: 32, adaptivity: 'none' as const }
  expect(() => planSamples('n > .8 +/- .1', { ...usage, reliability: 1 })).toThrow('reliability must lie')
  expect(() => planSamples('n > .8 +/- .1', { ...usage, steps: 0 })).toThrow('steps must be a whole number')
})
