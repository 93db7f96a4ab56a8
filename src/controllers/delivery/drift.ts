import type { Resource } from '../../api/kind.ts'
import type { Delivery } from '../../api/kinds/delivery.ts'
import type { Difference } from './merge.ts'
import { keyOf, type ObjectReference, referenceOf } from './reference.ts'

type DriftRecord = NonNullable<NonNullable<Delivery['status']>['drift']>[number]

const RECORDS = 50
const VALUE_CHARACTERS = 1024
const FIGHT_MS = 10 * 60_000
const FIGHT_CORRECTIONS = 5

/** Records of the fields of one object that were not as applied; values of Secrets are never written down. */
export function driftRecords(
  resource: Resource,
  live: Resource | undefined,
  differences: readonly Difference[],
  action: DriftRecord['action'],
  at: string,
): DriftRecord[] {
  const secret = resource.kind === 'Secret'
  const writer = live && writerOf(live)
  return differences.map(({ field, live: found, wanted }) => {
    const hidden = secret && /^(data|stringData)\b/.test(field)
    return {
      ...referenceOf(resource),
      field: field.slice(0, VALUE_CHARACTERS),
      live: hidden ? '***' : shown(found),
      wanted: hidden ? '***' : shown(wanted),
      ...(writer && { writer }),
      at,
      action,
    }
  })
}

const shown = (value: unknown): string => {
  const text = JSON.stringify(value) ?? 'null'
  return text.length > VALUE_CHARACTERS ? `${text.slice(0, VALUE_CHARACTERS)}…` : text
}

/** The field manager that wrote last, of those the server tells. */
function writerOf({ metadata }: Resource): string | undefined {
  const entries = (metadata.managedFields ?? []) as {
    manager?: string
    time?: string
    subresource?: string
  }[]
  const [newest] = entries
    .filter(entry => typeof entry.manager === 'string' && entry.subresource !== 'status')
    .sort((a, b) => ((a.time ?? '') < (b.time ?? '') ? 1 : -1))
  return newest?.manager
}

/**
 * The status list: what was found now, newest first, then earlier corrections. A difference that is only reported
 * keeps the time it was first seen and leaves the list when it is gone.
 */
export function mergedDrift(before: readonly DriftRecord[], found: readonly DriftRecord[]): DriftRecord[] {
  const same = (a: DriftRecord, b: DriftRecord) =>
    keyOf(a) === keyOf(b) && a.field === b.field && a.live === b.live && a.wanted === b.wanted
  const fresh = found.filter(
    record => record.action === 'corrected' || !before.some(old => isOpen(old, record)),
  )
  const open = before.filter(old => old.action === 'corrected' || found.some(record => isOpen(old, record)))
  return [...fresh, ...open].slice(0, RECORDS)

  function isOpen(old: DriftRecord, record: DriftRecord): boolean {
    return old.action === 'reported' && record.action === 'reported' && same(old, record)
  }
}

/**
 * Ends fights: an object that had to be set back five times in ten minutes is another writer's too. It is contested
 * and left alone until the ten minutes are over, instead of both writing for ever.
 */
export class Corrections {
  readonly #times = new Map<string, number[]>()

  allowed(reference: ObjectReference, now: number): boolean {
    return this.#recent(reference, now).length < FIGHT_CORRECTIONS
  }

  note(reference: ObjectReference, now: number): void {
    this.#times.set(keyOf(reference), [...this.#recent(reference, now), now])
  }

  #recent(reference: ObjectReference, now: number): number[] {
    const recent = (this.#times.get(keyOf(reference)) ?? []).filter(at => now - at < FIGHT_MS)
    if (recent.length === 0) this.#times.delete(keyOf(reference))
    return recent
  }
}
