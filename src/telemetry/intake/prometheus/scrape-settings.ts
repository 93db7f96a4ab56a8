import { SourceError } from '../source.ts'
import type { Labels } from './series.ts'

/** What to scrape, and how much of it. */
export interface ScrapeSettings {
  /** Label `job` of every series. */
  job: string
  targets: readonly ScrapeTarget[]
  /** 15 s by default. */
  intervalMs?: number
  /** 10 s by default, never more than the interval. */
  timeoutMs?: number
  /** A target that exposes more is not taken at all; 50,000 by default. */
  sampleLimit?: number
  /** Bytes of one answer when decompressed; 64 MiB by default. */
  bodyBytes?: number
  /** Labels that the target exposes win over ours; otherwise they are kept as `exported_…`. */
  honorLabels?: boolean
}

export interface ScrapeTarget {
  /** Such as `http://checkout:8080/metrics`. */
  url: string
  /** Beside `job` and `instance`. */
  labels?: Labels
  /** Such as `Authorization`; asked for at each scrape, so that a token can be exchanged. */
  headers?: () => Readonly<Record<string, string>>
}

export interface CheckedScrape extends Required<ScrapeSettings> {
  targets: readonly (ScrapeTarget & { labels: Labels })[]
}

/** @throws SourceError naming the setting that is wrong */
export function checkScrape(settings: ScrapeSettings): CheckedScrape {
  const { job, targets, intervalMs = 15_000, sampleLimit = 50_000, bodyBytes = 64 << 20 } = settings
  const { timeoutMs = Math.min(10_000, intervalMs), honorLabels = false } = settings
  if (typeof job !== 'string' || job === '')
    throw new SourceError('job is empty; give the targets a common name')
  if (!Array.isArray(targets) || targets.length === 0)
    throw new SourceError('targets is empty; name at least one, such as http://checkout:8080/metrics')
  for (const [name, value] of Object.entries({ intervalMs, timeoutMs, sampleLimit, bodyBytes }))
    if (!(Number.isFinite(value) && value > 0))
      throw new SourceError(`${name} is ${value}; it must be more than 0`)
  if (timeoutMs > intervalMs) throw new SourceError('timeoutMs is longer than intervalMs; make it shorter')
  return {
    ...{ job, intervalMs, timeoutMs, sampleLimit, bodyBytes, honorLabels },
    targets: targets.map((target, at) => {
      const url = urlOf(target.url, `targets[${at}].url`)
      return { ...target, labels: { job, instance: url.host, ...target.labels } }
    }),
  }
}

function urlOf(text: string, name: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !/^https?:$/.test(url.protocol))
    throw new SourceError(`${name} is "${text}"; it must be like http://checkout:8080/metrics`)
  if (url.username || url.password)
    throw new SourceError(`${name} holds a user or password; send them as a header instead`)
  return url
}
