import { OPTIONAL_INDEX, OPTIONAL_SELECT } from './cel-optional.ts'

const token =
  /[rR]?"""(?:[^\\]|\\[\s\S])*?"""|[rR]?'''(?:[^\\]|\\[\s\S])*?'''|[rR]"[^"\n]*"|[rR]'[^'\n]*'|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|\/\/[^\n]*|\.\s*\?\s*([_a-zA-Z]\w*)|\[\s*\?|[[\]]|[\s\S]/g

/**
 * Writes the optional syntax, `a.?b` and `a[?b]`, as calls of functions, which the engine's parser knows. Texts stay
 * as they are, comments go. Linear in the length of the text.
 */
export function withoutOptionalSyntax(text: string): string {
  const closing: string[] = []
  return text.replace(token, (found, field: string | undefined) => {
    // The parser wants the end of a line after a comment.
    if (found.startsWith('//')) return ' '
    if (field !== undefined) return `.${OPTIONAL_SELECT}("${field}")`
    if (found === '[') closing.push(']')
    else if (found === ']') return closing.pop() ?? ']'
    else if (found.startsWith('[')) {
      closing.push(')')
      return `.${OPTIONAL_INDEX}(`
    }
    return found
  })
}
