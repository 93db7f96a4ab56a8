import type { Cause } from '../api/errors.ts'
import type { Request } from './exchange.ts'
import { invalidOptions } from './refusals.ts'

/** Who writes, and how strictly. */
export interface WriteOptions {
  user: string
  groups: readonly string[]
  /** A write of the server itself, about which policies are not asked. */
  own?: true
  /** Name of the program, for managedFields. */
  manager: string
  dryRun: boolean
  fieldValidation: 'Strict' | 'Warn' | 'Ignore'
}

const validations = ['Ignore', 'Strict', 'Warn'] as const

/** @throws ApiError Invalid for values Kubernetes does not know */
export function writeOptions(
  kind: 'CreateOptions' | 'UpdateOptions' | 'PatchOptions' | 'DeleteOptions',
  request: Request,
): WriteOptions {
  const { query, headers, user } = request
  const dryRun = query.getAll('dryRun').filter(Boolean)
  const validation = query.get('fieldValidation') || 'Warn'
  const manager = query.get('fieldManager') || (headers['user-agent'] ?? '').split('/')[0] || 'unknown'
  const causes: Cause[] = []
  for (const value of dryRun) if (value !== 'All') causes.push(unsupported('dryRun', value, ['All']))
  const known = validations.find(name => name === validation)
  if (!known) causes.push(unsupported('fieldValidation', validation, validations))
  if (manager.length > 128 || !/^[\x20-\x7e\u00a0-\uffff]*$/.test(manager))
    causes.push({
      reason: 'FieldValueInvalid',
      message: 'Invalid value: must be at most 128 printable characters',
      field: 'fieldManager',
    })
  if (causes.length > 0) throw invalidOptions(kind, causes)
  return {
    user: user?.name ?? 'system:anonymous',
    groups: user?.groups ?? [],
    manager,
    dryRun: dryRun.length > 0,
    fieldValidation: known ?? 'Warn',
  }
}

const unsupported = (field: string, value: string, supported: readonly string[]): Cause => ({
  reason: 'FieldValueNotSupported',
  message: `Unsupported value: ${JSON.stringify(value.slice(0, 64))}: supported values: ${supported.map(name => `"${name}"`).join(', ')}`,
  field,
})
