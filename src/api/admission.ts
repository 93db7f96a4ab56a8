import { z } from 'zod'
import { causesOf, shown } from './causes.ts'
import { ApiError, type Cause } from './errors.ts'
import { apiVersionOf, isKubernetes, type Kind, type Resource } from './kind.ts'
import { metadataCauses, ObjectMetaSchema } from './metadata.ts'
import { prune } from './prune.ts'
import { checkRules, compileRules, type KindRule } from './rules.ts'
import { contentOf, kindSchema, type Schema, schemaOf } from './schema.ts'

export interface Admitted {
  /** Pruned and with defaults; as far as it got when there are causes. */
  object: Resource
  /** Paths the kind does not know, such as `spec.foo`; they are not in `object`. */
  unknownFields: string[]
  /** What is wrong; empty when the object may be stored. */
  causes: Cause[]
}

/**
 * What an object goes through before it is stored: unknown fields are pruned, defaults filled in, then schema,
 * metadata and cross-field rules are checked. `previous` is the stored object on updates; rules about oldSelf
 * are checked only then. Does not change what it is given. Never throws for the content of an object.
 */
export function admit(kind: Kind, object: Resource, previous?: Resource): Admitted {
  const compiled = compile(kind)
  const pruned = prune(compiled.schema, object, compiled.nulls)
  const { unknown: unknownFields } = pruned
  if (pruned.refused !== undefined) {
    const message = `Invalid value: "object": ${pruned.refused}`
    return { object, unknownFields, causes: [{ reason: 'FieldValueInvalid', message, field: '' }] }
  }
  const value = pruned.value as Resource
  const parsed = compiled.parser.safeParse(value)
  if (!parsed.success)
    return {
      object: value,
      unknownFields,
      causes: causesOf(parsed.error.issues, value, compiled.schema, compiled.show),
    }
  const admitted = parsed.data as Resource
  const causes = metadataCauses(kind, admitted.metadata)
  if (causes.length === 0) causes.push(...checkRules(compiled.rules, admitted, previous))
  if (causes.length === 0) {
    kind.complete?.(admitted, previous)
    causes.push(...(kind.check?.(admitted, previous) ?? []))
  }
  return { object: admitted, unknownFields, causes }
}

/**
 * Compiles what admission of these kinds needs, so that a broken rule stops the start and not a write. Kinds without
 * rules have nothing to break; theirs are large, and wait until one is written.
 */
export function prepareAdmission(kinds: readonly Kind[]): void {
  for (const kind of kinds) if (kind.rules.length > 0) compile(kind)
}

/** The 422 answer for an object with causes, worded as Kubernetes does. */
export function invalidError(kind: Kind, name: string, causes: Cause[]): ApiError {
  const texts = causes.map(({ field, message }) => (field ? `${field}: ${message}` : message))
  const list = texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`
  const qualified = kind.group ? `${kind.kind}.${kind.group}` : kind.kind
  return new ApiError('Invalid', `${qualified} "${name}" is invalid: ${list}`, {
    name,
    ...(kind.group ? { group: kind.group } : {}),
    kind: kind.kind,
    causes,
  })
}

interface Compiled {
  schema: Schema
  nulls: 'defaulted' | 'all'
  parser: z.ZodType
  rules: KindRule[]
  show: (value: unknown) => string
}

const compiledKinds = new WeakMap<Kind, Compiled>()

function compile(kind: Kind): Compiled {
  const cached = compiledKinds.get(kind)
  if (cached) return cached
  const content = kindSchema(kind)
  const metadata: Schema = schemaOf(ObjectMetaSchema)
  const compiled: Compiled = {
    schema: { ...content, properties: { ...content.properties, metadata } },
    // The Go types of Kubernetes' own kinds take null for absent.
    nulls: isKubernetes(kind) ? 'all' : 'defaulted',
    parser: z.object({
      apiVersion: z.literal(apiVersionOf(kind)),
      kind: z.literal(kind.kind),
      metadata: ObjectMetaSchema,
      ...contentOf(kind).shape,
    }),
    rules: compileRules(kind),
    show: kind.group === '' && kind.kind === 'Secret' ? () => '"***"' : shown,
  }
  compiledKinds.set(kind, compiled)
  return compiled
}
