import { admit } from '../../api/admission.ts'
import { isAlreadyExists, isConflict, isNotFound } from '../../api/errors.ts'
import { apiVersionOf, GROUP, type Kind } from '../../api/kind.ts'
import { Namespace } from '../../api/kinds/core.ts'
import type { Context } from '../runtime/reconciler.ts'
import type { Problem, SourceObject } from './manifest.ts'
import { threeWay } from './merge.ts'
import { lastApplied, normalised, stamped } from './record.ts'
import { type ObjectReference, referenceOf, shownAs } from './reference.ts'
import { isRefusal, type Reader, type Target } from './target.ts'

export interface Validated {
  targets: Target[]
  skipped: (ObjectReference & { reason: string })[]
  problems: Problem[]
}

const madeByControllers = ['RouteRelease', 'EvaluationRun', 'Event', 'Lease']
const PROBLEMS = 20

/**
 * Finds where the objects live, and whether they may be in Git at all; kinds that the server lacks or that belong to the
 * whole cluster are skipped.
 */
export async function locate(objects: readonly SourceObject[], context: Context): Promise<Validated> {
  const found: Validated = { targets: [], skipped: [], problems: [] }
  const created = new Set(
    objects.filter(({ resource }) => isNamespace(resource)).map(({ resource }) => resource.metadata.name),
  )
  for (const object of objects) {
    const { file, line } = object
    const resource = normalised(object.resource)
    const { apiVersion, kind, metadata } = resource
    const problem = (message: string) => void found.problems.push({ file, line, message })
    if (madeByControllers.includes(kind)) {
      problem(`a ${kind} is made by controllers and can't come from Git; remove it`)
      continue
    }
    const location = await context.client.dynamic.locate(apiVersion, kind)
    if (!location) {
      const reason = `this server has no kind ${kind} in ${apiVersion}`
      found.skipped.push({ ...referenceOf(resource), reason })
    } else if (location.namespaced) {
      const { namespace = '' } = metadata
      if (created.has(namespace) || context.informer(Namespace).get(namespace))
        found.targets.push({ resource, file, location })
      else problem(`namespace ${namespace} is neither on the server nor in this revision`)
    } else if (isNamespace(resource)) {
      found.targets.push({ resource: clusterScoped(resource), file, location })
    } else {
      const reason = `a ${kind} belongs to the whole cluster, which a Delivery does not change`
      found.skipped.push({ ...referenceOf(resource), reason })
    }
  }
  return found
}

/**
 * Checks every object before any is applied: against our own kinds' schemas with no unknown field, and by a dry run
 * of the very write on the server, which also runs its admission policies.
 */
export async function validate(
  objects: readonly SourceObject[],
  targets: readonly Target[],
  from: { delivery: string; revision: string },
  options: { context: Context; reader: Reader; kinds: readonly Kind[]; signal: AbortSignal },
): Promise<Problem[]> {
  const problems: Problem[] = []
  const originals = new Map(
    objects.map(object => [`${object.file} ${shownAs(referenceOf(object.resource))}`, object]),
  )
  for (const target of targets) {
    options.signal.throwIfAborted()
    if (problems.length >= PROBLEMS) break
    const { resource, file } = target
    const original = originals.get(`${file} ${shownAs(referenceOf(resource))}`)
    const at = (field: string) => original?.lineOf(field) ?? original?.line ?? 1
    const causes = schemaCauses(resource, options.kinds) ?? (await dryRunCauses(target, from, options))
    problems.push(
      ...causes.map(({ field, message }) => ({
        file,
        line: at(field),
        message: `${shownAs(referenceOf(resource))}: ${field ? `${field}: ` : ''}${message}`,
      })),
    )
  }
  return problems
}

type FieldCause = { field: string; message: string }

/** What our own schema says, or undefined when that leaves the question to the server. */
function schemaCauses(resource: Target['resource'], kinds: readonly Kind[]): FieldCause[] | undefined {
  const kind = kinds.find(
    other => other.kind === resource.kind && apiVersionOf(other) === resource.apiVersion,
  )
  if (kind?.group !== GROUP) return undefined
  const { unknownFields, causes } = admit(kind, resource)
  const unknown = unknownFields.map(field => ({ field, message: 'there is no such field' }))
  const found = [...unknown, ...causes.map(({ field = '', message }) => ({ field, message }))]
  return found.length > 0 ? found : undefined
}

async function dryRunCauses(
  target: Target,
  from: { delivery: string; revision: string },
  { context, reader }: { context: Context; reader: Reader },
): Promise<FieldCause[]> {
  const { resource, location, file } = target
  const { dynamic } = context.client
  const live = await reader.cached(target)
  const merge = { unknownCause: 'change', keepDrift: false } as const
  if (live && threeWay(lastApplied(live), live, resource, merge).differences.length === 0) return []
  const wanted = stamped(resource, { ...from, file })
  try {
    if (live) {
      const { value } = threeWay(lastApplied(live), live, wanted, merge)
      // threeWay of two Resources is one.
      await dynamic.update(location, value as typeof wanted, { dryRun: true })
    } else await dynamic.create(location, wanted, { dryRun: true })
    return []
  } catch (error) {
    if (isRefusal(error)) {
      const causes = error.details.causes ?? []
      return causes.length > 0
        ? causes.map(({ field = '', message }) => ({ field, message }))
        : [{ field: '', message: error.message }]
    }
    // A namespace that comes with this revision is not there yet; what changed meanwhile is read again when applied.
    if (isNotFound(error) || isConflict(error) || isAlreadyExists(error)) return []
    throw error
  }
}

const isNamespace = ({ apiVersion, kind }: Target['resource']): boolean =>
  apiVersion === apiVersionOf(Namespace) && kind === Namespace.kind

function clusterScoped(resource: Target['resource']): Target['resource'] {
  const { namespace: _, ...metadata } = resource.metadata
  return { ...resource, metadata }
}
