import { type CelInput, CelScalar, celEnv, isCelError, parse, plan } from '@bufbuild/cel'
import { strings } from '@bufbuild/cel/ext'
import { checkFields } from './cel-fields.ts'
import { library } from './cel-library.ts'
import { celValue } from './cel-values.ts'
import type { Schema } from './schema.ts'

/**
 * The one door to CEL (https://cel.dev): the environment Kubernetes gives to `x-kubernetes-validations`, as far
 * as {@link library} goes. No other file evaluates expressions, so the engine can be changed here.
 */
export interface Expression {
  /** Whether it names oldSelf, so that it says something about a change and not about an object. */
  transition: boolean
  /** Whether it holds. Text says why it could not be evaluated. */
  holds(self: unknown, oldSelf?: unknown): boolean | string
}

const { DYN } = CelScalar
const environment = celEnv({ variables: { self: DYN, oldSelf: DYN }, funcs: [...strings, ...library] })

/** What rules may read of an object's metadata, which its schema leaves open. */
const metadata: Schema = {
  type: 'object',
  properties: { name: { type: 'string' }, generateName: { type: 'string' } },
}

/**
 * Compiles a boolean expression over `self` and `oldSelf`, both described by `described`.
 * @throws TypeError naming the expression when it can not be parsed or reads a field the schema lacks.
 */
export function compileExpression(text: string, described: Schema): Expression {
  const { properties } = described
  const schema = properties?.metadata ? { ...described, properties: { ...properties, metadata } } : described
  try {
    const parsed = parse(text)
    const names = checkFields(parsed.expr, {
      variables: { self: schema, oldSelf: schema },
      isFunction: name => environment.funcs.find(name) !== undefined,
    })
    const evaluate = plan(environment, parsed)
    const transition = names.has('oldSelf')
    return {
      transition,
      holds(self, oldSelf) {
        const bindings: { self: CelInput; oldSelf: CelInput } = {
          self: celValue(schema, self),
          oldSelf: transition ? celValue(schema, oldSelf) : null,
        }
        const result = evaluate(bindings)
        if (typeof result === 'boolean') return result
        return isCelError(result) ? result.message : 'the rule must give true or false'
      },
    }
  } catch (error) {
    throw new TypeError(`rule "${text}" can not be compiled: ${(error as Error).message}`, { cause: error })
  }
}
