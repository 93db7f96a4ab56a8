import {
  type CelInput,
  CelScalar,
  type CelValue,
  celEnv,
  celMap,
  isCelError,
  parse,
  plan,
} from '@bufbuild/cel'
import { strings } from '@bufbuild/cel/ext'
import { checkFields } from './cel-fields.ts'
import { library } from './cel-library.ts'
import { lists } from './cel-lists.ts'
import { internals, type Meter, metered, meteredEnvironment, spend } from './cel-meter.ts'
import { network } from './cel-network.ts'
import { optionals } from './cel-optional.ts'
import { quantities } from './cel-quantity.ts'
import { rewritten } from './cel-rewrite.ts'
import { withoutOptionalSyntax } from './cel-syntax.ts'
import { texts } from './cel-text.ts'
import { celValue } from './cel-values.ts'
import type { Schema } from './schema.ts'

const { DYN } = CelScalar

/** Longest expression, in characters. */
export const MAX_EXPRESSION = 16_384

/** What admission policies may name. `authorizer` is not among them: this server has no authorization to ask. */
const names = ['object', 'oldObject', 'request', 'params', 'namespaceObject', 'variables'] as const
export type ProgramVariable = (typeof names)[number]

const environment = celEnv({
  variables: {
    object: DYN,
    oldObject: DYN,
    request: DYN,
    params: DYN,
    namespaceObject: DYN,
    variables: DYN,
  },
  funcs: [...strings, ...library, ...optionals, ...quantities, ...network, ...texts, ...lists, ...internals],
})
const paid = meteredEnvironment(environment)

/** Functions of the authorizer, known so that what is missing is named rightly. */
const authorizing = new Set(
  'group resource subresource namespace name path check serviceAccount allowed reason errored error fieldSelector labelSelector'.split(
    ' ',
  ),
)

/** Values of what a program may name; JSON but for `variables`. */
export interface Bindings {
  object: unknown
  oldObject: unknown
  request: unknown
  params: unknown
  namespaceObject: unknown
  /** Evaluated when it is first read; throws when that fails. */
  variable(name: string): CelValue | undefined
}

export interface Program {
  text: string
  /**
   * @throws Error saying why it could not be evaluated; CostExceeded when the meter is used up.
   */
  evaluate(bindings: Bindings, meter: Meter): CelValue
}

/** What an expression is checked against. A variable of undefined schema may have any form. */
export type ProgramScope = Readonly<Partial<Record<ProgramVariable, Schema | undefined>>>

/**
 * Compiles an expression of an admission policy: Kubernetes' CEL of version 1.34 but for authorizer
 * (https://kubernetes.io/docs/reference/using-api/cel/). `scope` holds the variables it may name.
 * @throws TypeError saying what can not be compiled.
 */
export function compileProgram(text: string, scope: ProgramScope): Program {
  if (text.length > MAX_EXPRESSION)
    throw new TypeError(`an expression has at most ${MAX_EXPRESSION} characters`)
  const parsed = parse(withoutOptionalSyntax(text)).expr
  if (!parsed) throw new TypeError('the expression is empty')
  const expr = rewritten(parsed)
  checkFields(expr, {
    variables: { ...scope, authorizer: undefined },
    isFunction: name => environment.funcs.find(name) !== undefined || authorizing.has(name),
  }).forEach(name => {
    if (name === 'authorizer')
      throw new TypeError('there is no variable authorizer here: this server has no authorization to ask')
  })
  const evaluate = plan(paid, expr)
  return {
    text,
    evaluate: (bindings, meter) =>
      metered(meter, () => {
        const json = (value: unknown): CelInput => celValue(undefined, value ?? null, spend)
        const result = evaluate({
          object: json(bindings.object),
          oldObject: json(bindings.oldObject),
          request: json(bindings.request),
          params: json(bindings.params),
          namespaceObject: json(bindings.namespaceObject),
          variables: celMap(new Variables(bindings.variable)),
        })
        if (isCelError(result)) throw result.cause instanceof Error ? result.cause : new Error(result.message)
        return result
      }),
  }
}

/** A map of which each member is evaluated when it is read. */
class Variables implements ReadonlyMap<string, CelInput> {
  readonly #read: Bindings['variable']
  readonly size = 0

  constructor(read: Bindings['variable']) {
    this.#read = read
  }

  get(name: string): CelInput | undefined {
    return this.#read(name)
  }
  has(name: string): boolean {
    return this.get(name) !== undefined
  }
  keys(): MapIterator<string> {
    return new Map<string, CelInput>().keys()
  }
  values(): MapIterator<CelInput> {
    return new Map<string, CelInput>().values()
  }
  entries(): MapIterator<[string, CelInput]> {
    return new Map<string, CelInput>().entries()
  }
  [Symbol.iterator](): MapIterator<[string, CelInput]> {
    return this.entries()
  }
  forEach(): void {}
}
