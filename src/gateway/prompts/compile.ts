import { conditions, usage } from './conditions.ts'
import type { Node } from './nodes.ts'
import { parseTemplate } from './parse.ts'
import { type Names, resolve, type Scope, type Zoned } from './scope.ts'
import type { Block, Partial, Program, Statement, SyntaxExpression } from './syntax.ts'
import { type Place, templateError } from './template-error.ts'

const maxDepth = 16
const maxPartialDepth = 8
const maxCharacters = 1 << 20
/** Of a whole prompt, and of one message with its partials. */
const maxTags = 20_000
/** Statements looked at for one message, with those of partials as often as they are put in place. */
const maxStatements = 100_000

export interface Compiler {
  /** @param field where the text stands, such as `messages[1].content`. @throws TemplateError */
  nodes(text: string, field: string): readonly Node[]
  /** Reads partials that no text used: what they mean depends on where they are put. @throws TemplateError */
  readRest(): void
}

/** Where a statement stands. */
interface Context {
  field: string
  scopes: readonly Scope[]
  blocks: number
  partials: number
  /** Of one message. */
  count: { tags: number; statements: number }
}

/**
 * Checks template texts and makes them ready to render. Partials are put in place; outside of blocks each is put
 * together once, however often it is used, so that partials within partials can not take forever.
 */
export function createCompiler(partials: Readonly<Record<string, string>>, names: Names): Compiler {
  const programs = new Map<string, Program>()
  const plain = new Map<string, readonly Node[]>()
  let parsed = 0
  const parse = (text: string, field: string): Program => {
    parsed += text.split('{{').length - 1
    if (parsed > maxTags) throw tooLarge(field)
    return parseTemplate(text, field)
  }
  const zoned = (expression: SyntaxExpression, { scopes, field }: Context): Zoned =>
    resolve(expression, scopes, names, field)

  const programOf = (name: string, at: Place): Program => {
    const text = Object.hasOwn(partials, name) ? partials[name] : undefined
    if (text === undefined)
      throw templateError(
        at,
        `the template uses {{> ${name}}} but spec.partials has no "${name}": add it there or mend the name`,
      )
    const program = programs.get(name) ?? parse(text, `partials.${name}`)
    programs.set(name, program)
    return program
  }

  const partial = (statement: Partial, context: Context): readonly Node[] => {
    const at = placeOf(statement, context)
    if (!('original' in statement.name)) throw templateError(at, 'the name of a partial can not be computed')
    const name = statement.name.original
    const program = programOf(name, at)
    if (context.partials >= maxPartialDepth)
      throw templateError(
        at,
        `partials are nested more than ${maxPartialDepth} deep; does one contain itself?`,
      )
    const inner = { ...context, field: `partials.${name}`, partials: context.partials + 1 }
    const { params, hash } = statement
    if (params.length > 0 || hash) return scoped(statement, program, inner, context)
    if (context.scopes.length > 0) return body(program, inner)
    const known = plain.get(name) ?? body(program, inner)
    plain.set(name, known)
    return known
  }

  const scoped = (statement: Partial, program: Program, inner: Context, outer: Context): readonly Node[] => {
    const [param, ...more] = statement.params
    if (more.length > 0)
      throw templateError(placeOf(statement, outer), 'a partial takes one context, and fields by name')
    const context = param && zoned(param, outer)
    const fields = (statement.hash?.pairs ?? []).map(({ key, value }) => ({ key, ...zoned(value, outer) }))
    const { scopes } = outer
    const around: Scope[] = context ? [{ kind: 'partial', zone: context.zone, params: [] }] : []
    const own: Scope[] =
      fields.length > 0
        ? [
            {
              kind: 'partial',
              zone: undefined,
              params: [],
              fields: new Map(fields.map(({ key, zone }) => [key, zone])),
            },
          ]
        : []
    let nodes = body(program, { ...inner, scopes: [...scopes, ...around, ...own] })
    if (own.length > 0) {
      // Read outside of the context that is put around them.
      const shift = around.length
      nodes = [
        { kind: 'fields', shift, fields: fields.map(({ key, of }) => [key, of] as const), body: nodes },
      ]
    }
    return context ? [{ kind: 'context', of: context.of, body: nodes }] : nodes
  }

  const mustache = (statement: Extract<Statement, { type: 'MustacheStatement' }>, context: Context): Node => {
    const { path, params, hash } = statement
    if (params.length === 0 && !hash) {
      const { of, zone } = zoned(path, context)
      return of.kind === 'literal' ? String(of.value) : { kind: 'value', of, zone }
    }
    const name = 'original' in path ? path.original : ''
    const [value, ...more] = params
    if (name !== 'json' || !value || more.length > 0)
      throw templateError(
        placeOf(statement, context),
        `there is no helper "${name}": values are put in with {{name}}, as JSON with {{json name}}`,
      )
    const indent = hash?.pairs.find(({ key }) => key === 'indent')?.value
    const spaces = indent && 'value' in indent ? Number(indent.value) : 0
    return { kind: 'json', ...zoned(value, context), indent: Math.min(8, Math.max(0, spaces || 0)) }
  }

  const block = (statement: Block, context: Context): Node => {
    const { path, params, program, inverse } = statement
    const at = placeOf(statement, context)
    const name = path.original
    if (context.blocks >= maxDepth) throw templateError(at, `blocks are nested more than ${maxDepth} deep`)
    const within = { ...context, blocks: context.blocks + 1 }
    const inside = (scopes = context.scopes) => (program ? body(program, { ...within, scopes }) : [])
    const otherwise = () => (inverse ? body(inverse, within) : [])
    const given = params.map(param => zoned(param, context))
    const test = Object.hasOwn(conditions, name) ? conditions[name]?.(given) : undefined
    if (test) return { kind: 'if', test, body: inside(), otherwise: otherwise() }
    const [over, ...more] = given
    if ((name !== 'each' && name !== 'with') || !over || more.length > 0)
      throw templateError(
        at,
        Object.hasOwn(usage, name)
          ? `the block is written ${usage[name]}`
          : `there is no block "${name}": use #if, #unless, #each or #with`,
      )
    const scope: Scope = { kind: name, zone: over.zone, params: program?.blockParams ?? [] }
    return { kind: name, over: over.of, body: inside([...context.scopes, scope]), otherwise: otherwise() }
  }

  const nodesOf = (statement: Statement, context: Context): readonly Node[] => {
    switch (statement.type) {
      case 'ContentStatement':
        return [statement.value]
      case 'CommentStatement':
        return []
      case 'MustacheStatement':
        return [mustache(statement, context)]
      case 'BlockStatement':
        return [block(statement, context)]
      case 'PartialStatement':
        return partial(statement, context)
      default:
        throw templateError(
          placeOf(statement, context),
          'decorators and blocks of partials are not supported',
        )
    }
  }

  const body = (program: Program, context: Context): readonly Node[] => {
    const list = createList(context)
    for (const statement of program.body) {
      if (context.count.statements++ > maxStatements) throw tooLarge(context.field)
      for (const node of nodesOf(statement, context)) list.add(node)
    }
    return list.nodes
  }

  return {
    nodes: (text, field) =>
      body(parse(text, field), {
        field,
        scopes: [],
        blocks: 0,
        partials: 0,
        count: { tags: 0, statements: 0 },
      }),
    readRest: () => {
      for (const [name, text] of Object.entries(partials))
        if (!programs.has(name)) parse(text, `partials.${name}`)
    },
  }
}

/** Nodes in a row, neighbouring texts as one, within the limits. */
function createList({ count, field }: Context): { nodes: readonly Node[]; add(node: Node): void } {
  const nodes: Node[] = []
  let characters = 0
  return {
    nodes,
    add: node => {
      const last = nodes.at(-1)
      if (typeof node !== 'string') {
        nodes.push(node)
        count.tags++
      } else {
        characters += node.length
        if (typeof last === 'string') nodes[nodes.length - 1] = last + node
        else if (node !== '') nodes.push(node)
      }
      if (characters > maxCharacters || count.tags > maxTags) throw tooLarge(field)
    },
  }
}

const tooLarge = (field: string) =>
  templateError(
    { field, line: 1, column: 1 },
    `the prompt is larger than ${maxCharacters} characters or ${maxTags} tags with its partials`,
  )

const placeOf = ({ loc }: Pick<Statement, 'loc'>, { field }: Context): Place => ({
  field,
  line: loc.start.line,
  column: loc.start.column + 1,
})
