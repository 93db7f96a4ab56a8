import type { Clock } from '../../lib/clock.ts'
import type { Counter, CounterWindow } from './counter.ts'

/** A counter for gateways of one process, gone with it. */
export function memoryCounter({ clock }: { clock: Clock }): Counter {
  const windows = new Map<string, CounterWindow & { spent: number }>()
  const slots = new Map<string, Map<string, { held: number; until: number }>>()
  const find = ({ key, from, until }: CounterWindow) => {
    const id = `${from} ${key}`
    const found = windows.get(id)
    if (found) return found
    forgetEnded(windows, clock.now())
    const fresh = { key, from, until, spent: 0 }
    windows.set(id, fresh)
    return fresh
  }
  return {
    take: async (window, limit, want, least) => {
      const entry = find(window)
      const left = Math.max(0, limit - entry.spent)
      const taken = left >= least ? Math.min(want, left) : 0
      entry.spent += taken
      return { taken, left: left - taken }
    },
    giveBack: async (window, amount) => {
      const entry = find(window)
      entry.spent = Math.max(0, entry.spent - amount)
    },
    spent: async ({ key, from }) => windows.get(`${from} ${key}`)?.spent ?? 0,
    list: async prefix =>
      [...windows.values()]
        .filter(({ key, until }) => key.startsWith(prefix) && until > clock.now())
        .map(window => ({ ...window }))
        .sort((a, b) => (a.key < b.key ? -1 : 1)),
    hold: async ({ key, owner, forMs }, limit, want, least) => {
      const now = clock.now()
      const owners = slots.get(key) ?? new Map<string, { held: number; until: number }>()
      let others = 0
      for (const [name, { held, until }] of owners) if (name !== owner && until > now) others += held
      const free = Math.max(0, limit - others)
      if (least > free) return undefined
      const held = Math.min(want, free)
      owners.set(owner, { held, until: now + forMs })
      slots.set(key, owners)
      return { held, left: free - held }
    },
    close: async () => {},
  }
}

function forgetEnded(windows: Map<string, CounterWindow>, now: number): void {
  for (const [id, { until }] of windows) if (until <= now) windows.delete(id)
}
