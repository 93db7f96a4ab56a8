/** Words of a script that the shell reads as such, with those that stand where a command does marked. */
export interface Word {
  text: string
  command: boolean
  /** Some of it stood in quotes, so it is no reserved word. */
  quoted: boolean
  line: number
}

export interface Words {
  words: Word[]
  /** A quote that is never closed. */
  open?: { quote: string; line: number }
}

/**
 * The words of a POSIX shell script, as far as finding its structure needs: quotes, comments, separators and what follows
 * them; substitutions and here-documents are skipped (pubs.opengroup.org/onlinepubs/9799919799, Shell Command Language 2.3).
 */
export function readWords(text: string): Words {
  const reading = new Reading(text)
  while (!reading.isDone) reading.next()
  return { words: reading.words, ...(reading.open && { open: reading.open }) }
}

class Reading {
  readonly words: Word[] = []
  open?: { quote: string; line: number }
  readonly #text: string
  readonly #documents: string[] = []
  #at = 0
  #line = 1
  /** The next word is a command. */
  #command = true

  constructor(text: string) {
    this.#text = text
  }

  get isDone(): boolean {
    return this.open !== undefined || this.#at >= this.#text.length
  }

  next(): void {
    const char = this.#text[this.#at] ?? ''
    if (char === '\n') this.#newLine()
    else if (/\s/.test(char)) this.#at++
    else if (char === '\\' && this.#text[this.#at + 1] === '\n') {
      this.#at += 2
      this.#line++
    } else if (char === '#') this.#at = endOfLine(this.#text, this.#at)
    else if (/[;&|()]/.test(char)) this.#operator(char)
    else if (/[<>]/.test(char)) this.#redirection()
    else this.#word()
  }

  #newLine(): void {
    this.#at++
    this.#line++
    this.#command = true
    for (const end of this.#documents.splice(0)) this.#skipDocument(end)
  }

  #skipDocument(end: string): void {
    while (this.#at < this.#text.length) {
      const next = endOfLine(this.#text, this.#at)
      const isEnd = this.#text.slice(this.#at, next).trim() === end
      this.#at = Math.min(next + 1, this.#text.length)
      this.#line++
      if (isEnd) return
    }
  }

  #operator(char: string): void {
    const operator = /^(;;|&&|\|\||[;&|()])/.exec(this.#text.slice(this.#at, this.#at + 2))?.[0] ?? char
    this.words.push({ text: operator, command: false, quoted: false, line: this.#line })
    this.#at += operator.length
    this.#command = true
  }

  #redirection(): void {
    const document = /^<<-?(?!<)\s{0,10}(['"]?)([\w-]{1,100})\1/.exec(
      this.#text.slice(this.#at, this.#at + 130),
    )
    if (document) {
      this.#documents.push(document[2] ?? '')
      this.#at += document[0].length
      return
    }
    this.#command = false
    this.#at++
    while (/[<>&]/.test(this.#text[this.#at] ?? '')) this.#at++
  }

  #word(): void {
    const parts: string[] = []
    const [start, command] = [this.#line, this.#command]
    let quoted = false
    while (this.#at < this.#text.length && !/[\s;&|()<>]/.test(this.#text[this.#at] ?? '')) {
      const end = this.#skippedTo()
      if (end < 0) {
        this.open = { quote: this.#text[this.#at] ?? '', line: this.#line }
        return
      }
      const part = this.#text.slice(this.#at, end)
      const bare = part.length === 1 || part.startsWith('\\')
      quoted ||= !bare
      parts.push(bare ? part.replace(/^\\/, '') : part.replace(/^(['"`])(.*)\1$/s, '$2'))
      this.#line += part.split('\n').length - 1
      this.#at = end
    }
    const text = parts.join('')
    this.words.push({ text, command, quoted, line: start })
    // Assignments before a command, and words after which one follows, leave its place open.
    this.#command =
      command &&
      (/^\w{1,100}=/.test(text) || (!quoted && /^(if|then|else|elif|do|while|until|!|\{|time)$/.test(text)))
  }

  /** Where the part of a word that begins here ends; below 0 when it never does. */
  #skippedTo(): number {
    const [char, next] = [this.#text[this.#at], this.#text[this.#at + 1]]
    if (char === "'" || char === '"' || char === '`') return closing(this.#text, this.#at + 1, char) + 1 || -1
    if (char === '$' && (next === '(' || next === '{')) return balanced(this.#text, this.#at + 1)
    return this.#at + (char === '\\' ? 2 : 1)
  }
}

/** Where a quote ends; below 0 when it never does. */
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
