import type { Container } from '../cluster/pod.ts'

const most = { script: 50_000 } as const

/** The script that a container gives to a shell, and which shell; undefined when it runs something else. */
export function scriptOf({
  command = [],
  args = [],
}: Pick<Container, 'command' | 'args'>): { shell: string; text: string } | undefined {
  const words = [...command, ...args]
  const [program = '', ...rest] = words
  const shell = program.split('/').at(-1) ?? ''
  if (!/^(sh|bash|ash|dash|zsh|ksh)$/.test(shell)) return undefined
  const at = rest.findIndex(word => /^-[a-z]*c$/.test(word))
  // Text output of kubectl has every line of a script like an argument of its own; other arguments are rare.
  const text = at < 0 || at + 1 >= rest.length ? undefined : rest.slice(at + 1).join('\n')
  return text === undefined ? undefined : { shell, text: text.slice(0, most.script) }
}

/** Words of a script that the shell reads as such, with those that stand where a command does marked. */
export interface Word {
  text: string
  command: boolean
  /** Some of it stood in quotes, so it is no reserved word. */
  quoted: boolean
  line: number
}

export interface Read {
  words: Word[]
  /** A quote that is never closed. */
  open?: { quote: string; line: number }
}

/**
 * The words of a POSIX shell script, as far as finding its structure needs: quotes, comments, separators and what follows
 * them; substitutions and here-documents are skipped (pubs.opengroup.org/onlinepubs/9799919799, Shell Command Language 2.3).
 */
export function readScript(text: string): Read {
  const words: Word[] = []
  let [at, line, command] = [0, 1, true]
  const documents: string[] = []
  while (at < text.length) {
    const char = text[at] ?? ''
    if (char === '\n') {
      at++
      line++
      command = true
      for (const end of documents.splice(0)) [at, line] = afterDocument(text, at, line, end)
    } else if (/\s/.test(char)) at++
    else if (char === '\\' && text[at + 1] === '\n') {
      at += 2
      line++
    } else if (char === '#') at = endOfLine(text, at)
    else if (text.startsWith('<<', at) && !text.startsWith('<<<', at)) {
      const end = /^<<-?\s{0,10}(['"]?)([\w-]{1,100})\1/.exec(text.slice(at, at + 130))
      if (end) documents.push(end[2] ?? '')
      at += end?.[0].length ?? 2
    } else if (/[;&|()]/.test(char)) {
      const operator = /^(;;|&&|\|\||[;&|()])/.exec(text.slice(at, at + 2))?.[0] ?? char
      words.push({ text: operator, command: false, quoted: false, line })
      at += operator.length
      command = true
    } else if (/[<>]/.test(char)) {
      at++
      command = false
      while (/[<>&]/.test(text[at] ?? '')) at++
    } else {
      const word = readWord(text, at, line)
      if (word.open) return { words, open: word.open }
      const isCommand = command
      words.push({ text: word.text, command: isCommand, quoted: word.quoted, line })
      at = word.end
      line = word.line
      // Assignments before a command, and words after which one follows, leave its place open.
      command =
        isCommand &&
        (/^\w{1,100}=/.test(word.text) ||
          (!word.quoted && /^(if|then|else|elif|do|while|until|!|\{|time)$/.test(word.text)))
    }
  }
  return { words }
}

function readWord(text: string, start: number, startLine: number) {
  let [at, line, quoted] = [start, startLine, false]
  const parts: string[] = []
  while (at < text.length) {
    const char = text[at] ?? ''
    if (/[\s;&|()<>]/.test(char)) break
    if (char === "'" || char === '"' || char === '`') {
      const end = closing(text, at + 1, char)
      if (end < 0) return { text: '', end: at, line, quoted, open: { quote: char, line } }
      const inner = text.slice(at + 1, end)
      parts.push(inner)
      line += inner.split('\n').length - 1
      quoted = true
      at = end + 1
    } else if (char === '$' && (text[at + 1] === '(' || text[at + 1] === '{')) {
      const end = balanced(text, at + 1)
      parts.push(text.slice(at, end))
      line += text.slice(at, end).split('\n').length - 1
      quoted = true
      at = end
    } else if (char === '\\') {
      parts.push(text[at + 1] ?? '')
      at += 2
    } else {
      parts.push(char)
      at++
    }
  }
  return { text: parts.join(''), end: at, line, quoted }
}

function closing(text: string, start: number, quote: string): number {
  for (let at = start; at < text.length; at++) {
    const char = text[at]
    if (char === quote) return at
    if (quote === "'") continue
    if (char === '\\') at++
    else if (quote === '"' && char === '$' && text[at + 1] === '(') at = balanced(text, at + 1) - 1
  }
  return -1
}

/** Past the bracket that closes the one at `start`; the end of the text when there is none. */
function balanced(text: string, start: number): number {
  const open = text[start] ?? '('
  const close = open === '(' ? ')' : '}'
  let depth = 0
  for (let at = start; at < text.length; at++) {
    const char = text[at]
    if (char === '\\') at++
    else if (char === "'" && open === '(') {
      const end = text.indexOf("'", at + 1)
      if (end < 0) return text.length
      at = end
    } else if (char === open) depth++
    else if (char === close && --depth === 0) return at + 1
  }
  return text.length
}

const endOfLine = (text: string, at: number): number => {
  const end = text.indexOf('\n', at)
  return end < 0 ? text.length : end
}

function afterDocument(text: string, start: number, startLine: number, end: string): [number, number] {
  let [at, line] = [start, startLine]
  while (at < text.length) {
    const next = endOfLine(text, at)
    const isEnd = text.slice(at, next).trim() === end
    at = Math.min(next + 1, text.length)
    line++
    if (isEnd) break
  }
  return [at, line]
}

export interface Fault {
  text: string
  line: number
}

const closers: Readonly<Record<string, string>> = { if: 'fi', do: 'done', case: 'esac', '{': '}' }

/** Why a shell will not run this script: a quote or a block that is not closed or not opened. */
export function syntaxFault(text: string): Fault | undefined {
  const { words, open } = readScript(text)
  if (open) return { text: `unterminated quote ${open.quote}`, line: open.line }
  const blocks: { opened: string; line: number; then?: boolean }[] = []
  for (const { text: word, command, quoted, line } of words) {
    if (!command || quoted) continue
    const last = blocks.at(-1)
    if (/^(if|case|do|\{)$/.test(word)) {
      if (word !== 'do' || !/^(while|until|for|select)$/.test(last?.opened ?? '')) {
        if (word === 'do') return { text: 'unexpected "do"', line }
        blocks.push({ opened: word, line })
      } else if (last) last.opened = 'do'
    } else if (/^(while|until|for|select)$/.test(word)) blocks.push({ opened: word, line })
    else if (word === 'then') {
      if (last?.opened !== 'if') return { text: 'unexpected "then"', line }
      last.then = true
    } else if (/^(fi|done|esac|\})$/.test(word)) {
      if (!last || closers[last.opened] !== word || (word === 'fi' && !last.then))
        return { text: `unexpected "${word}"`, line }
      blocks.pop()
    }
  }
  const [left] = blocks
  return left && { text: `"${left.opened}" of line ${left.line} is not closed`, line: left.line }
}
