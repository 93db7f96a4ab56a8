import { Malformed } from './fields.ts'

export interface XmlElement {
  name: string
  attributes: Readonly<Record<string, string>>
  children: readonly XmlElement[]
  /** Its own text and CDATA, without that of its children. */
  text: string
}

const LIMITS = { depth: 64, elements: 200_000, attributes: 64, characters: 64 * 1024 * 1024 } as const

/**
 * The subset of XML that programs write results in: elements, attributes, text, CDATA, comments, character references
 * and the five named ones (XML 1.0, W3C). A document type is refused, and with it every external or nested reference, so
 * that no document reads a file or grows. One pass, linear in the text.
 * @throws Malformed naming the line
 */
export function parseXml(text: string): XmlElement {
  if (text.length > LIMITS.characters)
    throw new Malformed(`the document has more than ${LIMITS.characters} characters`)
  return new Parser(text).document()
}

interface Open {
  name: string
  attributes: Record<string, string>
  children: XmlElement[]
  text: string
}

class Parser {
  readonly #text: string
  #at = 0
  #elements = 0

  constructor(text: string) {
    this.#text = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
  }

  document(): XmlElement {
    const open: Open[] = []
    let root: Open | undefined
    while (this.#at < this.#text.length) {
      this.#characters(open)
      if (this.#at === this.#text.length || this.#skips('<!--', '-->') || this.#skips('<?', '?>')) continue
      const data = this.#between('<![CDATA[', ']]>')
      if (data !== undefined) this.#read(open, data)
      else if (this.#text.startsWith('<!', this.#at)) this.#fail('document types are refused')
      else if (this.#text.startsWith('</', this.#at)) this.#close(open)
      else {
        if (root && open.length === 0) this.#fail('there is a second root element')
        const { element, empty } = this.#open()
        open.at(-1)?.children.push(element)
        root ??= element
        if (!empty) open.push(element)
        if (open.length > LIMITS.depth) this.#fail(`elements are nested deeper than ${LIMITS.depth}`)
      }
    }
    const [unclosed] = open.splice(-1)
    if (unclosed) this.#fail(`<${unclosed.name}> is not closed`)
    return root ?? this.#fail('there is no element')
  }

  /** Text up to the next markup. */
  #characters(open: readonly Open[]): void {
    const next = this.#text.indexOf('<', this.#at)
    const end = next < 0 ? this.#text.length : next
    if (end > this.#at) this.#read(open, this.#decoded(this.#text.slice(this.#at, end)))
    this.#at = end
  }

  #read(open: readonly Open[], text: string): void {
    const top = open.at(-1)
    if (top) top.text += text
    else if (text.trim() !== '') this.#fail('there is text outside the root element')
  }

  #open(): { element: Open; empty: boolean } {
    if (++this.#elements > LIMITS.elements) this.#fail(`there are more than ${LIMITS.elements} elements`)
    this.#at++
    const element: Open = { name: this.#name(), attributes: {}, children: [], text: '' }
    for (let count = 0; ; count++) {
      const spaced = this.#space()
      if (this.#takes('/>')) return { element, empty: true }
      if (this.#takes('>')) return { element, empty: false }
      if (!spaced || count === LIMITS.attributes) this.#fail(`<${element.name}> is not well formed`)
      const name = this.#name()
      this.#space()
      if (!this.#takes('=')) this.#fail(`attribute ${name} has no value`)
      this.#space()
      const quote = this.#text[this.#at]
      if (quote !== '"' && quote !== "'") this.#fail(`the value of ${name} is not quoted`)
      const end = this.#text.indexOf(quote ?? '"', this.#at + 1)
      if (end < 0) this.#fail(`the value of ${name} does not end`)
      const value = this.#text.slice(this.#at + 1, end)
      if (value.includes('<')) this.#fail(`the value of ${name} holds <`)
      // Defined, not assigned: a name may be __proto__.
      Object.defineProperty(element.attributes, name, { value: this.#decoded(value), enumerable: true })
      this.#at = end + 1
    }
  }

  #close(open: Open[]): void {
    this.#at += 2
    const name = this.#name()
    this.#space()
    if (!this.#takes('>') || open.pop()?.name !== name) this.#fail(`</${name}> closes nothing`)
  }

  #name(): string {
    namePattern.lastIndex = this.#at
    const name = namePattern.exec(this.#text)?.[0] ?? this.#fail('a name is expected')
    this.#at += name.length
    return name
  }

  #space(): boolean {
    const from = this.#at
    while (' \t\r\n'.includes(this.#text[this.#at] ?? '?')) this.#at++
    return this.#at > from
  }

  #takes(text: string): boolean {
    if (!this.#text.startsWith(text, this.#at)) return false
    this.#at += text.length
    return true
  }

  #skips(begin: string, end: string): boolean {
    return this.#between(begin, end) !== undefined
  }

  #between(begin: string, end: string): string | undefined {
    if (!this.#text.startsWith(begin, this.#at)) return undefined
    const until = this.#text.indexOf(end, this.#at + begin.length)
    if (until < 0) this.#fail(`${begin} does not end`)
    const between = this.#text.slice(this.#at + begin.length, until)
    this.#at = until + end.length
    return between
  }

  #decoded(text: string): string {
    if (!text.includes('&')) return text
    return text.replace(/&([^;&\s]{0,10});?/g, (whole, name: string) => {
      const character = /^#(?:x([0-9a-fA-F]{1,6})|([0-9]{1,7}))$/.exec(name)
      const code = character && Number.parseInt(character[1] ?? character[2] ?? '', character[1] ? 16 : 10)
      const known = code === null ? named[name] : code <= 0x10ffff ? String.fromCodePoint(code) : undefined
      if (known === undefined || !whole.endsWith(';'))
        this.#fail(`${whole.slice(0, 12)} is no reference known here`)
      return known as string
    })
  }

  #fail(what: string): never {
    const line = this.#text.slice(0, this.#at).split('\n').length
    throw new Malformed(`line ${line}: ${what}`)
  }
}

const namePattern = /[\p{L}_:][\p{L}\p{N}_:.-]{0,255}/uy
const named: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }
