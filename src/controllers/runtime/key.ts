export interface ObjectName {
  name: string
  namespace?: string | undefined
}

/** `namespace/name`, or `/name` for cluster-scoped objects: the queue's key. */
export const keyOf = ({ name, namespace }: ObjectName): string => `${namespace ?? ''}/${name}`

export function nameOf(key: string): { name: string; namespace?: string } {
  const slash = key.indexOf('/')
  const name = key.slice(slash + 1)
  return slash === 0 ? { name } : { name, namespace: key.slice(0, slash) }
}
