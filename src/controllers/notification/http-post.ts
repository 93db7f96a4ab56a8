import { type Post, SendFailed } from './sender.ts'

const longestWaitMs = 3_600_000
const answerMs = 15_000

/** POSTs by a function such as the global fetch. Bodies of answers are not read. */
export const httpPost =
  (call: typeof fetch): Post =>
  async ({ url, headers, body, signal }) => {
    try {
      const {
        status,
        headers: told,
        body: answer,
      } = await call(url, {
        method: 'POST',
        redirect: 'manual',
        headers: { 'user-agent': 'keelway', ...headers },
        body,
        signal: AbortSignal.any([signal, AbortSignal.timeout(answerMs)]),
      })
      await answer?.cancel()
      const seconds = Number(told.get('retry-after') ?? Number.NaN)
      return seconds > 0 ? { status, retryAfterMs: Math.min(longestWaitMs, seconds * 1000) } : { status }
    } catch (error) {
      signal.throwIfAborted()
      // Messages of the network name the URL, which may be a secret.
      throw new SendFailed(`the endpoint gave no answer (${codeOf(error)})`, true)
    }
  }

function codeOf(error: unknown): string {
  const { code, cause, name } = error as { code?: unknown; cause?: unknown; name?: string }
  if (typeof code === 'string') return code
  return cause === undefined ? (name ?? 'unknown') : codeOf(cause)
}
