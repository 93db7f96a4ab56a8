import type { Case, Channel, Finding } from '../channel.ts'
import { type Cluster, clusterOf, nameOf } from '../cluster.ts'
import { observedObjects } from '../observed/observed.ts'
import type { Place, Suspicion } from './analyzer.ts'
import { analyzers } from './analyzers.ts'
import { type Focus, focusOf } from './focus.ts'
import { logLines } from './log-lines.ts'
import { applies } from './remedies.ts'
import { healthOf, type View, viewOf } from './view.ts'

const most = { findings: 200, evidence: 12, statement: 1000 } as const

/** Of a symptom whose cause another analyzer found, how much of its odds remain. */
const explained = 0.25
/** How much more likely an assumption is where the incident shows as it would. */
const shown = 6
/** Next to a cause of the same object, what is weaker than this is no evidence but noise. */
const noise = 0.1
/** What is seen says less than why; no symptom is stronger than this. */
const mostOfSymptom = 0.45
/** Where something is found of what the incident names, how much of their odds others keep. */
const beside = 0.08
/** A cause that explains a symptom is at least this strong. */
const explaining = 0.4

/** Objects of Kubernetes and their Events, looked at by every analyzer. */
export const kubernetes: Channel = {
  name: 'kubernetes',
  look(evidence) {
    const view = viewOfCase(evidence)
    const focus = focusOf(evidence, view)
    const weighed = analyzers
      .flatMap(analyzer => [...analyzer.look(view)])
      .map(suspicion => mendable(suspicion, view))
      .flatMap(suspicion => withdrawn(suspicion, view) ?? weighedBy(focus, view, suspicion))
    const findings = settled(focused(weighed, focus))
      .map(findingOf)
      .sort(
        (a, b) =>
          b.strength - a.strength ||
          order(a.cause.name, b.cause.name) ||
          order(a.rule, b.rule) ||
          order(a.statement, b.statement),
      )
    return { findings: findings.slice(0, most.findings) }
  },
}

export const viewOfCase = (evidence: Case): View =>
  viewOf(clusterOfCase(evidence), {
    calls: evidence.topology.calls,
    linesWith: logLines(evidence),
    notServed: observedObjects(evidence).notServed,
  })

export function clusterOfCase(evidence: Case): Cluster {
  const { cluster, events, incident } = evidence
  const { objects, listings, absent, events: printed } = observedObjects(evidence)
  const files = new Map(cluster.events.map(({ event, file }) => [event.key, file]))
  return clusterOf({
    objects: objects.map(({ object, from, files: [file = ''] }) => ({
      object,
      file,
      ...(from !== 'read' && { live: true }),
    })),
    events: [
      ...events.map(event => ({ event, file: files.get(event.key) ?? 'events' })),
      ...printed.map(event => ({ event: eventRecordOf(event, incident.detectedAt ?? 0), file: event.file })),
    ],
    complete: [...listings, ...evidence.complete.map(kind => ({ kind }))],
    absent,
    ...(incident.detectedAt !== undefined && { at: incident.detectedAt }),
  })
}

type PrintedEvent = ReturnType<typeof observedObjects>['events'][number]
const eventRecordOf = (
  { about, type, reason, message, at }: PrintedEvent,
  unknownAt: number,
): Case['events'][number] => ({
  kind: 'event',
  resource: { service: '' },
  at: at ?? unknownAt,
  source: 'kubernetes',
  severity: type === 'Warning' ? 'warning' : 'info',
  ...{ reason, message, count: 1, key: '' },
  attributes: { 'k8s.object': [about.kind, about.namespace, about.name].filter(Boolean).join('/') },
})

/** Texts tell of an object in other words than it has; a patch must fit the object itself. */
function mendable(suspicion: Suspicion, { cluster }: View): Suspicion {
  const { remedy, ...rest } = suspicion
  return remedy && !applies(cluster, remedy) ? rest : suspicion
}

/** What looks wrong in a workload that is seen to do well does not harm it. */
function withdrawn({ observed, outside, object, explains }: Suspicion, view: View): [] | undefined {
  if (observed || outside) return undefined
  const workloads = [object, ...(explains ?? [])].flatMap(place => view.ownerOf(place) ?? [])
  return workloads.length > 0 && workloads.every(one => healthOf(one) === 'healthy') ? [] : undefined
}

function weighedBy(focus: Focus, view: View, suspicion: Suspicion): Suspicion[] {
  const { object, explains = [], strength, observed } = suspicion
  const places: Place[] = [object, ...explains]
  const { fits, factor } = focus.ofClass(suspicion.class)
  const fault = fits && suspicion.assumed ? shown : observed ? Math.max(1, factor) : factor
  const weighed = times(strength, focus.about(places) * fault)
  const owned = explains.flatMap(place => view.ownerOf(place) ?? [])
  return [
    {
      ...suspicion,
      strength: suspicion.symptom ? Math.min(weighed, mostOfSymptom) : weighed,
      explains: distinct([...explains, ...owned]),
    },
  ]
}

/** Where something is wrong with what the incident names, other faults are likely of another incident and go after it. */
function focused(suspicions: readonly Suspicion[], focus: Focus): Suspicion[] {
  const isNamed = ({ object, explains = [] }: Suspicion) => [object, ...explains].some(focus.names)
  const best = Math.max(0, ...suspicions.filter(isNamed).map(({ strength }) => strength))
  if (best < explaining) return [...suspicions]
  return suspicions.map(one =>
    isNamed(one) ? one : { ...one, strength: Math.min(times(one.strength, beside), best * 0.9) },
  )
}

/** The share of which the odds are multiplied. */
const times = (share: number, factor: number): number => {
  const odds = (share / (1 - share)) * factor
  return odds / (1 + odds)
}

const distinct = (places: readonly Place[]): Place[] => [
  ...new Map(
    places.map(({ kind, namespace, name }) => [nameOf({ kind, namespace, name }), { kind, namespace, name }]),
  ).values(),
]

/** A symptom gives way to a cause that explains it, and lends it what was seen. */
function settled(suspicions: readonly Suspicion[]): Suspicion[] {
  const once = [
    ...new Map(suspicions.map(one => [`${one.rule}\n${nameOf(one.object)}\n${one.statement}`, one])).values(),
  ]
  const causes = new Set(
    once
      .filter(({ symptom, strength }) => !symptom && strength >= explaining)
      .flatMap(({ object, explains = [] }) => [object, ...explains].map(nameOf)),
  )
  const blamed = new Set(
    once.filter(({ strength }) => strength >= explaining).map(({ object }) => nameOf(object)),
  )
  const told = once.filter(({ strength, object }) => strength >= noise || !blamed.has(nameOf(object)))
  return told.map(one => {
    const places = [one.object, ...(one.explains ?? [])]
    if (!one.symptom || !places.some(place => causes.has(nameOf(place)))) return one
    return { ...one, strength: times(one.strength, explained) }
  })
}

const findingOf = ({
  object,
  explains = [],
  symptom: _symptom,
  outside: _outside,
  assumed: _assumed,
  ...suspicion
}: Suspicion): Finding => ({
  ...suspicion,
  cause: { kind: 'resource', name: nameOf(object) },
  statement: bounded(suspicion.statement),
  strength: Math.round(Math.min(suspicion.strength, 0.99) * 1000) / 1000,
  evidence: suspicion.evidence.slice(0, most.evidence),
  ...(explains.length > 0 && { explains: namesOf(explains) }),
})

/** Objects as such, and the services that workloads are known as. */
const namesOf = (places: readonly Place[]): string[] =>
  [...new Set(places.flatMap(place => [nameOf(place), place.name]))].sort()

const bounded = (statement: string): string =>
  statement.length <= most.statement ? statement : `${statement.slice(0, most.statement - 2)}….`

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
