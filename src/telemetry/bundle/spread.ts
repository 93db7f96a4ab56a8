import type { Window } from '../signals/signal-store.ts'

const slices = 24

/**
 * What a store has of a window; when that is more than the limit, as much of each part of the window, so that no time is
 * without evidence.
 * @param limit below the largest a store answers, 10,000
 */
export async function spread<T>(
  window: Window,
  limit: number,
  ask: (window: Window, limit: number) => Promise<readonly T[]>,
): Promise<{ items: T[]; complete: boolean }> {
  const all = await ask(window, limit + 1)
  if (all.length <= limit) return { items: [...all], complete: true }
  const width = (window.to - window.from) / slices
  const share = Math.max(1, Math.floor(limit / slices))
  const items: T[] = []
  for (let index = 0; index < slices; index++) {
    const slice = { from: window.from + index * width, to: window.from + (index + 1) * width }
    items.push(...(await ask(index === slices - 1 ? { ...slice, to: window.to } : slice, share)))
  }
  return { items, complete: false }
}
