import { apiVersionOf, isKubernetes, type Kind, resourceOf } from '../api/kind.ts'
import type { Behaviour } from './behaviours/behaviour.ts'
import { namespace } from './behaviours/namespace.ts'
import { secret } from './behaviours/secret.ts'

/** A kind with what the server has to know beyond its definition. */
export interface ServedKind {
  kind: Kind
  apiVersion: string
  /** Name in the store, such as `prompts.keelway.dev`. */
  resource: string
  namespaced: boolean
  subresources: readonly string[]
  /**
   * Whether it is one of Kubernetes' own. These take strategic merge patches, bodies without apiVersion and kind, and
   * updates without resourceVersion; all others are as custom resources.
   */
  builtIn: boolean
  /** Whether metadata.generation counts changes of what is wanted. */
  counted: boolean
  /** Whether a PUT to an absent name creates the object. */
  createOnUpdate: boolean
  encrypted: boolean
  behaviour: Behaviour
}

/** How Kubernetes treats its own kinds (pkg/registry/core, coordination); all others follow custom resources. */
const builtIn: Record<string, Partial<ServedKind>> = {
  namespaces: { subresources: ['finalize', 'status'], behaviour: namespace },
  secrets: { encrypted: true, behaviour: secret },
  configmaps: {},
  events: { createOnUpdate: true },
  'leases.coordination.k8s.io': { createOnUpdate: true },
}

/** The kinds of Kubernetes' own whose strategies count generations (pkg/registry). */
const counted = new Set(
  (
    'pods deployments.apps statefulsets.apps daemonsets.apps replicasets.apps jobs.batch cronjobs.batch ' +
    'ingresses.networking.k8s.io networkpolicies.networking.k8s.io poddisruptionbudgets.policy ' +
    'endpointslices.discovery.k8s.io validatingadmissionpolicies.admissionregistration.k8s.io ' +
    'validatingadmissionpolicybindings.admissionregistration.k8s.io'
  ).split(' '),
)

export function servedKind(kind: Kind): ServedKind {
  const resource = resourceOf(kind)
  const own = isKubernetes(kind)
  return {
    kind,
    apiVersion: apiVersionOf(kind),
    resource,
    namespaced: kind.scope === 'Namespaced',
    subresources: kind.status ? ['status'] : [],
    builtIn: own,
    counted: !own || counted.has(resource),
    createOnUpdate: false,
    encrypted: false,
    behaviour: {},
    ...builtIn[resource],
  }
}

/** The kinds a server has, by path and by the names other objects use for them. */
export interface Registry {
  all: readonly ServedKind[]
  byPath(group: string, version: string, plural: string): ServedKind | undefined
  byReference(apiVersion: string, kind: string): ServedKind | undefined
}

export function registryOf(kinds: readonly Kind[]): Registry {
  const all = kinds.map(servedKind)
  const paths = new Map(all.map(served => [`${served.apiVersion}/${served.kind.plural}`, served]))
  const references = new Map(all.map(served => [`${served.apiVersion}/${served.kind.kind}`, served]))
  return {
    all,
    byPath: (group, version, plural) =>
      paths.get(group ? `${group}/${version}/${plural}` : `${version}/${plural}`),
    byReference: (apiVersion, kind) => references.get(`${apiVersion}/${kind}`),
  }
}
