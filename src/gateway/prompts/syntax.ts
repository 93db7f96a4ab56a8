/**
 * The tree that @handlebars/parser gives, as far as templates use it: the package's own types do not resolve in
 * ECMAScript modules.
 */
interface At {
  loc: { start: { line: number; column: number } }
}

export interface Program {
  body: Statement[]
  blockParams?: string[]
}

export type Statement = At &
  (
    | { type: 'ContentStatement'; value: string }
    | { type: 'CommentStatement' | 'Decorator' | 'DecoratorBlock' | 'PartialBlockStatement' }
    | { type: 'MustacheStatement'; path: SyntaxExpression; params: SyntaxExpression[]; hash?: Hash }
    | Block
    | Partial
  )

export type Block = At & {
  type: 'BlockStatement'
  path: { original: string }
  params: SyntaxExpression[]
  program?: Program
  inverse?: Program
}

export type Partial = At & {
  type: 'PartialStatement'
  name: SyntaxExpression
  params: SyntaxExpression[]
  hash?: Hash
  strip: { open: boolean; close: boolean }
}

export interface Hash {
  pairs: { key: string; value: SyntaxExpression }[]
}

export type SyntaxExpression = At &
  (
    | PathSyntax
    | { type: 'StringLiteral' | 'NumberLiteral' | 'BooleanLiteral'; value: string | number | boolean }
    | { type: 'NullLiteral' | 'UndefinedLiteral' | 'SubExpression' }
  )

export interface PathSyntax {
  type: 'PathExpression'
  /** Begins with @. */
  data: boolean
  /** How often it steps out with `../`. */
  depth: number
  /** Begins with `this.`. */
  this?: boolean
  parts: readonly unknown[]
  original: string
}
