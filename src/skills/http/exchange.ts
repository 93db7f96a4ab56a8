/** A request of an authenticated user and its answer, as the API server speaks them. */
export interface HttpRequest {
  method: string
  path: string
  query: URLSearchParams
  /** Lower-case names. */
  headers: Readonly<Record<string, string | undefined>>
  body?: string | Uint8Array
}

export interface HttpResponse {
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

export const json = (status: number, value: unknown, headers: Record<string, string> = {}): HttpResponse => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(value),
})

/** A refusal as Kubernetes writes one, so that every client of the API server understands it. */
export const refusal = (code: number, reason: string, message: string): HttpResponse =>
  json(code, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, code })

export const textOf = ({ body }: HttpRequest): string =>
  body === undefined ? '' : typeof body === 'string' ? body : new TextDecoder().decode(body)

/** The body as a JSON object; undefined when it is none. */
export function objectOf(request: HttpRequest): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(textOf(request))
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
