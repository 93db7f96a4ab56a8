import { ALERT, createDetector } from '../telemetry/anomalies/detector.ts'
import type { Bundle } from '../telemetry/bundle/load.ts'
import type { Invocation } from './command.ts'
import { tableText } from './table.ts'

const shown = 40

interface Abnormal {
  service: string
  metric: string
  score: number
  since: string
  explanation: string
}

/** The series of a bundle that became abnormal, the one that did so first at the top. */
export async function printAbnormalSeries(
  bundle: Bundle,
  service: string | undefined,
  invocation: Invocation,
): Promise<number> {
  const found: Abnormal[] = []
  let series = 0
  for await (const table of bundle.tables(service))
    for (const [index, metric] of table.columns.entries()) {
      series++
      const worst = strangest(table.at, table.values[index] ?? new Float64Array())
      if (worst) found.push({ service: table.service, metric, ...worst })
    }
  found.sort((a, b) => (a.since < b.since ? -1 : a.since > b.since ? 1 : b.score - a.score))
  if (invocation.json) for (const one of found) invocation.out(JSON.stringify(one))
  else invocation.out(text(found, series))
  return 0
}

function strangest(at: Float64Array, values: Float64Array): Omit<Abnormal, 'service' | 'metric'> | undefined {
  const detector = createDetector()
  let worst: Omit<Abnormal, 'service' | 'metric'> | undefined
  for (const [index, time] of at.entries()) {
    const { score, since, explanation } = detector.add(time, values[index] ?? Number.NaN)
    if (score < ALERT || since === undefined || explanation === undefined || score <= (worst?.score ?? 0))
      continue
    worst = { score, since: new Date(since).toISOString(), explanation }
  }
  return worst
}

const text = (found: readonly Abnormal[], series: number): string =>
  found.length === 0
    ? `${series} series, nothing abnormal`
    : [
        `${series} series, ${found.length} abnormal${found.length > shown ? `; the first ${shown}` : ''}:`,
        tableText(
          ['SINCE', 'SERVICE', 'METRIC', 'SCORE', 'WHAT'],
          found
            .slice(0, shown)
            .map(({ since, service, metric, score, explanation }) => [
              since,
              service,
              metric,
              score.toFixed(2),
              explanation,
            ]),
        ),
      ].join('\n')
