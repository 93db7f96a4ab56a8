/** One line of what a target exposes. */
export interface Sample {
  name: string
  labels: Readonly<Record<string, string>>
  value: number
  /** Milliseconds, where the target says it. */
  at?: number
}

export interface Exposition {
  samples: Sample[]
  /** By name of the family: counter, gauge, histogram, summary and so on, in lower case. */
  types: ReadonlyMap<string, string>
  units: ReadonlyMap<string, string>
}

/** An exposition that can not be read; says the line. */
export class ExpositionError extends Error {
  override readonly name = 'ExpositionError'
}

const mostLabels = 128

/**
 * Reads Prometheus' text format 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats) and OpenMetrics 1.0
 * (github.com/prometheus/OpenMetrics), names in quotes included; exemplars are passed over.
 * @param most samples; more are an error, since a part of a target's series is worse than none
 * @throws ExpositionError
 */
export function parseExposition(text: string, format: { openMetrics: boolean; most: number }): Exposition {
  const samples: Sample[] = []
  const types = new Map<string, string>()
  const units = new Map<string, string>()
  let line = 0
  for (let start = 0; start < text.length; ) {
    let end = text.indexOf('\n', start)
    if (end < 0) end = text.length
    line++
    const scanner = new Scanner(text, start, end, line)
    scanner.blank()
    if (scanner.peek() === '#') {
      const comment = scanner.rest()
      if (comment === '# EOF') break
      const [, what, name = '', value = ''] =
        /^#[ \t]+(TYPE|UNIT)[ \t]+("[^"]*"|\S+)[ \t]+(\S+)/.exec(comment) ?? []
      if (types.size + units.size > format.most)
        throw new ExpositionError(`has more than ${format.most} families`)
      if (what === 'TYPE') types.set(name.replaceAll('"', ''), value.toLowerCase())
      if (what === 'UNIT') units.set(name.replaceAll('"', ''), value)
    } else if (!scanner.done()) {
      if (samples.length === format.most) throw new ExpositionError(`has more than ${format.most} samples`)
      samples.push(scanner.sample(format.openMetrics))
    }
    start = end + 1
  }
  return { samples, types, units }
}

/** Reads one line from left to right; nothing is looked at twice. */
class Scanner {
  readonly #text: string
  readonly #end: number
  readonly #line: number
  #at: number

  constructor(text: string, start: number, end: number, line: number) {
    this.#text = text
    this.#at = start
    this.#end = text[end - 1] === '\r' ? end - 1 : end
    this.#line = line
  }

  peek(): string | undefined {
    return this.#at < this.#end ? this.#text[this.#at] : undefined
  }

  done(): boolean {
    return this.#at >= this.#end
  }

  rest(): string {
    return this.#text.slice(this.#at, this.#end)
  }

  blank(): void {
    while (this.peek() === ' ' || this.peek() === '\t') this.#at++
  }

  sample(openMetrics: boolean): Sample {
    let name = this.#word()
    const labels: Record<string, string> = {}
    this.blank()
    if (this.peek() === '{') {
      const quoted = this.#labels(labels)
      name ||= quoted ?? ''
    }
    if (name === '') throw this.#error('has no name')
    this.blank()
    const value = this.#number()
    this.blank()
    const next = this.peek()
    if (next === undefined || next === '#') return { name, labels, value }
    const at = this.#number() * (openMetrics ? 1000 : 1)
    this.blank()
    if (this.peek() !== undefined && this.peek() !== '#') throw this.#error('goes on after its time')
    return Number.isFinite(at) && at > 0 ? { name, labels, value, at } : { name, labels, value }
  }

  /** Labels in braces; a name in quotes stands among them. */
  #labels(labels: Record<string, string>): string | undefined {
    let name: string | undefined
    this.#at++
    for (let count = 0; ; count++) {
      this.blank()
      if (this.peek() === '}') break
      if (count > mostLabels) throw this.#error(`has more than ${mostLabels} labels`)
      const key = this.peek() === '"' ? this.#quoted() : this.#word()
      this.blank()
      if (this.peek() === '=') {
        this.#at++
        this.blank()
        if (key !== '' && key !== '__proto__') labels[key] = this.#quoted()
        else throw this.#error('has a label without a name')
      } else if (name === undefined && key !== '') name = key
      else throw this.#error('has a label without a value')
      this.blank()
      if (this.peek() === ',') this.#at++
      else if (this.peek() !== '}') throw this.#error('has labels that do not end')
    }
    this.#at++
    return name
  }

  #word(): string {
    const start = this.#at
    while (this.#at < this.#end && isWord(this.#text.charCodeAt(this.#at))) this.#at++
    return this.#text.slice(start, this.#at)
  }

  #quoted(): string {
    if (this.peek() !== '"') throw this.#error('has a label whose value is not in quotes')
    const start = ++this.#at
    let escaped = false
    for (; this.#at < this.#end; this.#at++) {
      const char = this.#text[this.#at]
      if (char === '\\') {
        escaped = true
        this.#at++
      } else if (char === '"') {
        const value = this.#text.slice(start, this.#at++)
        return escaped ? value.replace(/\\(.)/g, (_, char: string) => (char === 'n' ? '\n' : char)) : value
      }
    }
    throw this.#error('has a text that does not end')
  }

  #number(): number {
    const start = this.#at
    while (this.#at < this.#end && this.#text.charCodeAt(this.#at) > 32) this.#at++
    const word = this.#text.slice(start, this.#at)
    const value = Number(word)
    if (word !== '' && !Number.isNaN(value)) return value
    const special = specials[word.toLowerCase()]
    if (special === undefined) throw this.#error('has a value that is not a number')
    return special
  }

  #error(what: string): ExpositionError {
    return new ExpositionError(`line ${this.#line} ${what}`)
  }
}

const specials: Readonly<Record<string, number>> = {
  nan: Number.NaN,
  inf: Number.POSITIVE_INFINITY,
  '+inf': Number.POSITIVE_INFINITY,
  '-inf': Number.NEGATIVE_INFINITY,
}

/** Letters, digits, `_` and `:`. */
const isWord = (code: number): boolean =>
  (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 58) || code === 95
