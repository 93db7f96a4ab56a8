import type { IncomingHttpHeaders } from 'node:http'
import { errors } from 'undici'

/** Most bytes of names and values, as node:http and undici have it. */
export const maxHeadBytes = 16 << 10

/** What the first lines of an answer say (RFC 9112 §4 and §6). */
export interface Head {
  status: number
  headers: IncomingHttpHeaders
  /** Bytes of the body, or how its end is found. */
  body: number | 'chunked' | 'until-close'
  /** The server is willing to answer again on this connection. */
  reusable: boolean
  /** How long the server keeps the connection when nothing is asked, in milliseconds; absent when it does not say. */
  idleMs?: number
}

/**
 * Reads status line and fields, without the empty line at their end. Strict: what may be read in two ways is refused,
 * so that nobody in between can make one answer look like two.
 * @throws HTTPParserError, HeadersOverflowError
 */
export function readHead(text: string): Head {
  const end = text.indexOf('\r\n')
  const line = end < 0 ? text : text.slice(0, end)
  const [, minor, digits] = statusLine.exec(line) ?? []
  if (digits === undefined) throw broken('no status line')
  const status = Number(digits)
  const headers = end < 0 ? {} : readFields(text, end + 2)
  const connection = tokensOf(headers.connection)
  const codings = tokensOf(headers['transfer-encoding'])
  const length = headers['content-length']
  if (codings.length > 0 && length !== undefined) throw broken('both a length and a transfer coding')
  const declared = lengthOf(length)
  let body: Head['body'] = declared ?? (hasNoBody(status) ? 0 : 'until-close')
  if (codings.length > 0 && !hasNoBody(status))
    body = codings.at(-1) === 'chunked' ? 'chunked' : 'until-close'
  const asked = minor === '1' ? !connection.includes('close') : connection.includes('keep-alive')
  const head: Head = { status, headers, body, reusable: asked && body !== 'until-close' }
  const hint = headers['keep-alive']
  const seconds = hint === undefined ? undefined : /timeout=\s*(\d{1,9})/i.exec(String(hint))?.[1]
  if (seconds !== undefined) head.idleMs = Number(seconds) * 1000
  return head
}

/** Whatever its fields say (RFC 9110 §6.4.1). */
export const hasNoBody = (status: number): boolean => status < 200 || status === 204 || status === 304

const statusLine = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: [\t -~\x80-\xff]*)?$/
/** What may stand in a field; a bare CR or LF, read differently by different software, may not (RFC 9110 §5.5). */
const fieldValue = /^[\t -~\x80-\xff]*$/
const token = /^[!#$%&'*+.^_`|~\w-]+$/

/** Fields from `from` on; of those that come more than once a list. */
export function readFields(text: string, from: number): IncomingHttpHeaders {
  const fields: Record<string, string | string[]> = {}
  let size = 0
  for (let at = from; at < text.length; ) {
    const found = text.indexOf('\r\n', at)
    const end = found < 0 ? text.length : found
    const colon = text.indexOf(':', at)
    if (colon < 0 || colon > end) throw broken('a field without a colon')
    const written = text.slice(at, colon)
    // A line that begins with a space would go on with the one before: obsolete, and read differently by different software.
    if (!token.test(written)) throw broken('a field name that is none')
    const name = written.toLowerCase()
    const value = withoutSpace(text, colon + 1, end)
    if (!fieldValue.test(value)) throw broken('a character that can not be in a field')
    size += name.length + value.length
    if (size >= maxHeadBytes) throw new errors.HeadersOverflowError()
    if (name === 'content-length' && fields[name] !== undefined) throw broken('two lengths')
    add(fields, name, value)
    at = end + 2
  }
  return fields
}

function withoutSpace(text: string, start: number, stop: number): string {
  let [from, to] = [start, stop]
  while (from < to && isSpace(text.charCodeAt(from))) from++
  while (to > from && isSpace(text.charCodeAt(to - 1))) to--
  return text.slice(from, to)
}

const isSpace = (code: number): boolean => code === 32 || code === 9

function add(fields: Record<string, string | string[]>, name: string, value: string): void {
  // An own field, whatever its name.
  if (name === '__proto__') {
    Object.defineProperty(fields, name, { value, enumerable: true, configurable: true, writable: true })
    return
  }
  const before = Object.hasOwn(fields, name) ? fields[name] : undefined
  if (before === undefined) fields[name] = value
  else if (typeof before === 'string') fields[name] = [before, value]
  else before.push(value)
}

const none: readonly string[] = []

function tokensOf(value: string | readonly string[] | undefined): readonly string[] {
  if (value === undefined) return none
  const joined = typeof value === 'string' ? value : value.join(',')
  return joined
    .toLowerCase()
    .split(',')
    .map(one => one.trim())
}

function lengthOf(value: string | undefined): number | undefined {
  if (value === undefined) return undefined
  const length = /^\d{1,16}$/.test(value) ? Number(value) : Number.NaN
  if (!Number.isSafeInteger(length)) throw broken('a length that is no number')
  return length
}

export const broken = (what: string): Error =>
  Object.assign(new Error(`the answer is not HTTP/1.1: ${what}`), { code: 'HPE_INVALID' })
