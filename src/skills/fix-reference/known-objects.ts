import type { Declared } from '../drafts/declared.ts'
import { apiVersionOfKind, isClusterScoped } from '../drafts/object-name.ts'
import type { SkillContext } from '../skill.ts'

/** Objects that references may mean. */
export interface KnownObjects {
  declared: readonly Declared[]
  /** `false`: not there. `undefined`: nobody could say. */
  exists(kind: string, name: string, namespace: string | undefined): Promise<boolean | undefined>
  names(kind: string, namespace: string | undefined): string[]
  find(kind: string, name: string, namespace: string | undefined): Declared | undefined
}

/** Kinds that are looked up on the server as well; never Secrets, whose values are nobody's business here. */
export const liveKinds = [
  ...['ConfigMap', 'Service', 'ServiceAccount', 'PersistentVolumeClaim', 'StorageClass', 'IngressClass'],
  ...['PriorityClass', 'Deployment', 'StatefulSet', 'Role', 'ClusterRole', 'Gateway'],
  ...['Prompt', 'ModelProvider', 'Model', 'Dataset', 'Evaluation', 'Guardrail', 'ModelRoute'],
] as const

/** What every namespace or cluster has without anyone declaring it. */
const always: Readonly<Record<string, readonly string[]>> = {
  ServiceAccount: ['default'],
  ConfigMap: ['kube-root-ca.crt'],
  PriorityClass: ['system-cluster-critical', 'system-node-critical'],
  ClusterRole: ['admin', 'edit', 'view', 'cluster-admin'],
}

export function knownObjects(
  declared: readonly Declared[],
  { objects }: Pick<SkillContext, 'objects'>,
): KnownObjects {
  const here = (kind: string, namespace: string | undefined) =>
    declared.filter(
      ({ reference }) =>
        reference.kind === kind && (isClusterScoped(kind) || reference.namespace === namespace),
    )
  return {
    declared,
    names: (kind, namespace) => here(kind, namespace).map(({ reference }) => reference.name),
    find: (kind, name, namespace) => here(kind, namespace).find(({ reference }) => reference.name === name),
    async exists(kind, name, namespace) {
      if (
        always[kind]?.includes(name) ||
        here(kind, namespace).some(({ reference }) => reference.name === name)
      )
        return true
      const apiVersion = apiVersionOfKind(kind)
      const live = apiVersion !== undefined && liveKinds.some(one => one === kind)
      if (live && (await objects.findNamed(apiVersion, kind, name, namespace))) return true
      // What clusters bring along is rarely in Git, and Secrets are made by others.
      return isClusterScoped(kind) || kind === 'Secret' ? undefined : false
    },
  }
}
