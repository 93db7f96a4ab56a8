import { randomUUID } from 'node:crypto'
import type { Clock } from '../../lib/clock.ts'
import { type HttpRequest, type HttpResponse, json, textOf } from '../http/exchange.ts'
import { hostOf } from '../http/host.ts'
import type { Asker, Orchestrator } from '../orchestrator.ts'
import { codes, failure, incoming, McpError } from './messages.ts'
import { createMcpSession, type McpSession, revisions } from './session.ts'

interface Open {
  session: McpSession
  user: string
  usedAt: number
}

const most = { sessions: 1_000, idleMs: 3_600_000, bodyCharacters: 1_000_000 } as const

/**
 * The protocol over HTTP at one path (its transport Streamable HTTP, revision 2025-11-25): POST takes one message; a call
 * of a tool is answered as server-sent events, with progress on the way, everything else as JSON. There is nothing to
 * tell a client that asked for nothing, so that GET is refused with 405.
 */
export function mcpEndpoint(
  orchestrator: Orchestrator,
  { clock, namespace = 'default' }: { clock: Clock; namespace?: string },
): (request: HttpRequest, asker: Asker) => Promise<HttpResponse> {
  const sessions = new Map<string, Open>()

  const open = (asker: Asker): string => {
    for (const [id, { usedAt, session }] of sessions)
      if (usedAt < clock.now() - most.idleMs || sessions.size >= most.sessions) {
        session.close()
        sessions.delete(id)
      }
    const id = randomUUID()
    const session = createMcpSession({ host: hostOf(orchestrator, asker), namespace })
    sessions.set(id, { session, user: asker.user, usedAt: clock.now() })
    return id
  }

  const known = (request: HttpRequest, asker: Asker): Open | HttpResponse => {
    const id = request.headers['mcp-session-id']
    if (id === undefined)
      return refused(400, 'the header Mcp-Session-Id of the answer to initialize is missing')
    const found = sessions.get(id)
    // A session is of one user; to others it is not there.
    if (!found || found.user !== asker.user)
      return refused(404, 'this session is not there; send initialize again')
    found.usedAt = clock.now()
    // The last used last, so that the first is the one to go.
    sessions.delete(id)
    sessions.set(id, found)
    return found
  }

  const post = async (request: HttpRequest, asker: Asker): Promise<HttpResponse> => {
    const body = textOf(request)
    if (body.length > most.bodyCharacters) return refused(413, 'the message is too long')
    const message = parsed(body)
    if (message === undefined)
      return json(400, failure(null, new McpError(codes.parse, 'the body is no JSON')))
    const read = incoming(message)
    if (read.kind === 'invalid') return refused(400, read.reason)
    if (read.kind === 'request' && read.request.method === 'initialize') {
      const id = open(asker)
      return whole(sessions.get(id)?.session, message, { 'mcp-session-id': id })
    }
    const found = known(request, asker)
    if ('status' in found) return found
    if (read.kind !== 'request') {
      await found.session.receive(message, () => {})
      return { status: 202, headers: {}, body: '' }
    }
    return read.request.method === 'tools/call'
      ? events(found.session, message)
      : whole(found.session, message)
  }

  return async (request, asker) => {
    const problem = refusedAtOnce(request)
    if (problem) return problem
    if (request.method === 'POST') return post(request, asker)
    if (request.method !== 'DELETE')
      return { ...refused(405, `${request.method} is not for this path`), headers: { allow: 'POST, DELETE' } }
    const found = known(request, asker)
    if ('status' in found) return found
    found.session.close()
    sessions.delete(request.headers['mcp-session-id'] ?? '')
    return { status: 204, headers: {}, body: '' }
  }
}

const refused = (status: number, message: string): HttpResponse =>
  json(status, failure(null, new McpError(codes.request, message)))

/** Origin against DNS rebinding, revision, and what is sent and taken. */
function refusedAtOnce({ method, headers }: HttpRequest): HttpResponse | undefined {
  const { origin, host, accept = '' } = headers
  if (origin !== undefined && !isOwn(origin, host))
    return refused(403, 'pages of other origins may not use this endpoint')
  const revision = headers['mcp-protocol-version']
  if (revision !== undefined && !revisions.some(known => known === revision))
    return json(
      400,
      failure(
        null,
        new McpError(codes.params, 'Unsupported protocol version', {
          supported: revisions,
          requested: revision.slice(0, 64),
        }),
      ),
    )
  if (method !== 'POST') return undefined
  if (!headers['content-type']?.startsWith('application/json')) return refused(415, 'send application/json')
  const takes =
    accept.includes('*/*') || (accept.includes('application/json') && accept.includes('text/event-stream'))
  return takes ? undefined : refused(406, 'accept application/json and text/event-stream')
}

function isOwn(origin: string, host: string | undefined): boolean {
  const url = URL.canParse(origin) ? new URL(origin) : undefined
  return (
    url !== undefined && (url.host === host || ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname))
  )
}

async function whole(
  session: McpSession | undefined,
  message: unknown,
  headers: Record<string, string> = {},
): Promise<HttpResponse> {
  const sent: object[] = []
  await session?.receive(message, one => sent.push(one))
  return json(200, sent.at(-1) ?? {}, headers)
}

/** A client that goes away did not cancel (section Sending Messages): the call goes on, and nobody hears of it. */
function events(session: McpSession, message: unknown): HttpResponse {
  return {
    status: 200,
    headers: { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' },
    body: sink => {
      let gone = false
      void session
        .receive(message, one => gone || sink.write(`event: message\ndata: ${JSON.stringify(one)}\n\n`))
        .finally(() => gone || sink.end())
      return () => {
        gone = true
      }
    },
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
