import type { EventRecord } from '../signals/signal.ts'
import type { SignalStore } from '../signals/signal-store.ts'
import { type AnomalySeries, anomalySeries, anomalySeriesOf } from './anomaly-series.ts'
import { episodesOf } from './episode.ts'
import { type ReadStore, readings } from './watched-series.ts'

/**
 * Watches the series of a system for what is abnormal, and tells the store of it as symptoms. What it learned is kept
 * from time to time; what is missing, after a crash or at first, is learned from the store. Told twice is told once,
 * since the same values give the same symptoms.
 */
export interface AnomalyWatch {
  /** Takes in everything up to `now`, in milliseconds since the Unix epoch. One call at a time. */
  round(now: number): Promise<void>
  /** Series watched, and those beyond the limit that are not. */
  status(): { series: number; unwatched: number }
}

/** Keeps lines of text: what detectors know, about 85 kB a series. */
export interface WatchMemory {
  /** Those that were written last; none when there are none or they can not be read. */
  read(): AsyncIterable<string>
  /** Replaces all lines, or leaves them as they were. */
  write(lines: Iterable<string>): Promise<void>
}

export interface AnomalyWatchOptions {
  signals: ReadStore & Pick<SignalStore, 'append' | 'events'>
  memory?: WatchMemory
  /** Series watched at most; others are not looked at until one of those has gone. */
  mostSeries?: number
  /** Values are those of stretches of this length. */
  stepMs?: number
  /** How much of the past is learned from when there is no memory. */
  learnMs?: number
}

const dayMs = 86_400_000
/** Signals of a stretch may come this much later than its end. */
const lateMs = 60_000
/** What is older when it is found is not told. */
const newsMs = 3_600_000
const keepEveryMs = 3_600_000
/** Symptoms of an earlier process are looked for this far back. */
const rememberedMs = 7 * dayMs
/** A series without values for this long is watched no more. */
const forgetMs = 3 * dayMs

export function createAnomalyWatch({
  signals,
  memory,
  mostSeries = 1000,
  stepMs = 300_000,
  learnMs = 14 * dayMs,
}: AnomalyWatchOptions): AnomalyWatch {
  const watched = new Map<string, AnomalySeries>()
  let cursor: number | undefined
  let keptAt = Number.NEGATIVE_INFINITY
  let unwatched = 0

  const restore = async (): Promise<void> => {
    for await (const line of memory?.read() ?? []) {
      const kept = anomalySeriesOf(line)
      if (kept && watched.size < mostSeries) watched.set(kept.id, kept.series)
    }
    const fed = [...watched.values()].map(series => series.fed()).filter(Number.isFinite)
    if (fed.length > 0) cursor = Math.max(...fed) + stepMs
  }

  const feed = async (from: number, to: number, tellFrom: number): Promise<void> => {
    const missed = new Set<string>()
    for await (const reading of readings(signals, { from, to }, stepMs)) {
      const known = watched.get(reading.id)
      if (!known && watched.size >= mostSeries) {
        missed.add(reading.id)
        continue
      }
      const series = known ?? anomalySeries(reading.id)
      watched.set(reading.id, series)
      await tell(series.feed(reading, stepMs), tellFrom)
      // Two weeks of values take some milliseconds a series; others want to run too.
      await new Promise(resolve => setImmediate(resolve))
    }
    unwatched = missed.size
    for (const [id, series] of watched) {
      await tell(series.tick(to), tellFrom)
      if (series.fed() < to - forgetMs) watched.delete(id)
    }
  }

  const tell = async (told: readonly EventRecord[], from: number): Promise<void> => {
    const news = told.filter(({ at }) => at >= from)
    if (news.length > 0) await signals.append(news)
  }

  /** Symptoms whose end an earlier process did not live to tell, and which this one does not see. */
  const endOthers = async (now: number): Promise<void> => {
    const window = { from: now - rememberedMs, to: now + 1 }
    const told = await signals.events({ source: 'anomaly', window, limit: 10_000 })
    const seen = new Set([...watched.values()].map(series => series.symptom()))
    const open = episodesOf(told).filter(({ key, until }) => until === undefined && !seen.has(key))
    for (const { key } of open) {
      const last = told.find(event => event.key === key)
      if (last) await signals.append([{ ...last, at: now, until: now, message: `over: ${last.message}` }])
    }
  }

  return {
    status: () => ({ series: watched.size, unwatched }),
    async round(now) {
      const first = cursor === undefined
      if (first) await restore()
      const end = Math.floor((now - lateMs) / stepMs) * stepMs
      const oldest = Math.floor((end - learnMs) / stepMs) * stepMs
      cursor = Math.max(cursor ?? oldest, oldest)
      while (cursor < end) {
        const next: number = Math.min(end, cursor + dayMs)
        await feed(cursor, next, end - newsMs)
        cursor = next
      }
      if (first) await endOthers(now)
      if (!memory || watched.size === 0 || now < keptAt + keepEveryMs) return
      await memory.write(linesOf(watched))
      keptAt = now
    },
  }
}

function* linesOf(watched: ReadonlyMap<string, AnomalySeries>): Generator<string> {
  for (const series of watched.values()) yield series.line()
}
