import { merged } from '../cluster/merge.ts'
import type { ObservedObject } from './observed.ts'

const ranks = { read: 0, described: 1, tabled: 2 } as const

/**
 * One object of all that tell of it: what was read goes before what was described, and that before tables; of two
 * alike the one that comes last is newer. Text in a file of manifests may not name the namespace.
 */
export function joined(all: readonly ObservedObject[]): ObservedObject[] {
  const byName = new Map<string, { each: ObservedObject; at: number }[]>()
  for (const [at, each] of all.entries()) {
    const { kind, metadata } = each.object
    const key = [kind, metadata.namespace ?? '', metadata.name].join('\n')
    const found = byName.get(key)
    if (found) found.push({ each, at })
    else byName.set(key, [{ each, at }])
  }
  return [...byName]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, same]) => {
      const ordered = same
        .sort((a, b) => ranks[a.each.from] - ranks[b.each.from] || b.at - a.at)
        .map(({ each }) => each)
      const [first] = ordered as [ObservedObject]
      if (ordered.length === 1) return first
      return {
        ...first,
        object: ordered
          .map(({ object }) => object)
          .reduce((joint, object) => merged(joint, object) as ObservedObject['object']),
        files: [...new Set(ordered.flatMap(({ files }) => files))],
      }
    })
}
