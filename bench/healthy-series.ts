/** Made-up series of a healthy system: load follows day and week, and each kind of metric follows load in its own way. */
import type { Random } from '../src/lib/random.ts'

export const DAY = 86_400_000
export const MONDAY = Date.UTC(2026, 0, 5)
export const KINDS = [
  'requests',
  'latency',
  'cpu',
  'memory',
  'errors',
  'queue',
  'counter',
  'constant',
] as const
export type Kind = (typeof KINDS)[number]

export function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}

function poisson(random: Random, mean: number): number {
  if (mean > 50) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal(random)))
  const limit = Math.exp(-mean)
  let count = 0
  for (let product = random(); product > limit; product *= random()) count++
  return count
}

/** A healthy series: load follows day and week, and each kind of metric follows load in its own way. */
export function healthy(kind: Kind, random: Random): (at: number) => number {
  const size = 10 ** (1 + 3 * random())
  const swing = 0.2 + 0.6 * random()
  const peak = 10 + 8 * random()
  const weekend = 0.4 + 0.6 * random()
  let slow = 0
  let fast = 0
  let level = 0.3 + 0.2 * random()
  let total = Math.floor(1e6 * random())
  return at => {
    const hour = (at % DAY) / 3_600_000
    const weekday = Math.floor((at - MONDAY) / DAY) % 7
    const week = weekday >= 5 ? weekend : 1
    slow = 0.995 * slow + 0.005 * normal(random)
    fast = 0.7 * fast + 0.3 * normal(random)
    const load = week * (1 + swing * Math.cos(((hour - peak) / 12) * Math.PI)) * Math.exp(slow + 0.05 * fast)
    level = level > 0.8 ? 0.3 : level + 0.002 * load * random()
    total += poisson(random, size * load)
    const made: Record<Kind, () => number> = {
      requests: () => poisson(random, size * load),
      latency: () => 20 * (1 + 0.5 * load) * Math.exp(0.15 * fast + 0.1 * normal(random)),
      cpu: () => Math.min(100, 100 * (0.1 + 0.3 * load) * (1 + 0.1 * normal(random))),
      memory: () => 4e9 * (level + 0.01 * normal(random)),
      errors: () => poisson(random, 0.3 * load),
      queue: () => Math.max(0, Math.round(3 * load * Math.exp(0.8 * fast + 0.5 * normal(random)))),
      counter: () => total,
      constant: () => size,
    }
    return made[kind]()
  }
}
