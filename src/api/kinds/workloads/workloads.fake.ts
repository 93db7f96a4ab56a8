import type { Kind, Resource } from '../../kind.ts'
import { workloadKinds } from './index.ts'

type Json = Record<string, unknown>

export const kindOf = (name: string): Kind => {
  const kind = workloadKinds.find(one => one.kind === name)
  if (!kind) throw new Error(`no kind ${name}`)
  return kind
}

/** The kind's example with a value put at a path such as `spec.template.spec.containers.0.image`. */
export function changed(name: string, changes: Record<string, unknown>): Resource {
  const object = structuredClone(kindOf(name).example) as Json
  for (const [path, value] of Object.entries(changes)) {
    const steps = path.split('.')
    const last = steps.pop() ?? ''
    let at = object
    for (const step of steps) {
      at[step] ??= {}
      at = at[step] as Json
    }
    if (value === undefined) delete at[last]
    else at[last] = value
  }
  return object as unknown as Resource
}
