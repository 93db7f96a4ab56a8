import type { Case } from '../../channel.ts'
import { alertedMetrics, alertSayings } from './alert-sayings.ts'
import { logSayings } from './log-sayings.ts'
import { shiftsOf } from './metric-shifts.ts'
import { kindsShown } from './metric-signs.ts'
import { kindsSaid } from './phrases.ts'
import { printedPatterns } from './printed-patterns.ts'
import { fanOut, spanSayings } from './span-sayings.ts'
import type { Saying, Shift, Symptom, SymptomKind, Symptoms } from './symptom.ts'

const most = { detail: 300, sayings: 300 } as const
/** Of the weight of a metric or sentence, what the first kind and each further one gets. */
const further = 0.75
/** Kinds that nearly everything says; they count less than what says more. */
const vague: ReadonlySet<SymptomKind> = new Set(['error', 'latency', 'timeout', 'traffic-down', 'traffic-up'])

/** What shows in a case: from metrics, logs, traces, alerts, events and what was printed. The same for the same case. */
export function symptomsOf(evidence: Case): Symptoms {
  const { incident } = evidence
  const noticed = incident.startedAt ?? incident.detectedAt
  const shifts = shiftsOf(evidence.tables, noticed)
  const alerted = alertedMetrics(evidence)
  const { risen, faded } = printedPatterns(evidence)
  const sayings = [
    ...risen,
    ...logSayings(evidence.logs, noticed),
    ...spanSayings(evidence.spans),
    ...alertSayings(evidence),
  ].slice(0, most.sayings)
  const symptoms = [
    ...shifts.flatMap(shift => symptomsShown(shift, alerted)),
    ...sayings.flatMap(symptomsSaid),
    ...faded.map(({ service, source, text }) =>
      symptom('traffic-down', service, 0.3, source, `fewer: ${text}`),
    ),
    ...fanOut(evidence.spans, noticed),
  ]
  const all = strongest(symptoms)
  const onset = onsetOf(evidence, shifts, sayings)
  return {
    ...{ all, kinds: kindsOf(all), sayings, shifts, suffering: sufferingOf(evidence, shifts, sayings) },
    ...(onset && { onset }),
  }
}

/** What somebody set an alert on is wrong when it moved, whatever its name means. */
const unnamed: readonly SymptomKind[] = ['wrong-data', 'error']

function symptomsShown(
  { metric, direction, service, weight, at, source, before, after }: Shift,
  alerted: ReadonlySet<string>,
): Symptom[] {
  const detail = `${metric} ${shown(before)} → ${shown(after)}`
  const kinds = kindsShown(metric, direction)
  return (kinds.length === 0 && alerted.has(metric) ? unnamed : kinds).map((kind, index) => ({
    ...symptom(kind, service, weight * further ** index, source, detail),
    at,
  }))
}

function symptomsSaid({ text, service, weight, source, at, count }: Saying): Symptom[] {
  const kinds = kindsSaid(text)
  const telling = kinds.filter(kind => !vague.has(kind))
  const detail = `${count > 1 ? `${count} × ` : ''}${text}`
  return kinds.map(kind => {
    const share = vague.has(kind) && telling.length > 0 ? 0.5 : 1
    return { ...symptom(kind, service, weight * share, source, detail), ...(at !== undefined && { at }) }
  })
}

const symptom = (
  kind: SymptomKind,
  service: string,
  weight: number,
  source: string,
  detail: string,
): Symptom => ({
  ...{ kind, service, weight, source, detail: detail.slice(0, most.detail) },
})

export const shown = (value: number): string => String(Number(value.toPrecision(4)))

function strongest(symptoms: readonly Symptom[]): Symptom[] {
  const kept = new Map<string, Symptom>()
  for (const one of symptoms) {
    const key = `${one.kind}\n${one.service}`
    const known = kept.get(key)
    if (!known || one.weight > known.weight) kept.set(key, { ...one, ...earlier(known, one) })
    else Object.assign(known, earlier(known, one))
  }
  return [...kept.values()].sort(
    (a, b) => b.weight - a.weight || order(a.kind, b.kind) || order(a.service, b.service),
  )
}

function earlier(a: Symptom | undefined, b: Symptom): { at?: number } {
  const at = Math.min(a?.at ?? Number.POSITIVE_INFINITY, b.at ?? Number.POSITIVE_INFINITY)
  return Number.isFinite(at) ? { at } : {}
}

function kindsOf(all: readonly Symptom[]): Map<SymptomKind, number> {
  const kinds = new Map<SymptomKind, number>()
  for (const { kind, weight } of all) kinds.set(kind, Math.max(kinds.get(kind) ?? 0, weight))
  return kinds
}

/** The reporter and those alerted fully; others by what is seen of them. */
function sufferingOf(
  evidence: Case,
  shifts: readonly Shift[],
  sayings: readonly Saying[],
): Map<string, number> {
  const suffering = new Map<string, number>()
  const add = (service: string, weight: number) => {
    if (service !== '') suffering.set(service, Math.max(suffering.get(service) ?? 0, weight))
  }
  add(evidence.incident.service ?? '', 1)
  for (const service of evidence.incident.services ?? []) add(service, 0.8)
  for (const alert of evidence.incident.alerts) if (typeof alert.service === 'string') add(alert.service, 1)
  for (const { service, metric, direction, weight } of shifts)
    if (kindsShown(metric, direction).length > 0) add(service, 0.9 * weight)
  for (const { service, weight } of sayings) add(service, 0.8 * weight)
  return suffering
}

/**
 * first: when anything began; sure: when what was alerted began, after which no change can be the cause.
 */
function onsetOf(evidence: Case, shifts: readonly Shift[], sayings: readonly Saying[]): Symptoms['onset'] {
  const { incident } = evidence
  const alerted = alertedMetrics(evidence)
  const told = shifts.filter(
    ({ metric, direction, weight }) =>
      weight >= 0.6 &&
      (alerted.has(metric) ||
        kindsShown(metric, direction).some(kind => kind !== 'traffic-up' && kind !== 'traffic-down')),
  )
  const sure = earliest(
    told.filter(({ metric, service }) => alerted.has(metric) && (incident.service ?? service) === service),
  )
  const spoken = sayings.filter(({ weight, source }) => weight >= 0.8 && source.startsWith('logs/'))
  const begins = [...told, ...spoken.map(one => ({ at: one.at ?? Number.NaN, source: one.source }))].filter(
    ({ at }) => !Number.isNaN(at),
  )
  const first = earliest(begins)
  const fallback = incident.startedAt ?? incident.detectedAt
  if (incident.startedAt !== undefined)
    return { first: incident.startedAt, sure: incident.startedAt, source: 'incident.json' }
  if (!first)
    return fallback === undefined ? undefined : { first: fallback, sure: fallback, source: 'incident.json' }
  const bound = Math.max(first.at, sure?.at ?? Math.min(fallback ?? first.at, laterOf(begins)))
  return { first: first.at, sure: bound, source: first.source }
}

/** Without the alerted metric: the median of the beginnings. */
function laterOf(begins: readonly { at: number }[]): number {
  const times = begins.map(({ at }) => at).sort((a, b) => a - b)
  return times[times.length >> 1] ?? 0
}

const earliest = <T extends { at: number }>(items: readonly T[]): T | undefined =>
  items.reduce<T | undefined>((best, one) => (best === undefined || one.at < best.at ? one : best), undefined)

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
