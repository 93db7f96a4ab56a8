import type { PromptVariable } from '../snapshot.ts'
import { createCompiler } from './compile.ts'
import type { Expression, Node } from './nodes.ts'

/**
 * The variables that texts use, each with the type its use tells: repeated ones are arrays, those with fields objects,
 * those that a condition asks for may be left out.
 * @throws TemplateError
 */
export function variablesIn(
  texts: readonly string[],
  partials: Readonly<Record<string, string>>,
): Record<string, PromptVariable> {
  const names: string[] = []
  const compiler = createCompiler(partials, {
    variables: {},
    strict: false,
    slot: name => (names.includes(name) ? names.indexOf(name) : names.push(name) - 1),
  })
  const found = new Map<number, PromptVariable>()
  const note = (expression: Expression, use: Use): void => {
    if (expression.kind !== 'variable') return
    const known = found.get(expression.slot) ?? { type: 'string' }
    const type =
      expression.path.length > 0 || use === 'with' ? 'object' : use === 'each' ? 'array' : known.type
    found.set(expression.slot, {
      ...known,
      type,
      ...(use === 'condition' ? { required: false } : {}),
    })
  }
  const walk = (nodes: readonly Node[]): void => {
    for (const node of nodes) {
      if (typeof node === 'string') continue
      for (const [expression, use] of usesOf(node)) note(expression, use)
      if ('body' in node) walk(node.body)
      if ('otherwise' in node) walk(node.otherwise)
    }
  }
  for (const [index, text] of texts.entries()) walk(compiler.nodes(text, `messages[${index}].content`))
  return Object.fromEntries(names.map((name, slot) => [name, found.get(slot) ?? { type: 'string' }]))
}

type Use = 'value' | 'each' | 'with' | 'condition'

function usesOf(node: Exclude<Node, string>): readonly (readonly [Expression, Use])[] {
  switch (node.kind) {
    case 'value':
    case 'json':
      return [[node.of, 'value']]
    case 'if':
      return (node.test.kind === 'truthy' ? [node.test.of] : [node.test.left, node.test.right]).map(
        of => [of, 'condition'] as const,
      )
    case 'each':
    case 'with':
      return [[node.over, node.kind]]
    case 'context':
      return [[node.of, 'with']]
    case 'fields':
      return node.fields.map(([, of]) => [of, 'value'] as const)
  }
}
