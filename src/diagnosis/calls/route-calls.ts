import type { ChangeRecord } from '../../telemetry/signals/signal.ts'
import type { ReviewedCall } from '../../telemetry/telemetry.ts'
import type { Case } from '../channel.ts'
import { type Measure, measuresOf } from './measures.ts'
import { type Points, type Shift, shiftIn } from './shift.ts'

/** What is known of one route: its calls in the order of time, and what of them got worse. */
export interface RouteCalls {
  namespace: string
  route: string
  calls: readonly ReviewedCall[]
  worse: readonly Worse[]
  /** Measures with enough calls to say that they did not get worse. */
  steady: readonly Measure[]
  /** Commits and releases, of all routes. */
  changes: readonly ChangeRecord[]
  events: Case['events']
}

export interface Worse {
  measure: Measure
  shift: Shift
  /** What it follows. */
  with: Following
}

/**
 * release: one release has it and the one before had not, and within neither does it change. time: it changes while the
 * same release answers.
 */
export type Following =
  | { kind: 'release'; release: string; before: string }
  | { kind: 'time'; release: string }

const enoughToBeSteady = 60
const fewestOfRelease = 20
/** A release that answers this share of the calls after the shift is the one that has it. */
const most = 0.6
/** A shift within a release that has at least this share of the whole follows time. */
const within = 0.5

/** Routes in the order of their names. */
export function routesOf({ calls, changes, events }: Case): RouteCalls[] {
  const byRoute = Map.groupBy(calls, ({ namespace, route }) => `${namespace}\n${route}`)
  return [...byRoute.keys()].sort().map(key => {
    const [namespace = '', route = ''] = key.split('\n')
    const own = byRoute.get(key) ?? []
    const worse: Worse[] = []
    const steady: Measure[] = []
    for (const measure of measuresOf(own)) {
      const points = pointsOf(own, measure)
      const shift = shiftIn(points, measure)
      if (shift) worse.push({ measure, shift, with: following(own, measure, shift) })
      else if (points.values.length >= enoughToBeSteady) steady.push(measure)
    }
    worse.sort((a, b) => b.shift.z - a.shift.z || (a.measure.name < b.measure.name ? -1 : 1))
    return { namespace, route, calls: own, worse, steady, changes, events }
  })
}

export function pointsOf(calls: readonly ReviewedCall[], { of }: Measure): Points {
  const [at, values]: [number[], number[]] = [[], []]
  for (const call of calls) {
    const value = of(call)
    if (value === undefined) continue
    at.push(call.at)
    values.push(value)
  }
  return { at, values }
}

function following(calls: readonly ReviewedCall[], measure: Measure, shift: Shift): Following {
  const after = mostFrequent(calls.filter(({ at }) => at >= shift.at))
  const before = mostFrequent(calls.filter(({ at }) => at < shift.at))
  if (after.release === before.release || after.share < most)
    return inTime(calls, measure, shift, after.release)
  const own = calls.filter(({ release }) => release === after.release)
  const old = calls.filter(({ release }) => release === before.release)
  if (own.length < fewestOfRelease || old.length < fewestOfRelease)
    return { kind: 'time', release: after.release }
  const whole = Math.abs(shift.after - shift.before)
  const moved = [own, old]
    .map(some => shiftIn(pointsOf(some, measure), measure))
    .some(inner => inner !== undefined && Math.abs(inner.after - inner.before) >= within * whole)
  return moved
    ? { kind: 'time', release: after.release }
    : { kind: 'release', release: after.release, before: before.release }
}

/** A candidate that gets a share of the traffic may move the whole while stable goes on answering most calls. */
function inTime(calls: readonly ReviewedCall[], measure: Measure, shift: Shift, release: string): Following {
  const rest = calls.filter(call => call.release === release)
  const stays = shiftIn(pointsOf(rest, measure), measure) === undefined
  const others = mostFrequent(calls.filter(call => call.at >= shift.at && call.release !== release))
  const fresh = calls.every(call => call.release !== others.release || call.at >= shift.at - newMs)
  return stays && others.release !== '' && fresh
    ? { kind: 'release', release: others.release, before: release }
    : { kind: 'time', release }
}

/** A release whose first call is no older than this when a measure shifts has just come. */
const newMs = 300_000

function mostFrequent(calls: readonly ReviewedCall[]): { release: string; share: number } {
  const counts = new Map<string, number>()
  for (const { release } of calls) counts.set(release, (counts.get(release) ?? 0) + 1)
  const [found] = [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
  return found ? { release: found[0], share: found[1] / calls.length } : { release: '', share: 0 }
}
