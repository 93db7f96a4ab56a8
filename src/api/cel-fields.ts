import type { parse } from '@bufbuild/cel'
import { memberOf } from './cel-values.ts'
import type { Schema } from './schema.ts'

type Expr = ReturnType<typeof parse>['expr']

/** What an expression may name. A variable of undefined schema stands for a value of any form. */
interface Scope {
  variables: Readonly<Record<string, Schema | undefined>>
  isFunction(name: string): boolean
}

/**
 * Follows every field selection of an expression through the schema, so that a rule about a field that does not
 * exist fails when it is compiled and not silently at the first object. Values the schema leaves open, and
 * results of functions, are not followed.
 * @returns the names of the variables it reads.
 * @throws TypeError naming the first unknown variable, field or function.
 */
export function checkFields(expr: Expr, scope: Scope): ReadonlySet<string> {
  const names = new Set<string>()
  schemaOfExpr(expr, scope, names)
  return names
}

/** CEL's own type names, which look like variables. */
const types = new Set('int uint double bool string bytes list map null_type type'.split(' '))
/** What the engine evaluates itself and does not list among its functions. */
const operators = new Set(['_[_]', '_?_:_', '_&&_', '_||_', '@not_strictly_false', '__not_strictly_false__'])

function schemaOfExpr(expr: Expr, scope: Scope, names: Set<string>): Schema | undefined {
  const each = (parts: readonly (Expr | undefined)[]) => {
    for (const part of parts) if (part) schemaOfExpr(part, scope, names)
  }
  const { exprKind } = expr
  switch (exprKind.case) {
    case 'identExpr':
      return variable(exprKind.value.name, scope, names)
    case 'selectExpr': {
      const { operand, field } = exprKind.value
      return operand && select(schemaOfExpr(operand, scope, names), field)
    }
    case 'callExpr': {
      const { target, args, function: name } = exprKind.value
      const [first, ...rest] = args
      if (name === '_[_]' && first) {
        each(rest)
        const schema = schemaOfExpr(first, scope, names)
        return schema?.items ?? schema?.additionalProperties
      }
      const prefix = target?.exprKind.case === 'identExpr' ? target.exprKind.value.name : undefined
      if (prefix !== undefined && scope.isFunction(`${prefix}.${name}`)) each(args)
      else if (operators.has(name) || scope.isFunction(name)) each([target, ...args])
      else throw new TypeError(`there is no function ${name}`)
      return undefined
    }
    case 'listExpr':
      each(exprKind.value.elements)
      return undefined
    case 'structExpr':
      for (const { keyKind, value } of exprKind.value.entries)
        each([keyKind.case === 'mapKey' ? keyKind.value : undefined, value])
      return undefined
    case 'comprehensionExpr': {
      const { iterRange, iterVar, accuVar, accuInit, loopCondition, loopStep, result } = exprKind.value
      const range = iterRange && schemaOfExpr(iterRange, scope, names)
      const variables = { ...scope.variables, [iterVar]: range?.items, [accuVar]: undefined }
      for (const part of [accuInit, loopCondition, loopStep, result])
        if (part) schemaOfExpr(part, { ...scope, variables }, names)
      return undefined
    }
    default:
      return undefined
  }
}

function variable(name: string, { variables }: Scope, names: Set<string>): Schema | undefined {
  names.add(name)
  if (!(name in variables) && !types.has(name))
    throw new TypeError(
      `there is no variable ${name}; there is ${Object.keys(variables).filter(isPlain).join(', ')}`,
    )
  return variables[name]
}

/** Loops have variables of their own, which nobody can name. */
const isPlain = (name: string): boolean => !name.startsWith('@')

function select(schema: Schema | undefined, field: string): Schema | undefined {
  if (schema === undefined || schema.type === undefined) return undefined
  const member = memberOf(schema, field)
  if (!member) throw new TypeError(`there is no field ${field}`)
  return member[1]
}
