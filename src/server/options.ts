import type { Cause } from '../api/errors.ts'
import { badRequest, invalidOptions } from './refusals.ts'

/** Query parameters of lists and watches (apimachinery: meta/internalversion/validation). */
export interface ReadOptions {
  /** Undefined: most recent. 0: anything. */
  resourceVersion: number | undefined
  match: 'Exact' | 'NotOlderThan' | undefined
  limit: number
  continue: string
  timeoutSeconds: number | undefined
  bookmarks: boolean
  sendInitialEvents: boolean | undefined
}

/** @throws ApiError BadRequest for values of the wrong form, Invalid for combinations */
export function readOptions(query: URLSearchParams, watch: boolean): ReadOptions {
  const version = wholeNumber(query, 'resourceVersion')
  const match = query.get('resourceVersionMatch') || undefined
  const token = query.get('continue') ?? ''
  const initial = query.has('sendInitialEvents') ? truth(query, 'sendInitialEvents') : undefined
  const causes = watch
    ? watchCauses(match, initial)
    : listCauses({ match, version, token, initial: initial !== undefined })
  if (causes.length > 0) throw invalidOptions('ListOptions', causes)
  if (!watch && token && version !== undefined && version !== 0)
    throw badRequest('specifying resource version is not allowed when using continue')
  return {
    resourceVersion: version,
    match: match as ReadOptions['match'],
    limit: wholeNumber(query, 'limit') ?? 0,
    continue: token,
    timeoutSeconds: wholeNumber(query, 'timeoutSeconds'),
    bookmarks: truth(query, 'allowWatchBookmarks'),
    sendInitialEvents: initial,
  }
}

const refused = (field: string, message: string, reason = 'FieldValueForbidden'): Cause => ({
  reason,
  field,
  message: `Forbidden: ${message}`,
})

const unknownMatch = (match: string): Cause => ({
  reason: 'FieldValueNotSupported',
  field: 'resourceVersionMatch',
  message: `Unsupported value: "${match}": supported values: "Exact", "NotOlderThan", ""`,
})

function watchCauses(match: string | undefined, initial: boolean | undefined): Cause[] {
  if (initial === undefined)
    return match
      ? [refused('resourceVersionMatch', 'is forbidden for watch unless sendInitialEvents is provided')]
      : []
  return match === 'NotOlderThan'
    ? []
    : [
        refused(
          'resourceVersionMatch',
          'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
        ),
      ]
}

interface ListChoice {
  match: string | undefined
  version: number | undefined
  token: string
  initial: boolean
}

function listCauses({ match, version, token, initial }: ListChoice): Cause[] {
  if (initial) return [refused('sendInitialEvents', 'is forbidden for list')]
  if (match === undefined) return []
  if (match !== 'Exact' && match !== 'NotOlderThan') return [unknownMatch(match)]
  if (token) return [refused('resourceVersionMatch', 'is forbidden when continue is provided')]
  if (version === undefined)
    return [refused('resourceVersionMatch', 'is forbidden unless resourceVersion is provided')]
  if (version === 0 && match === 'Exact')
    return [refused('resourceVersionMatch', 'Exact is forbidden when resourceVersion is 0')]
  return []
}

function wholeNumber(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name)
  if (text === null || text === '') return undefined
  const value = Number(text)
  if (!/^[0-9]+$/.test(text) || !Number.isSafeInteger(value))
    throw badRequest(`${name}: Invalid value: "${text.slice(0, 64)}": must be a whole number`)
  return value
}

function truth(query: URLSearchParams, name: string): boolean {
  const text = query.get(name)
  if (text === null) return false
  if (['1', 't', 'true', 'True', 'TRUE', ''].includes(text)) return true
  if (['0', 'f', 'false', 'False', 'FALSE'].includes(text)) return false
  throw badRequest(`${name}: Invalid value: "${text.slice(0, 64)}": must be true or false`)
}

export const wantsWatch = (query: URLSearchParams): boolean => truth(query, 'watch')
