import { ApiError, type ErrorDetails } from '../api/errors.ts'
import type { Key } from './store.ts'

/** Kubernetes names the resource, not the kind, in these errors. */
const details = ({ resource, name }: Key): ErrorDetails => {
  const [plural = resource, ...group] = resource.split('.')
  return { name, kind: plural, ...(group.length > 0 && { group: group.join('.') }) }
}

export const notFound = (key: Key): ApiError =>
  new ApiError('NotFound', `${key.resource} "${key.name}" not found`, details(key))

export const alreadyExists = (key: Key): ApiError =>
  new ApiError('AlreadyExists', `${key.resource} "${key.name}" already exists`, details(key))

export const conflict = (key: Key): ApiError =>
  new ApiError(
    'Conflict',
    `Operation cannot be fulfilled on ${key.resource} "${key.name}": the object has been modified; ` +
      'please apply your changes to the latest version and try again',
    details(key),
  )

export const expired = (revision: number, floor: number): ApiError =>
  new ApiError('Expired', `too old resource version: ${revision} (${floor})`)

export const tooLarge = (revision: number, current: number): ApiError =>
  new ApiError('Timeout', `Timeout: Too large resource version: ${revision}, current: ${current}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  })

export const closed = (): ApiError =>
  new ApiError('ServiceUnavailable', 'the store is closed; try again when the server is up')

/** The largest value a write may carry, in UTF-16 code units; Kubernetes' limit of a request body in bytes. */
const largestValue = 3 * 1024 * 1024

export function checkSize(value: string): void {
  if (value.length > largestValue)
    throw new ApiError('RequestEntityTooLarge', `Request entity too large: limit is ${largestValue}`)
}
