import { ApiError, type Status } from '../api/errors.ts'
import type { ApiRequest, Transport } from '../client/transport.ts'
import type { Request, Response, Stream, User } from './exchange.ts'
import type { ApiServer } from './server.ts'

/** Calls a server in this process, as a user, with the same checks as over HTTPS. */
export function inProcessTransport(server: Pick<ApiServer, 'handle'>, user: User): Transport {
  const send = async (request: ApiRequest): Promise<Response> => {
    request.signal?.throwIfAborted()
    const response = await server.handle(requestOf(request, user))
    if (response.status >= 400) throw refusalOf(response)
    return response
  }
  return {
    async request(request) {
      const { body } = await send(request)
      if (typeof body !== 'string')
        throw new ApiError('BadRequest', `${request.path} is a stream; use stream()`)
      return JSON.parse(body)
    },
    async *stream(request) {
      const { body } = await send(request)
      if (typeof body === 'string')
        throw new ApiError('BadRequest', `${request.path} is no stream; use request()`)
      yield* lines(body, request.signal)
    },
  }
}

function requestOf(
  { method, path, body, contentType = 'application/json' }: ApiRequest,
  user: User,
): Request {
  const { pathname, searchParams } = new URL(path, 'https://in-process')
  return {
    method,
    path: pathname,
    query: searchParams,
    headers: { accept: 'application/json', 'content-type': contentType, 'user-agent': 'keelway' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    user,
  }
}

function refusalOf({ status, body }: Response): ApiError {
  return ApiError.fromStatus(typeof body === 'string' ? (JSON.parse(body) as Partial<Status>) : {}, status)
}

async function* lines(stream: Stream, signal: AbortSignal | undefined): AsyncGenerator<unknown> {
  let waiting: string[] = []
  let size = 0
  let ended = false
  let wake = () => {}
  const stop = stream({
    write(text) {
      waiting.push(text)
      size += text.length
      wake()
    },
    end() {
      ended = true
      wake()
    },
    backlog: () => size,
  })
  const abort = () => wake()
  signal?.addEventListener('abort', abort)
  try {
    for (;;) {
      signal?.throwIfAborted()
      const batch = waiting
      waiting = []
      size = 0
      for (const text of batch) yield JSON.parse(text)
      if (waiting.length > 0) continue
      if (ended) return
      await new Promise<void>(resolve => {
        wake = resolve
        if (signal?.aborted) resolve()
      })
    }
  } finally {
    signal?.removeEventListener('abort', abort)
    stop()
  }
}
