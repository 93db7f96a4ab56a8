import { parseQuantity } from '../../lib/quantity.ts'
import type { Container } from '../drafts/containers.ts'
import { valueAt } from '../drafts/pointer.ts'
import { cpuText, memoryText } from '../drafts/quantity.ts'
import { count, percentText } from '../drafts/words.ts'
import type { Kills } from '../evidence/kills.ts'
import { quantile, type Usage } from '../evidence/usage.ts'
import { afterKill, headroom, isKnown, peakOf, throttledShare } from '../right-size/sizes.ts'

/** A limit to set, or why not. */
export type LimitAnswer =
  | { set: number; text: string; now: number | undefined; why: string; risk: string; request?: string }
  | { nothing: string }
  | { refused: string }

interface Known {
  container: Container
  usage: Usage
  kills: Kills
  /** What was asked for, as a quantity. */
  value: string | undefined
}

/** On what a limit that throttles has let through. */
const throttledRaise = 1.5

/** Memory limit: after a kill as VPA bumps it, else the highest use + 15 %; never below what was used. */
export function memoryLimit({ container, usage, kills, value }: Known): LimitAnswer {
  const now = parseQuantity(valueAt(container.declared, '/resources/limits/memory'))
  const peak = peakOf(usage.memory)
  const wanted = value === undefined ? undefined : parseQuantity(value)
  if (value !== undefined && wanted === undefined)
    return { refused: `${value} is no quantity of memory, such as 512Mi.` }
  if (wanted !== undefined && wanted < peak)
    return {
      refused: `A memory limit of ${memoryText(wanted)} is below the ${memoryText(peak)} that it used: it would be killed.`,
    }
  if (wanted === undefined && kills.count === 0)
    return isKnown(usage.memory, usage) && now !== undefined && peak > now / headroom
      ? raised(peak * headroom, now, `It uses up to ${memoryText(peak)} of ${memoryText(now)}.`, container)
      : {
          nothing: `It was not killed for memory${now === undefined ? ' and has no limit' : `, and used ${memoryText(peak)} of ${memoryText(now)} at most`}. Right-size it for requests and savings.`,
        }
  const killed =
    kills.count > 0
      ? `It was killed for memory ${count(kills.count, 'time')} (${kills.source}).`
      : 'It was asked for.'
  const needed = wanted ?? Math.max(peak * headroom, afterKill(now ?? peak))
  if (!(needed > 0))
    return {
      nothing: 'Neither its limit nor its use is known, so there is nothing to start from. Give value.',
    }
  if (now !== undefined && Math.abs(needed - now) < 2 ** 20)
    return { nothing: `Its memory limit is ${memoryText(now)} already.` }
  return raised(needed, now, killed, container)
}

function raised(set: number, now: number | undefined, why: string, container: Container): LimitAnswer {
  const request = parseQuantity(valueAt(container.declared, '/resources/requests/memory'))
  return {
    set,
    text: memoryText(set),
    now,
    why,
    risk: 'If it leaks, it is killed again later: look whether its use levels off. Its node may run out of memory first where requests are lower.',
    ...(request !== undefined && request > set && { request: memoryText(set) }),
  }
}

/** CPU limit: raised where it throttles; never below the request. */
export function cpuLimit({ container, usage, value }: Known): LimitAnswer {
  const now = parseQuantity(valueAt(container.declared, '/resources/limits/cpu'))
  const request = parseQuantity(valueAt(container.declared, '/resources/requests/cpu')) ?? 0
  const wanted = value === undefined ? undefined : parseQuantity(value)
  if (value !== undefined && wanted === undefined)
    return { refused: `${value} is no quantity of CPU, such as 500m.` }
  if (wanted !== undefined && wanted < request)
    return {
      refused: `A CPU limit of ${cpuText(wanted)} is below its request of ${cpuText(request)}, which no cluster takes.`,
    }
  const throttled = usage.throttled
  if (wanted === undefined) {
    if (now === undefined) return { nothing: 'It has no CPU limit, so nothing throttles it but a full node.' }
    if (throttled === undefined)
      return {
        nothing:
          'Nobody counts its throttling (container_cpu_cfs_throttled_periods_total). Give value, or have cAdvisor read.',
      }
    if (throttled <= throttledShare)
      return {
        nothing: `It is throttled in ${percentText(throttled)} of periods, which is not felt; its limit stays.`,
      }
  }
  const set =
    wanted ?? Math.max((now ?? 0) * throttledRaise, quantile(usage.cpu, 0.99) * throttledRaise, request)
  if (now !== undefined && Math.abs(set - now) < 0.001)
    return { nothing: `Its CPU limit is ${cpuText(now)} already.` }
  const why =
    wanted !== undefined
      ? 'It was asked for.'
      : `It is throttled in ${percentText(throttled ?? 0)} of periods at its limit of ${cpuText(now ?? 0)}.`
  return {
    set,
    text: cpuText(set),
    now,
    why,
    risk: 'It may take more of its node from others when they are busy at the same time.',
  }
}
