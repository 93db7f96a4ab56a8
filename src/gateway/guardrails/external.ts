import { type Dispatcher, request as httpRequest } from 'undici'
import { z } from 'zod'
import { DetectorError, type Finding, type Zone } from './detector.ts'

/** Asks a guard of another process about a text. Rejects when it cannot tell: that is never a pass. */
export type AskExternal = (text: string, zone: Zone, signal: AbortSignal) => Promise<readonly Finding[]>

const optionsOf = z.strictObject({
  url: z.url({ protocol: /^https?$/ }),
  timeoutMs: z.number().int().min(1).max(30_000).default(1000),
})

const answerOf = z.object({
  findings: z
    .array(
      z.object({
        score: z.number().min(0).max(1),
        reason: z.string().max(200),
        start: z.number().int().min(0).optional(),
        end: z.number().int().min(0).optional(),
      }),
    )
    .max(1000),
})

const maxAnswerBytes = 1 << 20

/**
 * A guard over HTTP: `POST url {"text","zone"}` answers `{"findings":[{"score","reason","start"?,"end"?}]}`.
 * @throws DetectorError when the options are wrong
 */
export function createExternal(options: unknown, dispatcher: Dispatcher): AskExternal {
  const parsed = optionsOf.safeParse(options)
  if (!parsed.success)
    throw new DetectorError(
      `external needs options.url and may have timeoutMs: ${z.prettifyError(parsed.error)}`,
    )
  const { url, timeoutMs } = parsed.data
  return async (text, zone, signal) => {
    const { statusCode, body } = await httpRequest(url, {
      dispatcher,
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ text, zone }),
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      signal,
    })
    const chunks: Buffer[] = []
    let size = 0
    for await (const chunk of body) {
      size += chunk.length
      if (size > maxAnswerBytes)
        throw new Error(`the external guard answered more than ${maxAnswerBytes} bytes`)
      chunks.push(chunk)
    }
    if (statusCode !== 200) throw new Error(`the external guard answered ${statusCode}`)
    return answerOf
      .parse(JSON.parse(Buffer.concat(chunks).toString()))
      .findings.map(({ score, reason, start, end }) => ({
        score,
        reason,
        ...(start === undefined ? {} : { start }),
        ...(end === undefined ? {} : { end }),
      }))
  }
}
