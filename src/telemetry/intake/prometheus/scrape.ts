import { createHash } from 'node:crypto'
import type { Clock } from '../../../lib/clock.ts'
import type { MetricPoint } from '../../signals/signal.ts'
import type { OpenSource, Source, SourceContext, SourceStatus } from '../source.ts'
import { boundedText } from './bounded-text.ts'
import { parseExposition, type Sample } from './exposition.ts'
import { type Family, pointsOf, type TimedSample } from './points.ts'
import { type CheckedScrape, checkScrape, type ScrapeSettings } from './scrape-settings.ts'
import type { Labels } from './series.ts'
import { timed } from './timed.ts'

type Target = CheckedScrape['targets'][number]

/**
 * Scrapes targets as Prometheus does: at an interval, each at its own offset within it, with `up`,
 * `scrape_duration_seconds` and `scrape_samples_scraped` beside what they expose. A scrape that the store did not take
 * is lost, the next one says how things are then.
 */
export const prometheusScrape: Source<ScrapeSettings> = {
  type: 'prometheus-scrape',
  summary: 'Metrics of targets that expose them in Prometheus’ text format or OpenMetrics.',
  async open(settings, context) {
    return startScraping(checkScrape(settings), context)
  },
}

function startScraping(settings: CheckedScrape, context: SourceContext): OpenSource {
  const { clock } = context
  const closing = new AbortController()
  const counts = { accepted: 0, refused: 0, lost: 0 }
  const troubles = new Map<string, string>()
  let lagMs: number | undefined
  let storeTrouble: string | undefined
  /** One batch at a time is handed on, whichever target it is of. */
  let handingOn: Promise<void> = Promise.resolve()

  const handOn = (points: readonly MetricPoint[]): Promise<void> => {
    handingOn = handingOn.then(async () => {
      if (closing.signal.aborted) return
      try {
        await context.emit(points)
        counts.accepted += points.length
        lagMs = Math.max(0, clock.now() - (points[0]?.at ?? clock.now()))
        storeTrouble = undefined
      } catch (error) {
        counts.lost += points.length
        storeTrouble = (error as Error).message
      }
    })
    return handingOn
  }

  const scrapeOnce = async (target: Target): Promise<void> => {
    const at = clock.now()
    const outcome = await scrape(target, settings, context, closing.signal)
    if (closing.signal.aborted) return
    if (outcome.trouble === undefined) troubles.delete(target.url)
    else troubles.set(target.url, outcome.trouble)
    counts.refused += outcome.refused
    counts.lost += outcome.lost
    const own = ownPoints(target.labels, at, {
      up: outcome.trouble === undefined ? 1 : 0,
      scrape_duration_seconds: (clock.now() - at) / 1000,
      scrape_samples_scraped: outcome.points.length,
    })
    await handOn([...own, ...outcome.points])
  }

  const follow = async (target: Target): Promise<void> => {
    const { intervalMs } = settings
    let due = clock.now() + offsetOf(target.url, intervalMs)
    while (!closing.signal.aborted) {
      if (!(await sleeps(clock, due - clock.now(), closing.signal))) break
      await scrapeOnce(target)
      // What a slow target missed is not made up for.
      while (due <= clock.now()) due += intervalMs
    }
  }

  const following = settings.targets.map(target =>
    follow(target).catch((error: unknown) => {
      troubles.set(target.url, `stopped: ${(error as Error).message}`)
    }),
  )

  return {
    status(): SourceStatus {
      const message = storeTrouble ?? troubleOf(troubles, settings.targets.length)
      const failed = troubles.size === settings.targets.length
      return {
        state: storeTrouble !== undefined ? 'waiting' : failed ? 'failed' : 'running',
        ...counts,
        ...(lagMs !== undefined && { lagMs }),
        ...(message !== undefined && { message }),
      }
    },
    async close() {
      closing.abort(new Error('the source was closed'))
      await Promise.all(following)
    },
  }
}

function troubleOf(troubles: ReadonlyMap<string, string>, targets: number): string | undefined {
  const [first] = troubles
  return first && `${troubles.size} of ${targets} targets could not be scraped: ${first[0]} ${first[1]}`
}

interface Outcome {
  points: MetricPoint[]
  refused: number
  lost: number
  trouble?: string
}

const accept = 'application/openmetrics-text;version=1.0.0;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1'

async function scrape(
  target: Target,
  { sampleLimit, timeoutMs, bodyBytes, honorLabels }: CheckedScrape,
  context: SourceContext,
  closing: AbortSignal,
): Promise<Outcome> {
  const at = context.clock.now()
  try {
    const { text, type } = await timed(context.clock, timeoutMs, closing, async signal => {
      const response = await context.fetch(target.url, { headers: { ...target.headers?.(), accept }, signal })
      if (response.status !== 200) {
        await response.body?.cancel()
        throw new Error(`answered ${response.status}`)
      }
      return {
        text: await boundedText(response, bodyBytes),
        type: response.headers.get('content-type') ?? '',
      }
    })
    const openMetrics = type.startsWith('application/openmetrics-text')
    const { samples, types, units } = parseExposition(text, { openMetrics, most: sampleLimit })
    const familyOf = (name: string): Family | undefined => {
      const known = types.get(name)
      return known === undefined ? undefined : { type: known, unit: units.get(name) ?? '' }
    }
    const all = samples.map(sample => labelled(sample, target.labels, honorLabels, at))
    const { points, partial, refused } = pointsOf(all, familyOf)
    return { points, refused: refused + partial.size, lost: 0 }
  } catch (error) {
    // Whatever a target does or exposes must not stop the others.
    return { points: [], refused: 0, lost: 0, trouble: messageOf(error) }
  }
}

const messageOf = (error: unknown): string => {
  const { message, cause } = error as Error
  return cause instanceof Error ? `${message}: ${cause.message}` : message
}

function labelled(sample: Sample, ours: Labels, honorLabels: boolean, at: number): TimedSample {
  const labels: Record<string, string> = honorLabels ? { ...ours, ...sample.labels } : { ...ours }
  if (!honorLabels)
    for (const [name, value] of Object.entries(sample.labels))
      labels[Object.hasOwn(ours, name) ? `exported_${name}` : name] = value
  return { ...sample, labels, at: sample.at ?? at }
}

const ownPoints = (labels: Labels, at: number, values: Readonly<Record<string, number>>): MetricPoint[] =>
  pointsOf(
    Object.entries(values).map(([name, value]) => ({ name, labels, at, value })),
    () => ({ type: 'gauge', unit: '' }),
  ).points

/** Where in the interval a target is scraped: the same after every restart, spread over targets. */
const offsetOf = (url: string, intervalMs: number): number =>
  (createHash('sha256').update(url).digest().readUInt32BE() / 2 ** 32) * intervalMs

/** False when it was ended by the signal. */
const sleeps = (clock: Clock, ms: number, signal: AbortSignal): Promise<boolean> =>
  clock.sleep(Math.max(0, ms), signal).then(
    () => true,
    () => false,
  )
