/** How many events there were from `at` until the next bucket begins, milliseconds since the epoch. */
export interface EventBucket {
  at: number
  valid: number
  bad: number
}

export interface Events {
  valid: number
  bad: number
}

/** Events by time, summed over any window at the cost of two searches. */
export interface EventCounts {
  /** Of the buckets that begin in the window: from inclusive to exclusive. */
  between(from: number, to: number): Events
}

/** @param buckets in any order; of two that begin at one time both count */
export function eventCounts(buckets: readonly EventBucket[]): EventCounts {
  const sorted = buckets.toSorted((a, b) => a.at - b.at)
  const times = sorted.map(({ at }) => at)
  const valid = [0]
  const bad = [0]
  for (const bucket of sorted) {
    valid.push((valid.at(-1) ?? 0) + bucket.valid)
    bad.push((bad.at(-1) ?? 0) + bucket.bad)
  }
  return {
    between: (from, to) => {
      const [first, end] = [firstFrom(times, from), firstFrom(times, to)]
      return {
        valid: (valid[end] ?? 0) - (valid[first] ?? 0),
        bad: (bad[end] ?? 0) - (bad[first] ?? 0),
      }
    },
  }
}

/** Index of the first time that is not before `from`. */
function firstFrom(times: readonly number[], from: number): number {
  let low = 0
  let high = times.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((times[middle] ?? 0) < from) low = middle + 1
    else high = middle
  }
  return low
}
