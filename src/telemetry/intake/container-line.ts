import { timeOf } from './fields.ts'
import type { Line } from './log-entries.ts'

const MAX_CHARACTERS = 65_536
/** The CRI's log format (kubernetes/design-proposals, kubelet-cri-logging): time, stream, tags, text. */
const cri =
  /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)) (stdout|stderr) ([A-Z](?::[A-Z])*) ?/

/**
 * Takes off what container runtimes put around lines: the CRI's `2026-01-05T10:00:00Z stdout F text` and Docker's
 * `{"log":"text\n","stream":"stdout","time":"…"}`. Both cut long lines into parts, which are put together again, each
 * stream for itself.
 */
export class ContainerLines {
  readonly #parts = new Map<string, Line>()

  /** The line as the program wrote it, or nothing while its end has not come. */
  push(line: Line): Line | undefined {
    const piece = criPiece(line) ?? dockerPiece(line) ?? { ...line, whole: true }
    const { whole, ...part } = piece
    const stream = part.stream ?? ''
    const begun = this.#parts.get(stream)
    const joined: Line = begun ? joinedWith(begun, part) : part
    if (whole) {
      this.#parts.delete(stream)
      return joined
    }
    this.#parts.set(stream, joined)
    return undefined
  }

  /** Parts whose end never came. */
  flush(): Line[] {
    const rest = [...this.#parts.values()]
    this.#parts.clear()
    return rest
  }

  /** Where the first part begins that was taken and not given out. */
  get heldFrom(): number | undefined {
    const starts = [...this.#parts.values()].map(({ start }) => start)
    return starts.length === 0 ? undefined : Math.min(...starts)
  }
}

type Piece = Line & { whole: boolean }

function criPiece(line: Line): Piece | undefined {
  const head = cri.exec(line.text)
  if (!head) return undefined
  const [prefix, time = '', stream, tags = ''] = head
  return {
    ...line,
    text: line.text.slice(prefix.length),
    at: timeOf(time),
    stream,
    whole: !tags.split(':').includes('P'),
  }
}

function dockerPiece(line: Line): Piece | undefined {
  if (!line.text.startsWith('{"log":')) return undefined
  try {
    const { log, stream, time } = JSON.parse(line.text) as Record<string, unknown>
    if (typeof log !== 'string' || typeof stream !== 'string') return undefined
    const whole = log.endsWith('\n')
    const at = typeof time === 'string' ? timeOf(time) : undefined
    return { ...line, text: whole ? log.slice(0, -1).replace(/\r$/, '') : log, at, stream, whole }
  } catch {
    // A program wrote something that looks like it.
    return undefined
  }
}

function joinedWith(begun: Line, part: Line): Line {
  const room = MAX_CHARACTERS - begun.text.length
  return {
    ...begun,
    text: begun.text + part.text.slice(0, Math.max(0, room)),
    end: part.end,
    damaged: part.text.length > room ? 'cut' : (begun.damaged ?? part.damaged),
  }
}
