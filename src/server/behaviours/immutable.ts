import type { Cause } from '../../api/errors.ts'
import type { Resource } from '../../api/kind.ts'
import { sameJson } from '../same-json.ts'

const text = 'Forbidden: field is immutable when `immutable` is set'

/** `immutable: true` can't be taken back, and freezes these fields. */
export function immutableCauses(next: Resource, previous: Resource, fields: readonly string[]): Cause[] {
  if (previous.immutable !== true) return []
  return ['immutable', ...fields]
    .filter(field => !sameJson(next[field], previous[field]))
    .map(field => ({ reason: 'FieldValueForbidden', message: text, field }))
}
