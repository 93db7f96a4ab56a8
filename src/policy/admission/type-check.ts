import { compileProgram } from '../../api/cel-program.ts'
import { apiVersionOf, type Kind } from '../../api/kind.ts'
import { expressionsOf, type ValidatingAdmissionPolicy } from '../../api/kinds/validating-admission-policy.ts'
import { kindSchema, type Schema } from '../../api/schema.ts'

export interface ExpressionWarning {
  fieldRef: string
  warning: string
}

/** Kinds one policy is checked against, as Kubernetes does. */
const MAX_KINDS = 10

/**
 * Expressions that read fields which the kinds they match do not have: what status.typeChecking says. A policy that
 * matches by `*` is not checked, for no one kind has all fields.
 */
export function typeCheck(
  spec: ValidatingAdmissionPolicy['spec'],
  kinds: readonly Kind[],
): ExpressionWarning[] {
  const matched = matchedKinds(spec, kinds)
  return [...expressionsOf(spec)].flatMap(({ field, text, scope }) => {
    const warnings = matched.flatMap(kind => {
      const schema = checkable(kindSchema(kind))
      try {
        compileProgram(text, { ...scope, object: schema, oldObject: schema })
        return []
      } catch (error) {
        return [`${apiVersionOf(kind)}, Kind=${kind.kind}: ${(error as Error).message}`]
      }
    })
    return warnings.length > 0 ? [{ fieldRef: field, warning: warnings.join('\n') }] : []
  })
}

function matchedKinds(spec: ValidatingAdmissionPolicy['spec'], kinds: readonly Kind[]): Kind[] {
  const rules = spec.matchConstraints?.resourceRules ?? []
  const exact = rules.filter(({ apiGroups = [], apiVersions = [], resources = [] }) =>
    [...apiGroups, ...apiVersions, ...resources].every(part => !part.includes('*')),
  )
  return kinds
    .filter(({ group, version, plural }) =>
      exact.some(
        ({ apiGroups = [], apiVersions = [], resources = [] }) =>
          apiGroups.includes(group) && apiVersions.includes(version) && resources.includes(plural),
      ),
    )
    .slice(0, MAX_KINDS)
}

const checkables = new WeakMap<Schema, Schema>()
const anything: Schema = {}

/** A schema as expressions may read it: metadata and open parts have any field, and names may be reserved words. */
function checkable(schema: Schema): Schema {
  const known = checkables.get(schema)
  if (known) return known
  const { properties, items, additionalProperties } = schema
  const open =
    schema['x-kubernetes-preserve-unknown-fields'] ||
    (schema.type === 'object' && !properties && !additionalProperties)
  const result: Schema = open
    ? anything
    : {
        ...schema,
        ...(items && { items: checkable(items) }),
        ...(additionalProperties && { additionalProperties: checkable(additionalProperties) }),
        ...(properties && checkableProperties(properties)),
      }
  checkables.set(schema, result)
  return result
}

const reserved =
  /^(true|false|null|in|as|break|const|continue|else|for|function|if|import|let|loop|package|namespace|return|var|void|while)$/

function checkableProperties(
  properties: Record<string, Schema>,
): Pick<Schema, 'properties' | 'additionalProperties'> {
  const entries = Object.entries(properties).map(([name, member]) => [name, checkable(member)] as const)
  return {
    properties: Object.fromEntries(entries),
    ...(entries.some(([name]) => reserved.test(name)) && { additionalProperties: anything }),
  }
}
