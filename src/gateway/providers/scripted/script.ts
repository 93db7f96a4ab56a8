import { type ProviderErrorCode, providerErrorCodes } from '../provider.ts'

/**
 * What a scripted provider does, from the options of its settings; all are text. Unset ones do nothing.
 *
 * - `answer`: the text; `{user}`, `{system}`, `{model}` and `{count}` stand for the last user message, the system messages,
 *   the model asked for, and how many requests came before. Default `{user}`.
 * - `reasoning`: text that comes before the answer.
 * - `pieces`: characters of one streamed piece, 8 by default.
 * - `firstTokenMs`, `pieceMs`: time of the clock before the first piece and between two.
 * - `tools`: JSON list of `{name, arguments}`; arguments are JSON text. The answer then ends with them.
 * - `finish`: how it ends, such as `length`.
 * - `usage`: JSON object of buckets; what it leaves out is 0. `none`: the provider does not count.
 * - `fail`: class of a provider error. With `failWhen` only requests whose last user message contains that text fail; with
 *   `failFirst` only that many first requests; with `failAfter` the stream breaks after that many pieces.
 * - `retryAfterMs`: what the error asks for.
 * - `dimensions`: length of embedding vectors, 8 by default.
 */
export interface Script {
  answer: string
  reasoning: string
  pieces: number
  firstTokenMs: number
  pieceMs: number
  tools: readonly { name: string; arguments: string }[]
  finish: string | undefined
  usage: Record<string, number> | 'none' | undefined
  fail: ProviderErrorCode | undefined
  failWhen: string | undefined
  failFirst: number
  failAfter: number | undefined
  retryAfterMs: number | undefined
  dimensions: number
}

/** @throws Error naming the option that is not understood */
export function parseScript(options: Readonly<Record<string, string>>): Script {
  const known = new Set(names)
  for (const name in options)
    if (!known.has(name)) throw new Error(`unknown option "${name}" of a scripted provider`)
  const number = (name: string): number | undefined => {
    const text = options[name]
    if (text === undefined) return undefined
    const value = Number(text)
    if (text.trim() === '' || !Number.isInteger(value) || value < 0)
      throw new Error(`option ${name} of a scripted provider must be a whole number, not "${text}"`)
    return value
  }
  const { answer = '{user}', reasoning = '', fail, failWhen, finish } = options
  if (fail !== undefined && !isErrorCode(fail))
    throw new Error(`option fail of a scripted provider must be one of ${providerErrorCodes.join(', ')}`)
  return {
    answer,
    reasoning,
    pieces: Math.max(1, number('pieces') ?? 8),
    firstTokenMs: number('firstTokenMs') ?? 0,
    pieceMs: number('pieceMs') ?? 0,
    tools: options.tools === undefined ? [] : JSON.parse(options.tools),
    finish,
    usage:
      options.usage === undefined ? undefined : options.usage === 'none' ? 'none' : JSON.parse(options.usage),
    fail,
    failWhen,
    failFirst: number('failFirst') ?? Number.POSITIVE_INFINITY,
    failAfter: number('failAfter'),
    retryAfterMs: number('retryAfterMs'),
    dimensions: number('dimensions') ?? 8,
  }
}

const names =
  'answer reasoning pieces firstTokenMs pieceMs tools finish usage fail failWhen failFirst failAfter retryAfterMs dimensions'.split(
    ' ',
  )

const isErrorCode = (text: string): text is ProviderErrorCode =>
  (providerErrorCodes as readonly string[]).includes(text)
