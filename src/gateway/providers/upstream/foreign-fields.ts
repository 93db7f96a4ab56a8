import type { CanonicalRequest, ProtocolName } from '../../canonical/request.ts'
import { unsupported } from './unsupported.ts'

/** Of the fields of one protocol: those a provider has by the same name and meaning, those that the canonical form tells. */
export type ForeignFields = Readonly<
  Partial<Record<ProtocolName, { carried: ReadonlySet<string>; told: ReadonlySet<string> }>>
>

export const names = (text: string): ReadonlySet<string> => new Set(text.split(' '))

/**
 * What goes along of a request of another protocol. Fields that nobody here knows are left out and said to be.
 * @throws ProviderError unsupported_by_provider naming one without which the request would be another
 */
export function foreignFields(
  { origin, ownProtocolOnly }: CanonicalRequest,
  fields: ForeignFields,
  dropped: string[],
): Record<string, unknown> {
  const [needed] = ownProtocolOnly ?? []
  if (needed !== undefined)
    throw unsupported(
      `has nothing for "${needed}": leave it out, or route to a provider of ${origin.protocol}`,
    )
  const known = fields[origin.protocol]
  const body: Record<string, unknown> = {}
  for (const name in origin.value) {
    const value = origin.value[name]
    if (value === undefined || value === null || value === false || known?.told.has(name)) continue
    if (known?.carried.has(name)) body[name] = value
    else dropped.push(name)
  }
  return body
}
