import type { LogRecord } from '../../telemetry/signals/signal.ts'

const most = { head: 2000, tail: 1500, attribute: 600, attributes: 8, total: 4000 } as const

/** Attributes in which loggers put what went wrong. */
const telling =
  /(?:^|[._])(?:err|error|errors|exception|cause|reason|detail|details|stack|stacktrace|failure|fault|problem|note|hint)(?:$|[._](?:message|msg|type|kind|reason|detail|stacktrace)$)/i

/** What an entry says as a whole: its text, and the attributes that tell what went wrong. */
export function textOf({ body, attributes }: Pick<LogRecord, 'body' | 'attributes'>): string {
  const parts = [ends(body)]
  for (const [name, value] of Object.entries(attributes)) {
    if (parts.length > most.attributes) break
    if (typeof value !== 'string' || value === '' || !telling.test(name)) continue
    const text = /stack/i.test(name) ? innermost(value) : value.slice(0, most.attribute)
    if (!body.includes(text)) parts.push(text)
  }
  return parts.join('\n').slice(0, most.total)
}

/** Begin and end: the message stands first, the cause of all causes last. */
const ends = (text: string): string =>
  text.length <= most.head + most.tail ? text : `${text.slice(0, most.head)}\n${text.slice(-most.tail)}`

/** The line of a stack trace that all others follow from, or its first. */
export function innermost(trace: string): string {
  const lines = ends(trace)
    .split('\n')
    .map(line => line.trimEnd())
    .filter(line => line.trim() !== '')
  const [first = ''] = lines
  const cause = lines.findLast(line =>
    /^\s{0,40}(?:Caused by: |caused by: |\[cause\]: |Root cause: )/.test(line),
  )
  if (cause !== undefined) return cause.trim().replace(/^(?:Caused by|caused by|\[cause\]|Root cause): /, '')
  // Python says what was thrown below the trace.
  if (lines.some(line => /^\s{0,60}Traceback \(most recent call last\)/.test(line))) {
    const last = lines.findLast(line =>
      /^\s{0,60}[\w.]{1,200}(?:Error|Exception|Exit|Interrupt|Warning)\b/.test(line),
    )
    if (last !== undefined) return last.trim()
  }
  return first.trim()
}

/** One or two lines that say it: the message, and the cause where the message is only around it. */
export function decisive(text: string): string {
  const lines = text.split('\n')
  const head = (
    lines.find(line => line.trim() !== '' && !/^\s{0,60}Traceback \(most recent/.test(line)) ?? ''
  ).trim()
  const cause = innermost(text)
  // What follows a heading is what it is about.
  const next = /:$/.test(head)
    ? lines.find(line => line.trim() !== '' && line.trim() !== head)?.trim()
    : undefined
  const also = lines.length > 1 && cause !== head && !head.includes(cause) ? cause : undefined
  const attribute = lines
    .slice(1)
    .find(line => /^[\w.]{0,100}(?:Error|Exception)\b/.test(line))
    ?.trim()
  const second =
    next ?? also ?? (attribute !== undefined && !head.includes(attribute) ? attribute : undefined)
  return second === undefined || second === head || /^File "|^\s{0,20}at /.test(head)
    ? (second ?? head)
    : `${head} | ${second}`
}
