/**
 * A request and its answer without a transport: HTTPS, the in-process transport and tests all speak these.
 */
export interface User {
  name: string
  groups: readonly string[]
}

export interface Request {
  method: string
  /** Still percent-encoded, without the query. */
  path: string
  query: URLSearchParams
  /** Lower-case names. */
  headers: Readonly<Record<string, string | undefined>>
  body?: string | Uint8Array
  /** Absent for anonymous requests. */
  user?: User
}

export interface Response {
  status: number
  headers: Record<string, string>
  body: string | Stream
}

/** Begins to write into `sink`; the returned function stops it when the client has gone. */
export type Stream = (sink: Sink) => () => void

export interface Sink {
  write(text: string): void
  end(): void
  /** Characters or bytes written and not yet taken by the client. */
  backlog(): number
}

export const respond = (
  status: number,
  body: string,
  headers: Record<string, string> = {},
  contentType = 'application/json',
): Response => ({ status, headers: { 'content-type': contentType, ...headers }, body })

export const respondJson = (
  status: number,
  value: unknown,
  headers: Record<string, string> = {},
  contentType = 'application/json',
): Response => respond(status, JSON.stringify(value), headers, contentType)
