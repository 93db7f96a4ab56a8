import { isAlreadyExists } from '../../api/errors.ts'
import { apiVersionOf } from '../../api/kind.ts'
import { Namespace } from '../../api/kinds/core.ts'
import { Incident } from '../../api/kinds/incident.ts'
import type { SignalStore } from '../../telemetry/signals/signal-store.ts'
import { type Episode, episodesOf, symptomSources } from '../../telemetry/symptoms/episode.ts'
import { group } from '../../telemetry/symptoms/grouping.ts'
import { type Related, relatedBy } from '../../telemetry/symptoms/neighbourhood.ts'
import { type Context, done, type Reconciler, requeueIn } from '../runtime/reconciler.ts'
import { incidentName, knownIncident, specOf } from './description.ts'

/** Where incidents live whose symptoms name no Namespace that exists; whose reconcile looks at all symptoms. */
const HOME = 'default'
const lookMs = 5000
/** Symptoms that began longer ago and go on are in an incident. */
const rememberedMs = 7 * 86_400_000
const mostEvents = 10_000
/** Who calls whom moves slowly. */
const graphMs = 60_000
const graphWindowMs = 3_600_000

/**
 * Opens Incidents for symptoms that signals tell of, and keeps what stands in them of their symptoms in line. Names
 * come from the first symptom, so that what is done twice is done once.
 */
export function incidentOpener({
  signals,
}: {
  signals: Pick<SignalStore, 'events' | 'serviceGraph'>
}): Reconciler<typeof Namespace> {
  let graph: { at: number; related: Related } | undefined

  const relatedAt = async (now: number): Promise<Related> => {
    if (graph && now - graph.at < graphMs) return graph.related
    const edges = await signals.serviceGraph({ from: now - graphWindowMs, to: now })
    graph = { at: now, related: relatedBy(edges) }
    return graph.related
  }

  return {
    name: 'incident-opener',
    kind: Namespace,
    conditions: false,
    async reconcile({ metadata }, context) {
      if (metadata.name !== HOME) return done
      const now = context.clock.now()
      const episodes = await episodesAt(signals, now)
      if (episodes.length === 0) return requeueIn(lookMs)
      const namespaces = context.informer(Namespace)
      const homeOf = ({ toldIn, namespace }: Episode): string =>
        [toldIn, namespace].find(name => name !== undefined && namespaces.get(name)) ?? HOME
      const incidents = context.informer(Incident).list().map(knownIncident)
      const related = await relatedAt(now)
      const { opened, changed } = group(episodes, incidents, { now, related, homeOf })
      for (const { home, symptoms } of opened) await open(context, home, symptoms)
      for (const { id, symptoms } of changed) await change(context, id, symptoms)
      return requeueIn(lookMs)
    },
  }
}

async function episodesAt(signals: Pick<SignalStore, 'events'>, now: number): Promise<Episode[]> {
  const window = { from: now - rememberedMs, to: now + 60_000 }
  const told = await Promise.all(
    symptomSources.map(source => signals.events({ source, window, limit: mostEvents })),
  )
  return episodesOf(told.flat())
}

async function open({ client }: Context, home: string, symptoms: Episode[]): Promise<void> {
  const [first] = symptoms
  if (!first) return
  try {
    await client.create(Incident, {
      apiVersion: apiVersionOf(Incident),
      kind: 'Incident',
      metadata: { name: incidentName(first), namespace: home },
      spec: specOf(symptoms),
    })
  } catch (error) {
    // Opened before, by a call whose end nobody saw; the cache will show it.
    if (!isAlreadyExists(error)) throw error
  }
}

async function change({ client, informer }: Context, id: string, symptoms: Episode[]): Promise<void> {
  const [namespace = '', name = ''] = id.split('/')
  const incident = informer(Incident).get(name, namespace)
  if (!incident) return
  const { resourceVersion } = incident.metadata
  const { title: _, startedAt: __, ...spec } = specOf(symptoms, incident.spec.severity)
  await client.patch(Incident, name, namespace, { metadata: { resourceVersion }, spec })
}
