import type { Sink, User } from './exchange.ts'
import type { ApiServer } from './server.ts'

export interface Answer {
  status: number
  headers: Record<string, string>
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every form
  json: any
}

export interface CallOptions {
  contentType?: string
  accept?: string
  headers?: Record<string, string>
  user?: User | undefined
}

/** Calls a server without a transport and shows the whole answer. */
export function caller(server: ApiServer) {
  const request = (method: string, path: string, body: unknown, options: CallOptions) => {
    const { pathname, searchParams } = new URL(path, 'https://test')
    const { contentType = 'application/json', accept = 'application/json', headers } = options
    const user = 'user' in options ? options.user : { name: 'admin', groups: [] }
    return server.handle({
      method,
      path: pathname,
      query: searchParams,
      headers: { accept, 'content-type': contentType, 'user-agent': 'test/1', ...headers },
      ...(body !== undefined && {
        body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
      }),
      ...(user && { user }),
    })
  }
  const call = async (
    method: string,
    path: string,
    body?: unknown,
    options: CallOptions = {},
  ): Promise<Answer> => {
    const response = await request(method, path, body, options)
    if (typeof response.body !== 'string') throw new Error(`${path} is a stream`)
    const json = response.headers['content-type']?.startsWith('application/json') && response.body
    return { ...response, json: json ? JSON.parse(response.body as string) : response.body }
  }
  const watch = async (path: string, options: CallOptions = {}): Promise<WatchReader> => {
    const { body } = await request('GET', path, undefined, options)
    if (typeof body === 'string') throw new Error(`${path} is no stream: ${body}`)
    return new WatchReader(body)
  }
  return { call, watch }
}

// biome-ignore lint/suspicious/noExplicitAny: tests look into events of every form
type Event = { type: string; object: any }

/** Reads a watch event by event. */
export class WatchReader implements Disposable {
  ended = false
  readonly #events: Event[] = []
  #wake = () => {}
  readonly #stop: () => void

  constructor(stream: (sink: Sink) => () => void) {
    this.#stop = stream({
      write: text => {
        this.#events.push(JSON.parse(text) as Event)
        this.#wake()
      },
      end: () => {
        this.ended = true
        this.#wake()
      },
      backlog: () => 0,
    })
  }

  /** The next event; undefined when the stream has ended. */
  async next(): Promise<Event | undefined> {
    while (this.#events.length === 0 && !this.ended)
      await new Promise<void>(resolve => {
        this.#wake = resolve
      })
    return this.#events.shift()
  }

  async take(count: number): Promise<string[]> {
    const seen: string[] = []
    for (let i = 0; i < count; i++) {
      const event = await this.next()
      seen.push(`${event?.type} ${event?.object.metadata?.name}`)
    }
    return seen
  }

  [Symbol.dispose](): void {
    this.#stop()
  }
}
