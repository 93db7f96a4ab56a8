import type { Case } from '../channel.ts'
import { compare } from './series.ts'
import type { Traces } from './traces.ts'

/** Who calls whom, as declared and as seen in traces. */
export interface Graph {
  callees: ReadonlyMap<string, ReadonlySet<string>>
  callers: ReadonlyMap<string, ReadonlySet<string>>
}

const none: ReadonlySet<string> = new Set()

export function graphOf({ topology }: Pick<Case, 'topology'>, traces: Traces): Graph {
  const callees = new Map<string, Set<string>>()
  const callers = new Map<string, Set<string>>()
  const add = (from: string, to: string): void => {
    if (from === to || from === '' || to === '') return
    into(callees, from).add(to)
    into(callers, to).add(from)
  }
  for (const { from, to } of topology.calls) add(from, to)
  for (let i = 0; i < traces.count; i++) {
    const parent = traces.parent[i] ?? -1
    if (parent >= 0 && traces.service[parent] !== traces.service[i])
      add(traces.serviceOf(parent), traces.serviceOf(i))
  }
  return { callees, callers }
}

function into(sets: Map<string, Set<string>>, key: string): Set<string> {
  const found = sets.get(key)
  if (found) return found
  const made = new Set<string>()
  sets.set(key, made)
  return made
}

export const calleesOf = ({ callees }: Graph, service: string): ReadonlySet<string> =>
  callees.get(service) ?? none

/** Services that a service reaches by calls through others that pass, nearest first; without itself. */
export function reachedFrom(graph: Graph, start: string, passes: (service: string) => boolean): string[] {
  const found = new Set([start])
  for (const service of found)
    for (const callee of [...calleesOf(graph, service)].sort(compare)) if (passes(callee)) found.add(callee)
  found.delete(start)
  return [...found]
}
