import * as handlebars from '@handlebars/parser'
import type { Partial, Program } from './syntax.ts'
import { type TemplateError, templateError } from './template-error.ts'

/** Part of the package, but not of its types. */
interface WhitespaceControl {
  accept(program: Program): Program
  PartialStatement(partial: Partial): Partial['strip']
}
const { WhitespaceControl: Control, parseWithoutProcessing: parse } = handlebars as unknown as {
  WhitespaceControl: new () => WhitespaceControl
  parseWithoutProcessing(text: string): Program
}

/** Longest template text. */
const maxCharacters = 1 << 20
/** The parser takes time that grows with the square of it. */
const maxDepth = 100

/**
 * Reads a text in the language of Handlebars (https://handlebarsjs.com/guide/) into a tree; nothing is ever made
 * into code. Lines that hold nothing but a block's tag leave no empty line; a partial is put in where it stands.
 * @param field for errors, such as `messages[1].content`
 * @throws TemplateError
 */
export function parseTemplate(text: string, field: string): Program {
  if (text.length > maxCharacters)
    throw templateError({ field, line: 1, column: 1 }, `the text is larger than ${maxCharacters} characters`)
  if (depthOf(text) > maxDepth)
    throw templateError({ field, line: 1, column: 1 }, `blocks are nested more than ${maxDepth} deep`)
  try {
    const control = new Control()
    control.PartialStatement = ({ strip }) => strip
    return control.accept(parse(text))
  } catch (error) {
    throw explained(error, field)
  }
}

/** How deep blocks are nested, told by their tags alone. */
function depthOf(text: string): number {
  let depth = 0
  let deepest = 0
  for (const [tag] of text.matchAll(/\{\{~?(?:[#/]|\^(?=[^}~]))/g)) {
    depth += tag.endsWith('/') ? -1 : 1
    deepest = Math.max(deepest, depth)
  }
  return deepest
}

/** What the parser's errors carry. */
interface ParseFailure extends Error {
  hash?: { token: string; loc: { first_line: number; first_column: number; last_column: number } }
  lineNumber?: number
  column?: number
}

function explained(error: unknown, field: string): TemplateError {
  const { hash, lineNumber, column, message } = error as ParseFailure
  if (!hash)
    return templateError(
      { field, line: lineNumber ?? 1, column: (column ?? 0) + 1 },
      message.replace(/ - \d+:\d+$/, ''),
      error,
    )
  const { token, loc } = hash
  const atEnd = token === 'EOF'
  return templateError(
    { field, line: loc.first_line, column: (atEnd ? loc.last_column : loc.first_column) + 1 },
    atEnd
      ? 'a block is not closed: {{#if x}} needs {{/if}}'
      : 'this is no tag: write {{name}}, or \\{{ where the characters themselves are meant',
    error,
  )
}
