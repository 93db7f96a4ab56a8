import type { parse } from '@bufbuild/cel'
import { memberOf } from './cel-values.ts'
import type { Schema } from './schema.ts'

type Expr = ReturnType<typeof parse>['expr']
/** What is known of variables; undefined stands for a value of any form. */
type Scope = Readonly<Record<string, Schema | undefined>>

/**
 * Follows every field selection of an expression through the schema, so that a rule about a field that does not
 * exist fails when it is compiled and not silently at the first object. Values the schema leaves open, and
 * results of functions, are not followed.
 * @throws TypeError naming the first unknown variable or field.
 */
export function checkFields(expr: Expr, scope: Scope): { names: ReadonlySet<string> } {
  const names = new Set<string>()
  schemaOfExpr(expr, scope, names)
  return { names }
}

/** CEL's own type names, which look like variables. */
const types = new Set('int uint double bool string bytes list map null_type type'.split(' '))
/** Names that only stand in front of a function, such as `sets.contains`. */
const namespaces = new Set(['sets', 'format', 'strings', 'math'])

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
      return operand && field ? select(schemaOfExpr(operand, scope, names), field) : undefined
    }
    case 'callExpr': {
      const { target, args, function: name } = exprKind.value
      if (name === '_[_]' && args[0]) {
        each(args.slice(1))
        const schema = schemaOfExpr(args[0], scope, names)
        return schema?.items ?? schema?.additionalProperties
      }
      each([target, ...args])
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
      const inner: Scope = { ...scope, [iterVar]: range?.items, [accuVar]: undefined }
      for (const part of [accuInit, loopCondition, loopStep, result])
        if (part) schemaOfExpr(part, inner, names)
      return undefined
    }
    default:
      return undefined
  }
}

function variable(name: string, scope: Scope, names: Set<string>): Schema | undefined {
  names.add(name)
  if (!(name in scope) && !types.has(name) && !namespaces.has(name))
    throw new TypeError(`there is no variable ${name}; a rule is about self and oldSelf`)
  return scope[name]
}

function select(schema: Schema | undefined, field: string): Schema | undefined {
  if (schema === undefined || schema.type === undefined) return undefined
  const member = memberOf(schema, field)
  if (!member) throw new TypeError(`there is no field ${field}`)
  return member[1]
}
