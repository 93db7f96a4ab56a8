import type { ChangeRecord } from '../../telemetry/signals/signal.ts'
import type { ReviewedCall } from '../../telemetry/telemetry.ts'
import type { Case } from '../channel.ts'
import { type Measure, measuresOf } from './measures.ts'
import { differenceOf, type Points, type Shift, shiftIn } from './shift.ts'

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
/** Calls before the first one of a release that tell which release it took over from. */
const justBefore = 30
/** Calls of the old release beside the new one from which on only those count. */
const fewestBeside = 20
/** A shift within a release that has at least this share of the whole follows time. */
const within = 0.5

/** Routes in the order of their names. */
export function routesOf({ calls, changes, events }: Case): RouteCalls[] {
  const byRoute = Map.groupBy(calls, ({ namespace, route }) => `${namespace}\n${route}`)
  const routes = [...byRoute.keys()].sort().map(key => {
    const [namespace = '', route = ''] = key.split('\n')
    const own = byRoute.get(key) ?? []
    const worse: Worse[] = []
    const steady: Measure[] = []
    for (const measure of measuresOf(own)) {
      const points = pointsOf(own, measure)
      const step = releaseStep(own, measure)
      const shift = step ? undefined : shiftIn(points, measure)
      if (step) worse.push({ measure, ...step })
      else if (shift)
        worse.push({ measure, shift, with: { kind: 'time', release: servingAt(own, shift.at) } })
      else if (points.values.length >= enoughToBeSteady) steady.push(measure)
    }
    worse.sort((a, b) => b.shift.z - a.shift.z || (a.measure.name < b.measure.name ? -1 : 1))
    return { namespace, route, calls: own, worse, steady, changes, events }
  })
  return routes.map(route => ({ ...route, worse: route.worse.map(worse => shared(worse, route, routes)) }))
}

/** Shifts of two routes that began so near to each other began together. */
export const togetherMs = 15 * 60_000

/** What also began on another route with the same model, that got no new release, is not by this route's release. */
function shared(
  worse: Worse,
  route: Pick<RouteCalls, 'route' | 'namespace' | 'calls'>,
  routes: readonly RouteCalls[],
): Worse {
  if (worse.with.kind === 'time') return worse
  const model = answeredBy(route, worse.shift.at)
  const together = routes.some(
    other =>
      (other.route !== route.route || other.namespace !== route.namespace) &&
      other.worse.some(
        ({ measure, shift, with: follows }) =>
          follows.kind === 'time' &&
          measure.name === worse.measure.name &&
          Math.abs(shift.at - worse.shift.at) <= togetherMs &&
          answeredBy(other, shift.at) === model,
      ),
  )
  return together ? { ...worse, with: { kind: 'time', release: worse.with.release } } : worse
}

/** `provider/model` of most calls after a time. */
export function answeredBy({ calls }: Pick<RouteCalls, 'calls'>, at: number): string {
  const counts = new Map<string, number>()
  for (const call of calls)
    if (call.at >= at && call.model !== '') {
      const name = `${call.provider}/${call.model}`
      counts.set(name, (counts.get(name) ?? 0) + 1)
    }
  return [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))[0]?.[0] ?? ''
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

/**
 * The release that is most surely worse than the one it took over from, with neither of them getting worse while it
 * serves. Beside a candidate the old release still answers: then both are compared at the same time.
 */
function releaseStep(
  calls: readonly ReviewedCall[],
  measure: Measure,
): (Pick<Worse, 'shift'> & { with: Following & { kind: 'release' } }) | undefined {
  let found: ReturnType<typeof releaseStep>
  for (const release of [...new Set(calls.map(call => call.release))].slice(1)) {
    const first = calls.findIndex(call => call.release === release)
    const at = calls[first]?.at ?? 0
    const before = mostFrequent(calls.slice(Math.max(0, first - justBefore), first))
    const own = calls.filter(call => call.release === release)
    const old = calls.filter(call => call.release === before)
    const beside = pointsOf(
      old.filter(call => call.at >= at),
      measure,
    )
    const earlier = pointsOf(
      old.filter(call => call.at < at),
      measure,
    )
    const reference = beside.values.length >= fewestBeside ? beside : earlier
    const shift = differenceOf(reference, pointsOf(own, measure), measure)
    if (!shift || shift.z <= (found?.shift.z ?? 0)) continue
    const whole = Math.abs(shift.after - shift.before)
    const moves = [own, old].some(some => {
      const inner = shiftIn(pointsOf(some, measure), measure)
      return inner !== undefined && Math.abs(inner.after - inner.before) >= within * whole
    })
    if (!moves) found = { shift: { ...shift, at }, with: { kind: 'release', release, before } }
  }
  return found
}

const servingAt = (calls: readonly ReviewedCall[], at: number): string =>
  mostFrequent(calls.filter(call => call.at >= at))

function mostFrequent(calls: readonly ReviewedCall[]): string {
  const counts = new Map<string, number>()
  for (const { release } of calls) counts.set(release, (counts.get(release) ?? 0) + 1)
  return [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))[0]?.[0] ?? ''
}
