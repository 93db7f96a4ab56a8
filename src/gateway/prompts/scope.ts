import type { Zone } from '../guardrails/detector.ts'
import type { PromptVariable } from '../snapshot.ts'
import type { Expression } from './nodes.ts'
import type { PathSyntax, SyntaxExpression } from './syntax.ts'
import { type Place, templateError } from './template-error.ts'

/** A block that has something it is about. */
export interface Scope {
  kind: 'each' | 'with' | 'partial'
  zone: Zone | undefined
  /** Names given with `as |item index|`. */
  params: readonly string[]
  /** A partial that was given fields and no context: other names mean what they mean around it. */
  fields?: ReadonlyMap<string, Zone | undefined>
}

export interface Names {
  variables: Readonly<Record<string, PromptVariable>>
  /** Refuse names that are not declared. */
  strict: boolean
  /** The place of a variable's value at rendering. */
  slot(name: string): number
}

/** An expression with the zone that its value belongs to. */
export interface Zoned {
  of: Expression
  zone: Zone | undefined
}

/**
 * What an expression of a template means, as Handlebars says: within #each and #with a name is a field of the item,
 * `../` steps out. Everything is looked up here, so that rendering can not fail on a name.
 * @throws TemplateError
 */
export function resolve(
  expression: SyntaxExpression,
  scopes: readonly Scope[],
  names: Names,
  field: string,
): Zoned {
  const { line, column } = expression.loc.start
  const at = { field, line, column: column + 1 }
  switch (expression.type) {
    case 'StringLiteral':
    case 'NumberLiteral':
    case 'BooleanLiteral':
      return { of: { kind: 'literal', value: expression.value }, zone: undefined }
    case 'NullLiteral':
    case 'UndefinedLiteral':
      return { of: { kind: 'literal', value: null }, zone: undefined }
    case 'PathExpression': {
      const steps = expression.parts.filter(part => typeof part === 'string')
      if (steps.length < expression.parts.length) break
      return expression.data
        ? positioned(expression, steps, scopes, names, at)
        : named(expression, steps, scopes, names, at)
    }
    default:
  }
  throw templateError(at, 'an expression in parentheses is not supported')
}

const positions = ['index', 'key', 'first', 'last'] as const

function positioned(
  { depth }: PathSyntax,
  [head, ...tail]: string[],
  scopes: readonly Scope[],
  names: Names,
  at: Place,
): Zoned {
  if (head === 'root') return variable(tail, names, at)
  const name = positions.find(known => known === head)
  const eaches = [...scopes.entries()].filter(([, { kind }]) => kind === 'each').reverse()
  const [index, scope] = eaches[depth] ?? []
  if (!name || tail.length > 0 || index === undefined)
    throw templateError(at, `@${head} is none of @index, @key, @first and @last of an #each, and @root.name`)
  return { of: { kind: 'position', up: scopes.length - 1 - index, name }, zone: scope?.zone }
}

function named(
  { depth, original, ...path }: PathSyntax,
  steps: string[],
  scopes: readonly Scope[],
  names: Names,
  at: Place,
): Zoned {
  const [head, ...tail] = steps
  const bare = depth === 0 && path.this !== true && !/^\.(\/|$)/.test(original) ? head : undefined
  const given = bare === undefined ? undefined : parameter(bare, tail, scopes)
  if (given) return given
  let left = depth
  for (let up = 0; up < scopes.length; up++) {
    const { zone, fields } = scopes.at(-1 - up) as Scope
    if (fields) {
      if (left > 0 || head === undefined || !fields.has(head)) continue
      return { of: { kind: 'item', up, path: steps }, zone: fields.get(head) }
    }
    if (left-- > 0) continue
    if (bare !== undefined && Object.hasOwn(names.variables, bare))
      throw templateError(
        at,
        `within a block ${bare} is a field of the item: write this.${bare} for it, @root.${bare} for the variable`,
      )
    return { of: { kind: 'item', up, path: steps }, zone }
  }
  if (left > 0) throw templateError(at, `${original} steps out of the prompt`)
  return variable(steps, names, at)
}

/** A name given with `as |item key|`, by the nearest block. */
function parameter(name: string, path: string[], scopes: readonly Scope[]): Zoned | undefined {
  for (let up = 0; up < scopes.length; up++) {
    const scope = scopes.at(-1 - up)
    const index = scope?.params.indexOf(name)
    if (index === 0) return { of: { kind: 'item', up, path }, zone: scope?.zone }
    if (index === 1) return { of: { kind: 'position', up, name: 'key' }, zone: scope?.zone }
  }
  return undefined
}

function variable([name, ...path]: readonly string[], names: Names, at: Place): Zoned {
  if (name === undefined) throw templateError(at, 'this means something within #each and #with only')
  const declared = Object.hasOwn(names.variables, name) ? names.variables[name] : undefined
  if (!declared && names.strict)
    throw templateError(
      at,
      `the template uses {{${name}}} but spec.variables has no "${name}": add it there or mend the name`,
    )
  return { of: { kind: 'variable', slot: names.slot(name), path }, zone: declared?.zone }
}
