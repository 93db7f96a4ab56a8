/** The last values of a series, in order of time and in order of size, so that any quantile is one look. */
export interface OrderWindow {
  ring: Float64Array
  sorted: Float64Array
  size: number
  next: number
}

export const orderWindow = (capacity: number): OrderWindow => ({
  ring: new Float64Array(capacity),
  sorted: new Float64Array(capacity),
  size: 0,
  next: 0,
})

/** Takes a value in, and the oldest out when the window is full. O(capacity) moves of one block. */
export function insert(window: OrderWindow, value: number): void {
  const { ring, sorted, next } = window
  if (window.size === ring.length) {
    const at = place(window, ring[next] ?? 0)
    sorted.copyWithin(at, at + 1, window.size)
    window.size--
  }
  const at = place(window, value)
  sorted.copyWithin(at + 1, at, window.size)
  sorted[at] = value
  window.size++
  ring[next] = value
  window.next = (next + 1) % ring.length
}

/** The value with this share of the window below it; 0 for an empty window. */
export function quantile(window: OrderWindow, share: number): number {
  return window.sorted[Math.min(window.size - 1, Math.floor(share * window.size))] ?? 0
}

/**
 * A standard deviation that a few wild values do not move: the wider of what the middle half and half of what the
 * middle four fifths say, as series that rest most of the time have a middle half of no width.
 */
export function spread(window: OrderWindow): number {
  const half = quantile(window, 0.75) - quantile(window, 0.25)
  const most = quantile(window, 0.9) - quantile(window, 0.1)
  return Math.max(half / 1.35, most / 5.12)
}

function place({ sorted, size }: OrderWindow, value: number): number {
  let low = 0
  let high = size
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sorted[middle] ?? 0) < value) low = middle + 1
    else high = middle
  }
  return low
}
