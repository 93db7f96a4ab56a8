import { setCondition } from '../../api/conditions.ts'
import type { Kind, Resource } from '../../api/kind.ts'
import { Delivery } from '../../api/kinds/delivery.ts'
import type { Commit } from '../../git/git.ts'
import { timestamp } from '../../lib/clock.ts'
import type { Context, Draft } from '../runtime/reconciler.ts'
import { applyTarget } from './apply.ts'
import { type Corrections, driftRecords, mergedDrift } from './drift.ts'
import { type Pruned, prune, prunePlan } from './prune.ts'
import { idOf, keyOf, type ObjectReference, ownerOf, referenceOf, shownAs } from './reference.ts'
import { listed, type Revision } from './revision.ts'
import { isRefusal, readerOf, type Target } from './target.ts'
import { locate, validate } from './validate.ts'

type Status = NonNullable<Delivery['status']>
type Drift = NonNullable<Status['drift']>

export interface Sync {
  delivery: Draft<Delivery>
  commit: Commit
  revision: Revision
  context: Context
  kinds: readonly Kind[]
  corrections: Corrections
  signal: AbortSignal
  /** Called once the revision is found good and before its first object is written, if it is new here. */
  begin(wanted: readonly (ObjectReference & { file: string })[]): Promise<void>
}

interface Counts {
  created: number
  updated: number
  unchanged: number
  pruned: number
  skipped: number
}

/** How a sync ended; `refused` left everything as it was, `incomplete` is to be tried again. */
export type Synced =
  | {
      result: 'applied'
      fresh: boolean
      counts: Counts
      drift: Drift
      notes: string[]
      attention?: Attention
    }
  | { result: 'refused'; message: string }
  | { result: 'incomplete'; message: string; drift: Drift }

interface Attention {
  reason: 'Contested' | 'Drifted'
  message: string
}

/**
 * Makes the server hold what a revision says: every object is checked, then each is applied in order, then what is
 * gone from Git is pruned. Nothing is written when everything is as it should be. Changes the inventory, skipped and
 * drift parts of the draft's status.
 */
export async function syncRevision(sync: Sync): Promise<Synced> {
  const { delivery, commit, context, kinds, signal } = sync
  const { status } = delivery
  if (sync.revision.problems.length > 0) return refused(sync.revision.problems)
  const located = await locate(sync.revision.objects, context)
  if (located.problems.length > 0) return refused(located.problems)
  const { targets } = located
  if (targets.length === 0 && status.inventory?.length)
    return {
      result: 'refused',
      message: `${commit.revision.slice(0, 12)} holds no objects under ${delivery.spec.path}; nothing was pruned`,
    }
  const known = new Set([...(status.inventory ?? []), ...(status.skipped ?? [])].map(keyOf))
  const wanted = targets.map(({ resource, file }) => ({ ...referenceOf(resource), file }))
  const fresh = status.revision !== commit.revision || wanted.some(reference => !known.has(keyOf(reference)))
  const reader = readerOf(context, kinds)
  if (fresh) {
    const from = { delivery: idOf(delivery), revision: commit.revision }
    const problems = await validate(sync.revision.objects, targets, from, { context, reader, kinds, signal })
    if (problems.length > 0) return refused(problems)
    await sync.begin(wanted)
  }
  const applied = await applyAll(sync, targets, fresh)
  const drift = applied.drift
  status.drift = mergedDrift(status.drift ?? [], drift)
  const skipped = [...located.skipped, ...applied.contested]
  const everywhere = [...wanted, ...located.skipped]
  if (applied.failures.length > 0) {
    status.inventory = union(wanted, status.inventory ?? [])
    const [first] = applied.failures
    const done = targets.length - applied.failures.length
    return {
      result: 'incomplete',
      message: `${done} of ${targets.length} objects of ${commit.revision.slice(0, 12)} are applied; ${first}`,
      drift,
    }
  }
  const pruned = await pruneGone(sync, everywhere)
  const contested = new Set(applied.contested.map(keyOf))
  status.inventory = [
    ...wanted.filter(reference => !contested.has(keyOf(reference))),
    ...pruned.kept.map(reference => ({ ...reference, file: fileOf(status, reference) })),
  ]
  status.skipped = skipped.map(({ reason, ...reference }) => ({ ...reference, reason }))
  note(
    delivery,
    'Skipped',
    skipped.length > 0 && `${skipped.length} objects are not applied: ${reasons(skipped)}`,
    context,
  )
  const secrets = targets.filter(({ resource }) => resource.kind === 'Secret').map(({ resource }) => resource)
  note(delivery, 'SecretsInGit', secrets.length > 0 && warning(secrets), context)
  const attention = attentionOf(applied, drift)
  return {
    result: 'applied',
    fresh,
    counts: { ...applied.counts, pruned: pruned.removed.length, skipped: skipped.length },
    drift,
    notes: pruned.notes,
    ...(attention && { attention }),
  }
}

const refused = (problems: Revision['problems']): Synced => ({ result: 'refused', message: listed(problems) })

interface AppliedAll {
  counts: Pick<Counts, 'created' | 'updated' | 'unchanged'>
  drift: Drift
  failures: string[]
  contested: (ObjectReference & { reason: string })[]
}

/** Objects applied at once: enough to share the store's group commit. */
const AT_ONCE = 16

/** Neighbours of one kind, which do not depend on each other's order. */
function batchesOf(targets: readonly Target[]): Target[][] {
  const batches: Target[][] = []
  for (const target of targets) {
    const last = batches.at(-1)
    if (last?.[0]?.resource.kind === target.resource.kind && last.length < AT_ONCE) last.push(target)
    else batches.push([target])
  }
  return batches
}

/** Applies kind after kind and goes on after a failure, so that one object can't hold up all others. */
async function applyAll(sync: Sync, targets: readonly Target[], fresh: boolean): Promise<AppliedAll> {
  const { delivery, commit, context, kinds, corrections, signal } = sync
  const { clock } = context
  const all: AppliedAll = {
    counts: { created: 0, updated: 0, unchanged: 0 },
    drift: [],
    failures: [],
    contested: [],
  }
  const reader = readerOf(context, kinds)
  const inventory = new Set((delivery.status.inventory ?? []).map(keyOf))
  const sameRevision = !fresh || delivery.status.revision === commit.revision
  const applyOne = async (target: Target): Promise<void> => {
    const reference = referenceOf(target.resource)
    const correct = delivery.spec.drift === 'correct' && corrections.allowed(reference, clock.now())
    const options = {
      context,
      reader,
      delivery: idOf(delivery),
      revision: commit.revision,
      appliedBefore: sameRevision && inventory.has(keyOf(reference)),
      correct,
      contested: (live: Resource) => contestedBy(live, delivery, context),
    }
    try {
      const applied = await applyTarget(target, options)
      if (applied.result === 'contested')
        all.contested.push({ ...reference, reason: applied.message ?? 'another Delivery owns it' })
      else if (applied.result !== 'missing') all.counts[applied.result]++
      if (applied.drift.length === 0) return
      if (correct) corrections.note(reference, clock.now())
      const action = correct ? 'corrected' : 'reported'
      all.drift.push(...driftRecords(target.resource, applied.live, applied.drift, action, timestamp(clock)))
    } catch (error) {
      if (signal.aborted) throw error
      all.failures.push(failureOf(target, error))
    }
  }
  for (const batch of batchesOf(targets)) {
    signal.throwIfAborted()
    await Promise.all(batch.map(applyOne))
  }
  return all
}

function failureOf({ resource, file }: Target, error: unknown): string {
  const verb = isRefusal(error) ? 'was refused' : 'failed'
  const message = error instanceof Error ? error.message : String(error)
  return `${shownAs(referenceOf(resource))} (${file}) ${verb}: ${message}`
}

/** Why an object is another Delivery's: that one exists and has it in its inventory, or has not synced yet. */
function contestedBy(live: Resource, delivery: Delivery, { informer }: Context): string | undefined {
  const owner = ownerOf(live)
  if (!owner || owner === idOf(delivery)) return undefined
  const [namespace = '', name = ''] = owner.split('/')
  const other = informer(Delivery).get(name, namespace)
  if (!other || other.metadata.deletionTimestamp) return undefined
  const inventory = other.status?.inventory
  const holds = !inventory || inventory.some(entry => keyOf(entry) === keyOf(referenceOf(live)))
  return holds ? `Delivery ${owner} applies it too; remove it from one of the two repositories` : undefined
}

async function pruneGone(sync: Sync, wanted: readonly ObjectReference[]): Promise<Pruned> {
  const { delivery, context, kinds } = sync
  if (!delivery.spec.prune) return { removed: [], kept: [], notes: [] }
  const plan = prunePlan(delivery.status.inventory ?? [], wanted)
  return prune(plan, idOf(delivery), referenceOf(delivery as unknown as Resource), context, kinds)
}

const fileOf = (status: Status, reference: ObjectReference): string =>
  status.inventory?.find(entry => keyOf(entry) === keyOf(reference))?.file ?? ''

/** Entries of the first list go before those of the second with the same key. */
const union = <T extends ObjectReference>(first: readonly T[], second: readonly T[]): T[] => {
  const keys = new Set(first.map(keyOf))
  return [...first, ...second.filter(entry => !keys.has(keyOf(entry)))]
}

function attentionOf({ contested }: AppliedAll, drift: Drift): Attention | undefined {
  const [conflict] = contested
  if (conflict) return { reason: 'Contested', message: `${shownAs(conflict)}: ${conflict.reason}` }
  const reported = drift.filter(({ action }) => action === 'reported')
  const [first] = reported
  if (!first) return undefined
  const by = first.writer ? ` (last writer ${first.writer})` : ''
  return {
    reason: 'Drifted',
    message: `${reported.length} fields are not as in Git, such as ${first.field} of ${shownAs(first)}${by}; see status.drift`,
  }
}

const reasons = (skipped: readonly { reason: string }[]): string => {
  const all = [...new Set(skipped.map(({ reason }) => reason))]
  return `${all.slice(0, 3).join('; ')}${all.length > 3 ? '; …' : ''}`
}

const warning = (secrets: readonly Resource[]): string =>
  `${secrets.length} Secrets are in Git in clear, such as ${shownAs(referenceOf(secrets[0] as Resource))}; make them on the server instead`

/** Sets a condition that is there only while it is True. */
function note(delivery: Draft<Delivery>, type: string, message: string | false, { clock }: Context): void {
  const { status, metadata } = delivery
  if (!message) {
    if (status.conditions) status.conditions = status.conditions.filter(condition => condition.type !== type)
    return
  }
  const observed = metadata.generation === undefined ? {} : { observedGeneration: metadata.generation }
  const condition = { type, status: 'True', reason: type, message, ...observed } as const
  status.conditions = setCondition(status.conditions, condition, timestamp(clock))
}
