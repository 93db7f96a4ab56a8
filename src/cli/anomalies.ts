import { ALERT, createDetector } from '../telemetry/anomalies/detector.ts'
import { printAbnormalSeries } from './anomalies-in-bundle.ts'
import { type Command, type Invocation, UsageError } from './command.ts'
import { bundleOptions, withBundle } from './open-bundle.ts'
import { createPlot } from './series-plot.ts'
import { readSeries } from './series-rows.ts'

/** Rows between two words about progress. */
const PROGRESS = 500_000
/** Lines written at once. */
const BATCH = 1000
/** The strangest rows that the readable form explains. */
const EXPLAINED = 10

export const anomalies: Command = {
  name: 'anomalies',
  summary: 'Say which values of a series are abnormal, by what came before them alone.',
  arguments: ['FILE?'],
  options: bundleOptions,
  help: [
    'FILE is CSV with the first line timestamp,value and rows in order of time; - reads standard input.',
    'Times are 2026-03-01 10:00:00 (UTC without a zone), ISO 8601, Unix seconds or milliseconds.',
    'An empty value or NaN is missing. There is nothing to configure.',
    `With --json: one line {"timestamp","value","score"} for each row, score from 0 to 1; ${ALERT} and above is worth`,
    'telling, and comes with channel, explanation and since. Without: a plot and the strangest rows in words.',
    'With --bundle: the series of the bundle that became abnormal, in the order in which they did.',
  ].join('\n'),
  async run(invocation) {
    const code = await withBundle(invocation, (bundle, service) =>
      printAbnormalSeries(bundle, service, invocation),
    )
    if (code !== undefined) return code
    if (invocation.positionals.length === 0) throw new UsageError('anomalies needs FILE or --bundle DIR')
    return invocation.json ? printScores(invocation) : printPlot(invocation)
  },
}

async function* scored({ positionals, err, signal }: Invocation) {
  const detector = createDetector()
  let rows = 0
  for await (const row of readSeries(positionals[0] ?? '-')) {
    if (signal.aborted) return
    yield { ...row, ...detector.add(row.at, row.value) }
    if (++rows % PROGRESS === 0) err(`${rows} rows read`)
  }
}

async function printScores(invocation: Invocation): Promise<number> {
  let lines: string[] = []
  for await (const { timestamp, value, score, channel, explanation, since } of scored(invocation)) {
    const told = since === undefined ? {} : { channel, explanation, since: new Date(since).toISOString() }
    lines.push(JSON.stringify({ timestamp, value, score, ...told }))
    if (lines.length < BATCH) continue
    invocation.out(lines.join('\n'))
    lines = []
  }
  if (lines.length > 0) invocation.out(lines.join('\n'))
  return 0
}

async function printPlot(invocation: Invocation): Promise<number> {
  const plot = createPlot(process.stdout.columns ?? 100)
  let rows = 0
  let found = 0
  let strangest: { timestamp: string; at: number; score: number; explanation: string }[] = []
  for await (const { timestamp, at, value, score, explanation } of scored(invocation)) {
    rows++
    if (!Number.isNaN(value)) plot.add(at, value, score)
    if (score < ALERT || explanation === undefined) continue
    found++
    strangest = [...strangest, { timestamp, at, score, explanation }]
      .sort((a, b) => b.score - a.score)
      .slice(0, EXPLAINED)
  }
  if (rows > 0) invocation.out(plot.lines(ALERT).join('\n'))
  invocation.out(
    found === 0
      ? `${rows} rows, nothing abnormal`
      : `${rows} rows, ${found} abnormal${found > EXPLAINED ? `; the ${EXPLAINED} strangest` : ''}:`,
  )
  for (const { timestamp, score, explanation } of strangest.sort((a, b) => a.at - b.at))
    invocation.out(`  ${timestamp}  ${score.toFixed(2)}  ${explanation}`)
  return 0
}
