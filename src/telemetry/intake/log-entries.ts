import { beginsEntry } from './log-line.ts'

/** A line of a file. */
export interface Line {
  text: string
  /** Bytes from the beginning of the file to its beginning and to that of the next one. */
  start: number
  end: number
  /** It was cut because of its length, or was not text. */
  damaged?: 'cut' | 'encoding' | undefined
  /** What a container runtime says of it: when it was written, and to which stream. */
  at?: number | undefined
  stream?: string | undefined
}

/** Lines that belong together, such as a message and its stack trace. */
export type Entry = Line

const MAX_LINES = 500
const MAX_CHARACTERS = 65_536
/** Weight of one line in what share of entries begins with a time or level. */
const WEIGHT = 0.05

/**
 * Joins lines to entries: indented lines, frames of stack traces and tracebacks of Java, JavaScript, Python, Go, Ruby and
 * .NET belong to the line before them. Where nearly every entry begins with a time or level, a line that does not is
 * part of the one before.
 */
export class EntryJoiner {
  #held: Line[] = []
  #length = 0
  #stamped = false
  /** A Python traceback whose last line, the error, has not come. */
  #traceback = false
  /** Share of entries that begin with a time or level, lately. */
  #share = 0.5

  /** The entries that are complete now that this line has come. */
  push(line: Line, now: number): Entry[] {
    const begins = beginsEntry(line.text, now)
    if (this.#held.length > 0 && !begins && this.#continues(line)) {
      this.#add(line)
      return []
    }
    if (line.text.trim() !== '') this.#share += WEIGHT * ((begins ? 1 : 0) - this.#share)
    const done = this.flush()
    this.#stamped = begins
    this.#add(line)
    return done
  }

  /** What is held, complete or not. */
  flush(): Entry[] {
    const [first] = this.#held
    const last = this.#held.at(-1)
    const damaged = this.#held.find(line => line.damaged)?.damaged
    const text = this.#held
      .map(line => line.text)
      .join('\n')
      .trimEnd()
    this.#held = []
    this.#length = 0
    this.#traceback = false
    if (!first || !last || text === '') return []
    return [{ ...first, text, end: last.end, damaged }]
  }

  /** Where the first line begins that was taken and not given out. */
  get heldFrom(): number | undefined {
    return this.#held[0]?.start
  }

  #add(line: Line): void {
    if (line.text.startsWith('Traceback (most recent')) this.#traceback = true
    this.#held.push(line)
    this.#length += line.text.length + 1
  }

  #continues({ text }: Line): boolean {
    const [first] = this.#held
    if (first?.text.startsWith('{"')) return false
    if (this.#held.length >= MAX_LINES || this.#length + text.length > MAX_CHARACTERS) return false
    if (text === '' || /^[ \t]/.test(text) || frame.test(text)) return true
    const trace = this.#held.some(line => tracebackPart.test(line.text))
    if (tracebackPart.test(text)) return trace || this.#stamped
    if (this.#traceback) {
      this.#traceback = false
      return true
    }
    if (goCrash.test(first?.text ?? '')) return goFrame.test(text)
    return this.#stamped && (this.#share > 0.7 || thrown.test(text))
  }
}

const frame =
  /^(?:at \S|Caused by: |Suppressed: |\.\.\. \d{1,6} (?:more|common)|--- End of|[}\])]{1,4}[,;]?$|from \S{1,300}:\d)/
const tracebackPart = /^(?:Traceback \(most recent|During handling of the above|The above exception was)/
/** Loggers write what was thrown below their own line. */
const thrown = /^[\w.$]{1,200}(?:Exception|Error|Throwable|Fault)(?::|$)/
const goCrash = /^(?:panic: |fatal error: |goroutine \d)/
const goFrame =
  /^(?:goroutine \d|\[signal |created by |exit status |[\w./*()[\]{}-]{1,300}\([^)]{0,300}\)$|panic: )/
