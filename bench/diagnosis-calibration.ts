/**
 * How far the confidence of diagnoses that name a service can be believed: of each public set of the shared data the
 * share of right first hypotheses, the Brier score of their confidence (mean of (confidence − right)²; what says nothing
 * counts as 0), and by tenths of confidence how many were right. In process; figures are of the services channel alone.
 * Run: KEELWAY_SHARED=../shared node bench/diagnosis-calibration.ts [--set rcd,petshop] [--cases] [--json]
 */
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import {
  caseNames,
  isRight,
  type Outcome,
  outcomeOf,
  serviceSets,
} from '../src/diagnosis/services/public-sets.world.ts'

const { values: options } = parseArgs({
  options: {
    set: { type: 'string', default: serviceSets.join() },
    cases: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
})
const data = join(resolve(process.env.KEELWAY_SHARED ?? join(import.meta.dirname, '../../shared')), 'data')

const mean = (numbers: readonly number[]): number =>
  numbers.length === 0 ? Number.NaN : numbers.reduce((sum, one) => sum + one, 0) / numbers.length

function summaryOf(outcomes: readonly Outcome[]) {
  const faults = outcomes.filter(({ normal }) => !normal)
  const normal = outcomes.filter(one => one.normal)
  const families = [...Map.groupBy(faults, ({ family }) => family).values()]
  return {
    cases: outcomes.length,
    top1: mean(faults.map(({ place }) => Number(place === 1))),
    top3: mean(faults.map(({ place }) => Number(place >= 1 && place <= 3))),
    /** Near-duplicates count once. */
    families: mean(families.map(of => mean(of.map(({ place }) => Number(place === 1))))),
    specificity: mean(normal.map(one => Number(isRight(one)))),
    brier: mean(outcomes.map(({ confidence, place }) => (confidence - (place === 1 ? 1 : 0)) ** 2)),
  }
}

const outcomes: Outcome[] = []
for (const set of options.set.split(','))
  for (const id of caseNames(data, set)) outcomes.push(await outcomeOf(data, set, id))

const summaries = Object.fromEntries(
  [...Map.groupBy(outcomes, ({ set }) => set), ['all', outcomes] as const].map(([set, of]) => [
    set,
    summaryOf(of),
  ]),
)
const bins = Array.from({ length: 10 }, (_, bin) => {
  const of = outcomes.filter(
    ({ confidence }) => confidence > 0 && Math.min(9, Math.floor(confidence * 10)) === bin,
  )
  return {
    from: bin / 10,
    said: of.length,
    confidence: mean(of.map(one => one.confidence)),
    right: mean(of.map(({ place }) => Number(place === 1))),
  }
}).filter(({ said }) => said > 0)

if (options.json) console.log(JSON.stringify({ summaries, bins }))
else {
  if (options.cases)
    for (const one of outcomes)
      console.log(
        `${isRight(one) ? 'ok   ' : 'wrong'} ${one.set}/${one.id} ${one.family} place ${one.place} confidence ${one.confidence}: ${one.said.slice(0, 200)}`,
      )
  const text = (value: number): string => (Number.isNaN(value) ? '-' : value.toFixed(3)).padStart(8)
  console.log('set        cases     top1     top3 families     spec    Brier')
  for (const [set, { cases, top1, top3, families, specificity, brier }] of Object.entries(summaries))
    console.log(
      `${set.padEnd(10)} ${String(cases).padStart(5)} ${[top1, top3, families, specificity, brier].map(text).join(' ')}`,
    )
  console.log('confidence    said     mean    right')
  for (const { from, said, confidence, right } of bins)
    console.log(
      `${from.toFixed(1)} to ${(from + 0.1).toFixed(1)}  ${String(said).padStart(5)} ${text(confidence)} ${text(right)}`,
    )
}
