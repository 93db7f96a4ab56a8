import { compileProgram, type Program, type ProgramScope } from '../../api/cel-program.ts'
import type { Resource } from '../../api/kind.ts'
import { scopeOf, type ValidatingAdmissionPolicy } from '../../api/kinds/validating-admission-policy.ts'

/** An expression that may not have compiled; policies of a cluster can name what there is not here. */
export interface Compiled {
  text: string
  /** @throws TypeError saying why it does not compile. */
  program(): Program
}

export interface CompiledPolicy {
  matchConditions: readonly (Compiled & { name: string })[]
  variables: ReadonlyMap<string, Compiled>
  validations: readonly (Compiled & { messageExpression?: Compiled })[]
}

const compiledPolicies = new WeakMap<Resource, CompiledPolicy>()

/** The expressions of a policy, each compiled when it is first needed, once for the object. */
export function compiledPolicy(policy: Resource): CompiledPolicy {
  const known = compiledPolicies.get(policy)
  if (known) return known
  // The API server admitted it.
  const { spec } = policy as unknown as ValidatingAdmissionPolicy
  const names: string[] = []
  const variables = new Map<string, Compiled>()
  for (const { name, expression } of spec.variables ?? []) {
    variables.set(name, lazily(expression, scopeOf(spec, [...names])))
    names.push(name)
  }
  const scope = scopeOf(spec, names)
  const compiled: CompiledPolicy = {
    matchConditions: (spec.matchConditions ?? []).map(({ name, expression }) => ({
      name,
      ...lazily(expression, scopeOf(spec)),
    })),
    variables,
    validations: (spec.validations ?? []).map(({ expression, messageExpression }) => ({
      ...lazily(expression, scope),
      ...(messageExpression && { messageExpression: lazily(messageExpression, scope) }),
    })),
  }
  compiledPolicies.set(policy, compiled)
  return compiled
}

function lazily(text: string, scope: ProgramScope): Compiled {
  let compiled: { program: Program } | { error: unknown } | undefined
  return {
    text,
    program() {
      compiled ??= attempt(text, scope)
      if ('error' in compiled) throw compiled.error
      return compiled.program
    },
  }
}

function attempt(text: string, scope: ProgramScope): { program: Program } | { error: unknown } {
  try {
    return { program: compileProgram(text, scope) }
  } catch (error) {
    return { error }
  }
}
