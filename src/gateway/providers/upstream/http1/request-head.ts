import type { Dispatcher } from 'undici'

/** A request that is plain enough to be written here; every other one is undici's. */
export interface PlainRequest {
  origin: string
  path: string
  headers: Readonly<Record<string, string>>
  body: string
  headersTimeout: number
  bodyTimeout: number
}

/** Fields that this side writes by itself, or that change what a connection means. */
const reserved: ReadonlySet<string> = new Set(
  'host connection content-length transfer-encoding keep-alive upgrade expect te trailer proxy-connection'.split(
    ' ',
  ),
)
const plainPath = /^\/[!-~]*$/
const plainName = /^[a-z\d-]{1,64}$/
const plainValue = /^[\t -~]*$/
/** Names that were looked at: a handful of literals of the providers. */
const known = new Set<string>()
const maxKnown = 1000

/** A POST of a text with visible ASCII in its head and time limits; undefined when it is anything else. */
export function plainRequest(options: Dispatcher.DispatchOptions): PlainRequest | undefined {
  const { origin, path, method, headers, body, headersTimeout, bodyTimeout } = options
  if (method !== 'POST' || typeof body !== 'string' || body === '' || typeof origin !== 'string')
    return undefined
  if (!headersTimeout || !bodyTimeout || !plainPath.test(path)) return undefined
  if (options.upgrade || options.query || options.reset || options.expectContinue) return undefined
  if (typeof headers !== 'object' || headers === null || Symbol.iterator in headers) return undefined
  for (const name in headers) {
    const value = (headers as Record<string, unknown>)[name]
    if (typeof value !== 'string' || !plainValue.test(value) || !isPlainName(name)) return undefined
  }
  return { origin, path, headers: headers as Record<string, string>, body, headersTimeout, bodyTimeout }
}

function isPlainName(name: string): boolean {
  if (known.has(name)) return true
  if (!plainName.test(name) || reserved.has(name)) return false
  if (known.size < maxKnown) known.add(name)
  return true
}

/** Head and body as one text: what is short goes out with one write. */
export function wireOf(host: string, { path, headers, body }: PlainRequest): string {
  let head = `POST ${path} HTTP/1.1\r\nhost: ${host}\r\nconnection: keep-alive\r\n`
  for (const name in headers) head += `${name}: ${headers[name]}\r\n`
  return `${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
}
