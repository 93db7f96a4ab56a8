import { parseQuantity } from '../../lib/quantity.ts'
import type { Container } from '../drafts/containers.ts'
import type { Declared } from '../drafts/declared.ts'
import { Edit } from '../drafts/edit.ts'
import { valueAt } from '../drafts/pointer.ts'
import { cpuText, memoryText } from '../drafts/quantity.ts'
import type { Kills } from '../evidence/kills.ts'
import type { Usage } from '../evidence/usage.ts'
import type { Sizes } from './sizes.ts'

/** What was found of a container, and what it leads to. */
export interface Sizing {
  declared: Declared
  container: Container
  usage: Usage
  kills: Kills
  now: Sizes
  sizes: Sizes
}

export function declaredSizes({ declared }: Container): Sizes {
  const at = (path: string) => parseQuantity(valueAt(declared, `/resources/${path}`))
  const [cpuRequest, cpuLimit] = [at('requests/cpu'), at('limits/cpu')]
  const [memoryRequest, memoryLimit] = [at('requests/memory'), at('limits/memory')]
  return {
    ...(cpuRequest !== undefined && { cpuRequest }),
    ...(cpuLimit !== undefined && { cpuLimit }),
    ...(memoryRequest !== undefined && { memoryRequest }),
    ...(memoryLimit !== undefined && { memoryLimit }),
  }
}

const fields = [
  { field: 'cpuRequest', path: 'requests/cpu', words: 'CPU request', text: cpuText },
  { field: 'cpuLimit', path: 'limits/cpu', words: 'CPU limit', text: cpuText },
  { field: 'memoryRequest', path: 'requests/memory', words: 'memory request', text: memoryText },
  { field: 'memoryLimit', path: 'limits/memory', words: 'memory limit', text: memoryText },
] as const

/** Less than this is no change worth a restart of every pod (VPA's `podUpdateThreshold` of 10 %). */
const worth = 0.1

export const changesOf = ({ now, sizes }: Sizing) =>
  fields.flatMap(one => {
    const [before, after] = [now[one.field], sizes[one.field]]
    if (after === undefined || before === after) return []
    // Memory that is lower than what it must hold is raised however little is missing.
    const mustHold = one.field.startsWith('memory') && after > (before ?? 0)
    const small = before !== undefined && Math.abs(after - before) < worth * before && !mustHold
    return small ? [] : [{ ...one, before, after }]
  })

export function editOf(sizing: Sizing): Edit {
  const edit = new Edit(sizing.declared.object)
  const changes = changesOf(sizing)
  if (changes.length > 0) edit.test(`${sizing.container.path}/name`)
  for (const { path, text, after } of consistent(changes, sizing))
    edit.set(`${sizing.container.path}/resources/${path}`, text(after))
  return edit
}

/** A request is never above its limit: where one is left as it is, the other keeps to it. */
export function consistent(changes: ReturnType<typeof changesOf>, { now }: Sizing) {
  const limitOf = { cpuRequest: 'cpuLimit', memoryRequest: 'memoryLimit' } as const
  return changes.map(change => {
    if (change.field !== 'cpuRequest' && change.field !== 'memoryRequest') return change
    const limitField = limitOf[change.field]
    const limit = changes.find(({ field }) => field === limitField)?.after ?? now[limitField]
    return limit !== undefined && change.after > limit ? { ...change, after: limit } : change
  })
}
