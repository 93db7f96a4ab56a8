/** Writes one value; `slot` is one of the writer's keys, which come round again so that most writes are updates. */
export type Put = (writer: number, slot: number, value: string) => Promise<unknown>

export interface Rate {
  perSecond: number
  p50Ms: number
  p99Ms: number
}

/** Keys of each writer. */
const slots = 100

/** About the size of a small Kubernetes object with its managed fields. */
export const value800 = JSON.stringify({ padding: 'x'.repeat(800 - JSON.stringify({ padding: '' }).length) })

/** Lets `writers` write one after the other's answer for `seconds`, and counts what was acknowledged. */
export async function measureWriters(put: Put, writers: number, seconds: number): Promise<Rate> {
  const latencies: number[] = []
  const begin = performance.now()
  const end = begin + seconds * 1000
  const write = async (writer: number) => {
    for (let n = 0; ; n++) {
      const start = performance.now()
      if (start >= end) return
      await put(writer, n % slots, value800)
      latencies.push(performance.now() - start)
    }
  }
  await Promise.all(Array.from({ length: writers }, (_, writer) => write(writer)))
  const elapsed = (performance.now() - begin) / 1000
  latencies.sort((a, b) => a - b)
  const quantile = (q: number) =>
    latencies[Math.min(latencies.length - 1, Math.floor(q * latencies.length))] ?? 0
  return { perSecond: latencies.length / elapsed, p50Ms: quantile(0.5), p99Ms: quantile(0.99) }
}

/** The run with the median rate: a shared machine has good and bad seconds. */
export const medianRate = (rates: Rate[]): Rate => {
  const sorted = [...rates].sort((a, b) => a.perSecond - b.perSecond)
  return sorted[sorted.length >> 1] ?? { perSecond: 0, p50Ms: 0, p99Ms: 0 }
}

export const showRate = ({ perSecond, p50Ms, p99Ms }: Rate): string =>
  `${Math.round(perSecond)} puts/s (p50 ${p50Ms.toFixed(2)} ms, p99 ${p99Ms.toFixed(2)} ms)`
