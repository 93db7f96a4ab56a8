/**
 * How far the confidence of diagnoses that name a service can be believed: of each public set of the shared data the
 * share of right first hypotheses, the Brier score of their confidence (mean of (confidence − right)²; what says nothing
 * counts as 0), and by tenths of confidence how many were right. In process, no timing claims.
 * Run: KEELWAY_SHARED=../shared node bench/diagnosis-calibration.ts [--set rcd,petshop] [--cases] [--json]
 */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { gunzipSync } from 'node:zlib'
import { caseOf } from '../src/diagnosis/case.ts'
import { diagnose } from '../src/diagnosis/diagnose.ts'
import { services } from '../src/diagnosis/services/services.ts'
import { loadBundle } from '../src/telemetry/bundle/load.ts'

const { values: options } = parseArgs({
  options: {
    set: { type: 'string', default: 'rcd,rcd-late,petshop,nezha' },
    cases: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
})
const data = join(resolve(process.env.KEELWAY_SHARED ?? join(import.meta.dirname, '../../shared')), 'data')

interface Outcome {
  set: string
  id: string
  family: string
  /** Whether silence was right. */
  normal: boolean
  confidence: number
  /** Place of the right one, 0 when it is not named. */
  place: number
  said: string
  milliseconds: number
}

async function outcomeOf(set: string, id: string): Promise<Outcome> {
  const expected: unknown = JSON.parse(
    readFileSync(join(data, 'bundles-expected', set, `${id}.json`), 'utf8'),
  )
  const { service, family } = expected as { service: string | null; family: string }
  const folder = mkdtempSync(join(tmpdir(), 'calibration-'))
  try {
    cpSync(join(data, 'bundles', set, id), folder, { recursive: true })
    unpack(folder)
    const began = performance.now()
    const evidence = await caseOf(await loadBundle(folder, { now: 0 }))
    const { hypotheses } = diagnose(evidence, [services])
    const milliseconds = performance.now() - began
    const level = (name: string) => (set.startsWith('rcd') ? name.replace(/-db$/, '') : name)
    const names = [...new Set(hypotheses.map(({ cause }) => level(cause.name)))]
    return {
      ...{ set, id, family, milliseconds, normal: service === null },
      confidence: hypotheses[0]?.confidence ?? 0,
      place: service === null ? 0 : names.indexOf(level(service)) + 1,
      said: hypotheses[0]?.statement ?? '(nothing)',
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function unpack(folder: string): void {
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.gz')) continue
    const path = join(folder, file)
    writeFileSync(path.slice(0, -3), gunzipSync(readFileSync(path)))
    rmSync(path)
  }
}

const right = ({ normal, confidence, place }: Outcome): boolean => (normal ? confidence === 0 : place === 1)

const mean = (numbers: readonly number[]): number =>
  numbers.length === 0 ? Number.NaN : numbers.reduce((sum, one) => sum + one, 0) / numbers.length

/** Of what names a service, whether that is right; a normal window has none. */
const brier = (of: readonly Outcome[]): number =>
  mean(of.map(({ confidence, place }) => (confidence - (place === 1 ? 1 : 0)) ** 2))

function summaryOf(outcomes: readonly Outcome[]) {
  const faults = outcomes.filter(({ normal }) => !normal)
  const normal = outcomes.filter(one => one.normal)
  const times = outcomes.map(({ milliseconds }) => milliseconds).sort((a, b) => a - b)
  return {
    cases: outcomes.length,
    top1: mean(faults.map(({ place }) => Number(place === 1))),
    top3: mean(faults.map(({ place }) => Number(place >= 1 && place <= 3))),
    specificity: mean(normal.map(one => Number(right(one)))),
    brier: brier(outcomes),
    medianMs: times[Math.floor(times.length / 2)] ?? 0,
    worstMs: times.at(-1) ?? 0,
  }
}

const outcomes: Outcome[] = []
for (const set of options.set.split(','))
  for (const file of readdirSync(join(data, 'bundles-expected', set)).sort())
    outcomes.push(await outcomeOf(set, file.replace(/\.json$/, '')))

const bySet = Map.groupBy(outcomes, ({ set }) => set)
const summaries = Object.fromEntries(
  [...bySet, ['all', outcomes] as const].map(([set, of]) => [set, summaryOf(of)]),
)
const bins = Array.from({ length: 10 }, (_, bin) => {
  const of = outcomes.filter(
    ({ confidence }) => confidence > 0 && Math.min(9, Math.floor(confidence * 10)) === bin,
  )
  return {
    from: bin / 10,
    said: of.length,
    confidence: mean(of.map(one => one.confidence)),
    right: mean(of.map(one => Number(one.place === 1))),
  }
}).filter(({ said }) => said > 0)

if (options.json) console.log(JSON.stringify({ summaries, bins }))
else {
  if (options.cases)
    for (const one of outcomes)
      console.log(
        `${right(one) ? 'ok   ' : 'wrong'} ${one.set}/${one.id} ${one.family} place ${one.place} confidence ${one.confidence}: ${one.said.slice(0, 140)}`,
      )
  const text = (value: number): string => (Number.isNaN(value) ? '-' : value.toFixed(3)).padStart(7)
  console.log('set        cases    top1    top3    spec   Brier  median ms  worst ms')
  for (const [set, { cases, top1, top3, specificity, brier, medianMs, worstMs }] of Object.entries(summaries))
    console.log(
      `${set.padEnd(10)} ${String(cases).padStart(5)} ${text(top1)} ${text(top3)} ${text(specificity)} ${text(brier)}  ${medianMs.toFixed(0).padStart(9)} ${worstMs.toFixed(0).padStart(9)}`,
    )
  console.log('confidence    said  mean    right')
  for (const { from, said, confidence, right } of bins)
    console.log(
      `${from.toFixed(1)} to ${(from + 0.1).toFixed(1)}  ${String(said).padStart(5)} ${text(confidence)} ${text(right)}`,
    )
}
