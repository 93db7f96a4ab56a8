import type { Evidence } from '../diagnosis.ts'
import type { Measure } from './measures.ts'
import type { RouteCalls, Worse } from './route-calls.ts'
import type { Shift } from './shift.ts'

/** A value of a measure with its unit. */
export function figure(value: number, { share, unit }: Pick<Measure, 'share' | 'unit'>): string {
  if (share) return `${(100 * value).toFixed(value < 0.1 ? 1 : 0)} %`
  const rounded = value >= 100 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3)))
  return unit === '' ? rounded : `${rounded} ${unit}`
}

/** `score correct of people fell from .94 to .71`. */
export const moved = ({ measure, shift }: Pick<Worse, 'measure' | 'shift'>): string =>
  `${measure.name} ${measure.worse === 'up' ? 'rose' : 'fell'} from ${figure(shift.before, measure)} to ${figure(shift.after, measure)}`

export const momentOf = (at: number): string => new Date(at).toISOString().replace(/\.\d+Z$/, 'Z')

export const shiftEvidence = (route: RouteCalls, worse: Pick<Worse, 'measure' | 'shift'>): Evidence => ({
  source: `calls of ${route.namespace}/${route.route}`,
  detail: `${moved(worse)} at ${momentOf(worse.shift.at)} (${counts(worse.shift)}, ${worse.shift.z.toFixed(1)} standard errors)`,
})

const counts = ({ countBefore, countAfter }: Shift): string =>
  `${countBefore} calls before, ${countAfter} after`

export const nameOf = ({ namespace, route }: Pick<RouteCalls, 'namespace' | 'route'>): string =>
  `${namespace}/${route}`

/** `12 of 40 calls (30 %)`. */
export const part = (some: number, all: number): string =>
  `${some} of ${all} (${all === 0 ? 0 : Math.round((100 * some) / all)} %)`
