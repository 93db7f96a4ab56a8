import type { Container } from '../cluster/pod.ts'
import { readWords } from './shell-words.ts'

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

export interface SyntaxFault {
  text: string
  line: number
}

interface Block {
  opened: string
  line: number
  /** Of an `if`: its `then` was there. */
  decided: boolean
}

const closers: Readonly<Record<string, string>> = { if: 'fi', do: 'done', case: 'esac', '{': '}' }

/** Why a shell will not run this script: a quote or a block that is not closed or not opened. */
export function syntaxFault(text: string): SyntaxFault | undefined {
  const { words, open } = readWords(text)
  if (open) return { text: `unterminated quote ${open.quote}`, line: open.line }
  const blocks: Block[] = []
  for (const { text: word, command, quoted, line } of words)
    if (command && !quoted && !takes(blocks, word, line)) return { text: `unexpected "${word}"`, line }
  const [left] = blocks
  return left && { text: `"${left.opened}" of line ${left.line} is not closed`, line: left.line }
}

/** Opens and closes blocks; false when the word has no place here. */
function takes(blocks: Block[], word: string, line: number): boolean {
  const last = blocks.at(-1)
  switch (word) {
    case 'if':
    case 'case':
    case '{':
    case 'while':
    case 'until':
    case 'for':
    case 'select':
      blocks.push({ opened: word, line, decided: false })
      return true
    case 'do':
      if (!last || !/^(while|until|for|select)$/.test(last.opened)) return false
      last.opened = 'do'
      return true
    case 'then':
      if (last?.opened !== 'if') return false
      last.decided = true
      return true
    case 'fi':
    case 'done':
    case 'esac':
    case '}':
      if (!last || closers[last.opened] !== word || (word === 'fi' && !last.decided)) return false
      blocks.pop()
      return true
    default:
      return true
  }
}
