import { invalidError } from '../api/admission.ts'
import { ApiError, type Cause, type Reason } from '../api/errors.ts'
import { type Kind, resourceOf } from '../api/kind.ts'

/** Errors in the very words of Kubernetes (apimachinery: pkg/api/errors/errors.go), which tools look for. */

const named = (kind: Kind, name: string) => ({
  name,
  ...(kind.group && { group: kind.group }),
  kind: kind.plural,
})

export const notFound = (kind: Kind, name: string): ApiError =>
  new ApiError('NotFound', `${resourceOf(kind)} "${name}" not found`, named(kind, name))

export const alreadyExists = (kind: Kind, name: string, retryAfterSeconds?: number): ApiError =>
  new ApiError('AlreadyExists', `${resourceOf(kind)} "${name}" already exists`, {
    ...named(kind, name),
    ...(retryAfterSeconds && { retryAfterSeconds }),
  })

const operationFailed = (kind: Kind, name: string, why: string): ApiError =>
  new ApiError(
    'Conflict',
    `Operation cannot be fulfilled on ${resourceOf(kind)} "${name}": ${why}`,
    named(kind, name),
  )

export const modified = (kind: Kind, name: string): ApiError =>
  operationFailed(
    kind,
    name,
    'the object has been modified; please apply your changes to the latest version and try again',
  )

export const preconditionFailed = (
  kind: Kind,
  name: string,
  field: 'UID' | 'ResourceVersion',
  wanted: string,
  found: string,
): ApiError =>
  operationFailed(
    kind,
    name,
    `Precondition failed: ${field} in precondition: ${wanted}, ${field} in object meta: ${found}`,
  )

export const forbidden = (kind: Kind, name: string, why: string, causes?: Cause[]): ApiError =>
  new ApiError('Forbidden', `${resourceOf(kind)} "${name}" is forbidden: ${why}`, {
    ...named(kind, name),
    ...(causes && { causes }),
  })

const words = (causes: readonly Cause[]): string => {
  const each = causes.map(({ field, message }) => (field ? `${field}: ${message}` : message))
  return each.length === 1 ? (each[0] ?? '') : `[${each.join(', ')}]`
}

/** 422 with causes, worded as Kubernetes does. */
export const invalid = invalidError

/** Query parameters that contradict each other or have unknown values. */
export const invalidOptions = (kind: string, causes: Cause[]): ApiError =>
  new ApiError('Invalid', `${kind}.meta.k8s.io "" is invalid: ${words(causes)}`, {
    group: 'meta.k8s.io',
    kind,
    causes,
  })

export const badRequest = (message: string): ApiError => new ApiError('BadRequest', message)

export const unknownPath = (): ApiError =>
  new ApiError('NotFound', 'the server could not find the requested resource')

export const methodNotAllowed = (): ApiError =>
  new ApiError('MethodNotAllowed', 'the server does not allow this method on the requested resource')

export const unsupportedMediaType = (accepted: readonly string[]): ApiError =>
  new ApiError(
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`,
  )

export const notAcceptable = (accepted: readonly string[]): ApiError =>
  new ApiError('NotAcceptable', `only the following media types are accepted: ${accepted.join(', ')}`)

export const tooLarge = (limit: number): ApiError =>
  new ApiError('RequestEntityTooLarge', `Request entity too large: limit is ${limit}`)

export const unavailable = (reason: Extract<Reason, 'TooManyRequests' | 'ServiceUnavailable'>, why: string) =>
  new ApiError(reason, why, { retryAfterSeconds: 1 })

export const tooLargeVersion = (wanted: number, current: number): ApiError =>
  new ApiError('Timeout', `Timeout: Too large resource version: ${wanted}, current: ${current}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  })

export const unauthorized = (): ApiError => new ApiError('Unauthorized', 'Unauthorized')

export const forbiddenImpersonation = (user: string): ApiError =>
  new ApiError(
    'Forbidden',
    `users is forbidden: User "${user}" cannot impersonate here; use a token of that user`,
  )
