import { z } from 'zod'
import { type Fetch, ForgeError } from './forge.ts'

const BYTES = 4 * 1024 * 1024
const PAGES = 10
const TIMEOUT_MS = 20_000

export interface Rest {
  /** One call; the answer's JSON checked by the schema. */
  call<T extends z.ZodType>(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH',
    path: string,
    schema: T,
    options: { body?: object; signal: AbortSignal },
  ): Promise<z.output<T>>
  /** All pages of a list, 1,000 items at most. */
  list<T extends z.ZodType>(path: string, item: T, signal: AbortSignal): Promise<z.output<T>[]>
}

/**
 * JSON over HTTP as both forges speak it: no redirects (they would carry the token elsewhere), bounded answers and
 * time, and errors that say what was tried without the token.
 */
export function rest(options: {
  fetch: Fetch
  api: string
  headers: Readonly<Record<string, string>>
  /** For messages. */
  shown: string
}): Rest {
  const { api, headers, shown } = options
  const ask = async (method: string, path: string, body: object | undefined, signal: AbortSignal) => {
    const doing = `${method} ${path.split('?')[0]} of ${shown}`
    let response: Response
    try {
      response = await options.fetch(`${api}${path}`, {
        method,
        headers: {
          ...headers,
          'user-agent': 'keelway',
          ...(body && { 'content-type': 'application/json' }),
        },
        ...(body && { body: JSON.stringify(body) }),
        redirect: 'manual',
        signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
      })
    } catch (error) {
      signal.throwIfAborted()
      throw new ForgeError(`${doing}: no answer; check the address and the network`, 0, true, {
        cause: error,
      })
    }
    const text = await bounded(response, doing)
    if (response.ok) return { response, value: parsed(text, doing) }
    throw refused(doing, response, text)
  }
  return {
    async call(method, path, schema, { body, signal }) {
      const { value } = await ask(method, path, body, signal)
      return checked(schema, value, `${method} ${path} of ${shown}`)
    },
    async list(path, item, signal) {
      const found: z.output<typeof item>[] = []
      for (let page = 1; page <= PAGES; page++) {
        const { value } = await ask(
          'GET',
          `${path}${path.includes('?') ? '&' : '?'}per_page=100&page=${page}`,
          undefined,
          signal,
        )
        const items = checked(z.array(item), value, `GET ${path} of ${shown}`)
        found.push(...items)
        if (items.length < 100) break
      }
      return found
    },
  }
}

async function bounded(response: Response, doing: string): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length
    if (bytes > BYTES) throw new ForgeError(`${doing}: the answer has more than ${BYTES} bytes`, 0, false)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function parsed(text: string, doing: string): unknown {
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new ForgeError(`${doing}: the answer is no JSON`, 0, false, { cause: error })
  }
}

function checked<T extends z.ZodType>(schema: T, value: unknown, doing: string): z.output<T> {
  const { success, data, error } = schema.safeParse(value)
  if (success) return data
  const [issue] = error.issues
  throw new ForgeError(
    `${doing.split('?')[0]}: the answer is not as documented: ${issue?.path.join('.')} ${issue?.message}`,
    0,
    false,
  )
}

/** What forges say of a refusal, in their forms: a message that is a text, a list or a map, and errors beside it. */
function refused(doing: string, response: Response, text: string): ForgeError {
  const { status, headers } = response
  const said = reasonOf(text)
  const waits = headers.get('retry-after') !== null || headers.get('x-ratelimit-remaining') === '0'
  const advice =
    status === 401 || (status === 403 && !waits)
      ? '; check the token in the Secret named in spec.credentials and what it may do'
      : status === 404
        ? '; check the address of the repository, and that the token may see it'
        : ''
  const retryable = status >= 500 || status === 429 || (status === 403 && waits)
  return new ForgeError(`${doing}: ${status}${said ? ` ${said}` : ''}${advice}`, status, retryable)
}

function reasonOf(text: string): string {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return ''
  }
  const { message, error, errors } = (typeof value === 'object' && value !== null ? value : {}) as Record<
    string,
    unknown
  >
  const parts = [message, error, errors].flatMap(part =>
    part === undefined ? [] : [typeof part === 'string' ? part : JSON.stringify(part)],
  )
  return parts
    .join(': ')
    .replace(/\p{Cc}+/gu, ' ')
    .slice(0, 500)
}
