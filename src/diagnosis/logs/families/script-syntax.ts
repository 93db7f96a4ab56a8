import { type Family, groupOf } from '../family.ts'

const shell =
  /(?:^|[/\s])(?:ba|a|da|z|k)?sh: (?:(?:line )?(\d{1,6}): )?.{0,120}syntax error|syntax error (?:near )?unexpected|syntax error: (?:unexpected|unterminated|bad|end of file)|unexpected EOF while looking for matching|unexpected end of file/i
const word =
  /(?:unexpected token|unexpected keyword|unexpected end of|unexpected|near) ["'`“]?(?!token|unexpected|keyword|end of)([^\s"'`”]{1,60})/i
const code =
  /\b(SyntaxError|IndentationError|TabError|ParseError|parse error|Parse error|syntax error)\b:? ?([^\n]{0,160})/
const template =
  /template: \S{1,200}:\d{1,6}.{0,40}: |yaml: line (\d{1,6}): |YAMLException|ScannerError|mapping values are not allowed|could not find expected ':'/

/** A script, program or file is not well-formed. SQL has a family of its own. */
export const scriptSyntax: Family = {
  name: 'syntax',
  class: 'code',
  words: [
    'syntax',
    'unexpected',
    'parse error',
    'parseerror',
    'indentationerror',
    'taberror',
    'template:',
    'yaml',
    'scannererror',
    'mapping values',
  ],
  read(text) {
    if (/\b(SQL|SELECT|INSERT|UPDATE|DELETE|query|postgres\w*|mysql|at or near)\b/i.test(text))
      return undefined
    if (shell.test(text)) {
      const what = groupOf(word.exec(text))
      return {
        means: `has a syntax error in its shell script${what ? ` (unexpected ${what})` : ''}`,
        fix: `Mend the script in command or args${what ? `: look for what does not pair with ${what}` : ''}, and try it with sh -n.`,
        tells: 0.94,
      }
    }
    if (template.test(text))
      return {
        means: 'can not read a file: its YAML or template is not well-formed',
        fix: 'Mend the file in the line that it names.',
        tells: 0.85,
        class: 'config',
      }
    const found = code.exec(text)
    if (!found) return undefined
    return {
      means: `has a syntax error in its code (${found[1]})`,
      fix: 'Mend the line that it names, or the version of the interpreter that it needs.',
      tells: 0.8,
    }
  },
}
