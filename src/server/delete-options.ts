import type { Cause } from '../api/errors.ts'
import { asMembers, hasBody, readObject } from './body.ts'
import type { Request } from './exchange.ts'
import { badRequest, invalidOptions } from './refusals.ts'
import { type WriteOptions, writeOptions } from './write-options.ts'

export interface DeleteOptions {
  propagationPolicy?: 'Background' | 'Foreground' | 'Orphan'
  preconditions?: { uid?: string; resourceVersion?: string }
  dryRun?: boolean
  /** Who asks; absent for the server itself, which policies are not asked about. */
  asker?: Pick<WriteOptions, 'user' | 'groups'>
}

const policies = ['Background', 'Foreground', 'Orphan'] as const

/** From the body, else from the query. @throws ApiError BadRequest, Invalid */
export async function deleteOptions(request: Request): Promise<DeleteOptions> {
  const { dryRun, user, groups } = writeOptions('DeleteOptions', request)
  const asker = { user, groups }
  if (!hasBody(request)) return { ...fromMembers(fromQuery(request.query)), asker, ...(dryRun && { dryRun }) }
  const members = asMembers((await readObject(request)).value)
  if (members.kind !== undefined && members.kind !== 'DeleteOptions')
    throw badRequest(`${String(members.kind).slice(0, 64)} can not be read as DeleteOptions`)
  const options = fromMembers(members)
  return { ...options, asker, ...(dryRun && { dryRun }) }
}

const fromQuery = (query: URLSearchParams): Record<string, unknown> => ({
  propagationPolicy: query.get('propagationPolicy') || undefined,
  orphanDependents: query.has('orphanDependents') ? query.get('orphanDependents') === 'true' : undefined,
})

function fromMembers(members: Record<string, unknown>): DeleteOptions {
  const { propagationPolicy, orphanDependents, dryRun, preconditions } = members
  const causes: Cause[] = []
  const policy = policies.find(name => name === propagationPolicy)
  if (propagationPolicy && !policy)
    causes.push({
      reason: 'FieldValueNotSupported',
      message: `Unsupported value: ${JSON.stringify(propagationPolicy)}: supported values: ${[...policies, 'nil'].map(name => `"${name}"`).join(', ')}`,
      field: 'propagationPolicy',
    })
  const orphans = typeof orphanDependents === 'boolean' ? orphanDependents : undefined
  if (propagationPolicy && orphans !== undefined)
    causes.push({
      reason: 'FieldValueInvalid',
      message: `Invalid value: ${JSON.stringify(propagationPolicy)}: orphanDependents and deletionPropagation cannot be both set`,
      field: 'propagationPolicy',
    })
  const dry = Array.isArray(dryRun) ? dryRun : []
  if (dry.some(value => value !== 'All'))
    causes.push({
      reason: 'FieldValueNotSupported',
      message: `Unsupported value: ${JSON.stringify(dry)}: supported values: "All"`,
      field: 'dryRun',
    })
  if (causes.length > 0) throw invalidOptions('DeleteOptions', causes)
  const chosen = policy ?? (orphans === undefined ? undefined : orphans ? 'Orphan' : 'Background')
  return {
    ...(chosen && { propagationPolicy: chosen }),
    ...(preconditions ? { preconditions: preconditionsOf(asMembers(preconditions)) } : {}),
    ...(dry.length > 0 && { dryRun: true }),
  }
}

const preconditionsOf = ({ uid, resourceVersion }: Record<string, unknown>) => ({
  ...(typeof uid === 'string' && uid && { uid }),
  ...(typeof resourceVersion === 'string' && resourceVersion && { resourceVersion }),
})
