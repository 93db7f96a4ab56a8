import type { Meter } from '../../api/cel-meter.ts'
import type { Bindings } from '../../api/cel-program.ts'
import type { Resource } from '../../api/kind.ts'
import type { Compiled, CompiledPolicy } from './compiled-policy.ts'
import { namespaceObject } from './match.ts'
import type { Policies, PolicyRequest } from './request.ts'

/** Evaluates the expressions of one policy for one write and one parameter. */
export interface Evaluation {
  /** @throws Error naming the expression, when it gives no truth value. */
  truth(expression: Compiled): boolean
  /** The text an expression gives; undefined when it gives none that may be shown. */
  text(expression: Compiled): string | undefined
}

const MAX_MESSAGE = 5120

export function evaluationOf(
  { variables }: CompiledPolicy,
  request: PolicyRequest,
  policies: Policies,
  param: Resource | undefined,
  meter: Meter,
): Evaluation {
  type Known = ReturnType<Bindings['variable']>
  const values = new Map<string, { value: Known } | { error: unknown }>()
  const bindings: Bindings = {
    object: request.object,
    oldObject: request.oldObject,
    request: requestValue(request),
    params: param,
    namespaceObject: request.namespace === undefined ? null : namespaceObject(request.namespace, policies),
    variable(name) {
      const known = values.get(name) ?? attempt(name)
      values.set(name, known)
      if ('error' in known) throw known.error
      return known.value
    },
  }
  const evaluate = (expression: Compiled) => expression.program().evaluate(bindings, meter)
  const attempt = (name: string): { value: Known } | { error: unknown } => {
    const expression = variables.get(name)
    if (!expression) return { value: undefined }
    try {
      return { value: evaluate(expression) }
    } catch (error) {
      return { error: new Error(`variable ${name}: ${(error as Error).message}`, { cause: error }) }
    }
  }
  return {
    truth(expression) {
      try {
        const value = evaluate(expression)
        if (typeof value === 'boolean') return value
      } catch (error) {
        throw new Error(failure(expression.text, (error as Error).message), { cause: error })
      }
      throw new Error(failure(expression.text, 'it must give true or false'))
    },
    text(expression) {
      try {
        const value = evaluate(expression)
        const shown = typeof value === 'string' && value.trim() !== '' && !value.includes('\n')
        return shown && value.length <= MAX_MESSAGE ? value.trim() : undefined
      } catch {
        // A message that can not be made gives way to the plain one (apiserver: plugin/policy/validating).
        return undefined
      }
    },
  }
}

const failure = (text: string, why: string): string =>
  `expression '${text.length > 300 ? `${text.slice(0, 300)}…` : text}' resulted in error: ${why}`

/** The part of an AdmissionRequest that expressions can read. */
function requestValue(request: PolicyRequest): object {
  const {
    group,
    version,
    kind,
    resource,
    subresource = '',
    name,
    namespace = '',
    operation,
    user,
    dryRun,
  } = request
  const kinds = { group, version, kind }
  const resources = { group, version, resource }
  return {
    kind: kinds,
    resource: resources,
    subResource: subresource,
    requestKind: kinds,
    requestResource: resources,
    requestSubResource: subresource,
    name,
    namespace,
    operation,
    userInfo: { username: user.name, groups: [...user.groups] },
    dryRun: dryRun ?? false,
  }
}
