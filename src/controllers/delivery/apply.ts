import { isConflict } from '../../api/errors.ts'
import type { Resource } from '../../api/kind.ts'
import { source } from '../../api/source.ts'
import type { Context } from '../runtime/reconciler.ts'
import { type Difference, same, threeWay, valueAt } from './merge.ts'
import { lastApplied, stamped } from './record.ts'
import { ownerOf } from './reference.ts'
import type { Reader, Target } from './target.ts'

export interface ApplyOptions {
  context: Context
  reader: Reader
  /** `namespace/name` of the Delivery. */
  delivery: string
  revision: string
  /** The object was applied at this very revision before, so whatever differs was changed by someone else. */
  appliedBefore: boolean
  /** Whether drift of this object is to be set back. */
  correct: boolean
  /** Why the object is another Delivery's, or undefined when it is free. */
  contested(live: Resource): string | undefined
}

export type Applied = {
  result: 'created' | 'updated' | 'unchanged' | 'contested' | 'missing'
  message?: string
  drift: Difference[]
  /** The object as it was found. */
  live?: Resource
}

const ATTEMPTS = 3

/** Brings one object in line with Git, with at most one write; none when it already is. */
export async function applyTarget(target: Target, options: ApplyOptions): Promise<Applied> {
  const cached = await options.reader.cached(target)
  if (cached && planFor(target, cached, options).nothingToDo) return { result: 'unchanged', drift: [] }
  for (let attempt = 1; ; attempt++) {
    try {
      // Read again, since the cache may be older than what the last call wrote.
      const live = await options.reader.live(target)
      return live ? await applyTo(target, live, options) : await create(target, options)
    } catch (error) {
      if (!isConflict(error) || attempt === ATTEMPTS) throw error
    }
  }
}

async function create(target: Target, options: ApplyOptions): Promise<Applied> {
  const { delivery, revision, appliedBefore, correct, context } = options
  const drift: Difference[] = appliedBefore
    ? [{ field: '(object)', live: undefined, wanted: 'present', cause: 'drift' }]
    : []
  if (appliedBefore && !correct) return { result: 'missing', drift }
  const wanted = stamped(target.resource, { delivery, revision, file: target.file })
  await context.client.dynamic.create(target.location, wanted)
  return { result: 'created', drift }
}

async function applyTo(target: Target, live: Resource, options: ApplyOptions): Promise<Applied> {
  const contested = options.contested(live)
  if (contested !== undefined) return { result: 'contested', message: contested, drift: [], live }
  if (live.metadata.deletionTimestamp !== undefined)
    throw new Error('it is being deleted; it is made again when it is gone')
  const { dynamic } = options.context.client
  let plan = planFor(target, live, options)
  if (plan.nothingToDo) return { result: 'unchanged', drift: [] }
  let drift = plan.differences.filter(({ cause }) => cause === 'drift')
  if (drift.length > 0) {
    // What the server would make of the wanted value may be what is there: a default, or another spelling.
    const all = planFor(target, live, { ...options, correct: true })
    const stored = await dynamic.update(target.location, all.next, { dryRun: true })
    drift = drift.filter(({ field }) => !same(valueAt(stored, field), valueAt(live, field)))
    const settled = drift.length === 0 && plan.differences.every(({ cause }) => cause === 'drift')
    if (settled) plan = { ...plan, next: sourced(live, target, options) }
  }
  if (same(plan.next, live)) return { result: 'unchanged', drift, live }
  await dynamic.update(target.location, plan.next)
  return { result: 'updated', drift, live }
}

interface Plan {
  next: Resource
  differences: Difference[]
  nothingToDo: boolean
}

function planFor(
  { resource, file }: Pick<Target, 'resource' | 'file'>,
  live: Resource,
  { appliedBefore, correct, delivery, revision }: ApplyOptions,
): Plan {
  const { value, differences } = threeWay(lastApplied(live), live, resource, {
    unknownCause: appliedBefore ? 'drift' : 'change',
    keepDrift: !correct,
  })
  // threeWay of two Resources is one.
  const next = sourced(value as Resource, { resource, file }, { delivery, revision })
  const ownedHere = ownerOf(live) === delivery
  return { next, differences, nothingToDo: ownedHere && differences.length === 0 && same(next, live) }
}

/** The object with the annotations that say where it comes from now. */
function sourced(
  merged: Resource,
  { resource, file }: Pick<Target, 'resource' | 'file'>,
  { delivery, revision }: Pick<ApplyOptions, 'delivery' | 'revision'>,
): Resource {
  const ours = stamped(resource, { delivery, revision, file }).metadata.annotations ?? {}
  // Who wrote past Git is the server's to say; a value of ours would differ from it each time.
  const { writer: _, ...keys } = source
  const annotations = {
    ...merged.metadata.annotations,
    ...Object.fromEntries(Object.values(keys).map(key => [key, ours[key] ?? ''])),
  }
  return { ...merged, metadata: { ...merged.metadata, annotations } }
}
