import type { Kind } from '../api/kind.ts'
import { Namespace } from '../api/kinds/core.ts'
import { Delivery } from '../api/kinds/delivery.ts'
import { Incident } from '../api/kinds/incident.ts'
import { Model } from '../api/kinds/model.ts'
import { ModelProvider } from '../api/kinds/model-provider.ts'
import { ModelRoute } from '../api/kinds/model-route.ts'
import { Prompt } from '../api/kinds/prompt.ts'
import { RouteRelease } from '../api/kinds/route-release.ts'
import type { Client } from '../client/client.ts'
import type { SkillContext } from './skill.ts'
import type { KnownNames } from './slots/names.ts'

/** What a question may name in a namespace. */
export interface Known {
  names: KnownNames
  /** `Kind/namespace/name` of objects by their name in lower case; sorted. */
  objects: Readonly<Record<string, readonly string[]>>
}

const most = 2_000
const dayMs = 86_400_000
/** Kinds that run containers, the usual ones first: a name of several is the first of them. */
const workloads = ['Deployment', 'StatefulSet', 'DaemonSet', 'CronJob', 'Job', 'Pod']

/** Reads them: objects of the server and of what Git declares, and services that sent signals in the last day. */
export async function readKnown(
  { client, signals }: { client: Client; signals: Pick<SkillContext['signals'], 'top'> },
  namespace: string,
  now: number,
): Promise<Known> {
  const list = async <K extends Kind>(kind: K) => (await client.list(kind, { namespace })).items
  const named = async (kind: Kind) => sorted((await list(kind)).map(({ metadata }) => metadata.name))
  const incidents = await list(Incident)
  const deliveries = await list(Delivery)
  const declared = deliveries.flatMap(({ status }) => status?.inventory ?? [])
  const traced = await signals.top({
    of: 'services',
    measure: 'count',
    window: { from: now - dayMs, to: now + 1 },
    limit: most,
  })
  const objects = new Map<string, string[]>()
  const ranked = declared.toSorted(
    (a, b) => rankOf(a.kind) - rankOf(b.kind) || (a.name + a.kind < b.name + b.kind ? -1 : 1),
  )
  for (const { kind, name, namespace: place = namespace } of ranked) {
    const key = name.toLowerCase()
    objects.set(key, [...(objects.get(key) ?? []), `${kind}/${place}/${name}`])
  }
  const told = incidents.flatMap(({ spec }) => [
    ...spec.services,
    ...spec.symptoms.map(({ service }) => service),
  ])
  const declaredServices = declared.filter(({ kind }) => kind === 'Service').map(({ name }) => name)
  return {
    names: {
      services: sorted([...traced.map(({ key }) => key), ...told, ...declaredServices]),
      workloads: sorted(declared.filter(({ kind }) => workloads.includes(kind)).map(({ name }) => name)),
      routes: await named(ModelRoute),
      prompts: await named(Prompt),
      releases: await named(RouteRelease),
      models: await named(Model),
      deliveries: sorted(deliveries.map(({ metadata }) => metadata.name)),
      providers: await named(ModelProvider),
      namespaces: sorted((await client.list(Namespace)).items.map(({ metadata }) => metadata.name)),
      incidents: sorted(incidents.map(({ metadata }) => metadata.name)),
    },
    objects: Object.fromEntries(objects),
  }
}

const rankOf = (kind: string): number => {
  const rank = workloads.indexOf(kind)
  return rank < 0 ? workloads.length : rank
}

/** A name that a program could not say is none: others send them. */
const sorted = (names: readonly string[]): string[] =>
  [...new Set(names)]
    .filter(name => /^[A-Za-z0-9][A-Za-z0-9._/:-]{0,252}$/.test(name))
    .sort()
    .slice(0, most)
