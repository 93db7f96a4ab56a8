import { z } from 'zod'
import type { Asker, Orchestrator, RecordedRun, SkillRequest } from '../orchestrator.ts'
import { type HttpRequest, type HttpResponse, json, objectOf, refusal } from './exchange.ts'
import { cardOf } from './host.ts'

const namespace = z.string().min(1).max(253).default('default')

/** `POST /skills/ask`. */
const Ask = z.strictObject({
  question: z.string().min(1).max(4_000),
  namespace,
  timeZone: z.string().max(64).optional(),
  model: z.string().min(1).max(253).optional(),
})

/** `POST /skills/run`. */
const Run = z.strictObject({
  skill: z.string().min(1).max(64),
  input: z.record(z.string(), z.unknown()).default({}),
  namespace,
})

/** `POST /skills/replay`. */
const Replay = z.strictObject({ record: z.string().max(100) })

/**
 * The routes of skills: GET /skills, POST /skills/ask, /skills/run and /skills/replay. With `?stream=true` each step is a
 * line of JSON when it is taken, and the result the last one.
 * @returns undefined for other paths
 */
export function skillRoutes(
  orchestrator: Orchestrator,
): (request: HttpRequest, asker: Asker) => Promise<HttpResponse | undefined> {
  return async (request, asker) => {
    const { path, method } = request
    if (path === '/skills' && method === 'GET') return json(200, { skills: orchestrator.skills.map(cardOf) })
    if (!['/skills', '/skills/ask', '/skills/run', '/skills/replay'].includes(path)) return undefined
    if (method !== 'POST' || path === '/skills')
      return refusal(405, 'MethodNotAllowed', `${path} takes ${path === '/skills' ? 'GET' : 'POST'}`)
    const body = objectOf(request)
    if (!body) return refusal(400, 'BadRequest', 'the body is not a JSON object')
    if (path === '/skills/replay') return replayed(orchestrator, body)
    const asked = path === '/skills/ask' ? askOf(body) : runOf(body)
    if ('problem' in asked) return refusal(400, 'BadRequest', asked.problem)
    if (request.query.get('stream') === 'true') return streamed(orchestrator, asked, asker)
    return json(200, await orchestrator.handle(asked, asker))
  }
}

function askOf(body: unknown): SkillRequest | { problem: string } {
  const parsed = Ask.safeParse(body)
  if (!parsed.success) return { problem: problemOf(parsed.error) }
  const { question: text, ...rest } = parsed.data
  return { kind: 'words', text, ...rest }
}

function runOf(body: unknown): SkillRequest | { problem: string } {
  const parsed = Run.safeParse(body)
  return parsed.success ? { kind: 'skill', ...parsed.data } : { problem: problemOf(parsed.error) }
}

const problemOf = ({ issues }: z.ZodError): string =>
  issues
    .slice(0, 5)
    .map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`)
    .join('; ')

async function replayed(orchestrator: Orchestrator, body: unknown): Promise<HttpResponse> {
  const parsed = Replay.safeParse(body)
  if (!parsed.success) return refusal(400, 'BadRequest', problemOf(parsed.error))
  try {
    return json(200, await orchestrator.replay(parsed.data.record))
  } catch (error) {
    return refusal(404, 'NotFound', (error as Error).message)
  }
}

function streamed(orchestrator: Orchestrator, request: SkillRequest, asker: Asker): HttpResponse {
  return {
    status: 200,
    headers: { 'content-type': 'application/x-ndjson', 'x-accel-buffering': 'no' },
    body: sink => {
      const gone = new AbortController()
      const write = (line: { step: string } | { run: RecordedRun } | { failed: string }) =>
        gone.signal.aborted || sink.write(`${JSON.stringify(line)}\n`)
      orchestrator
        .handle(request, asker, { signal: gone.signal, step: step => void write({ step }) })
        .then(run => write({ run }))
        .catch((error: Error) => write({ failed: error.message }))
        .finally(() => gone.signal.aborted || sink.end())
      return () => gone.abort(new Error('the client has gone'))
    },
  }
}
