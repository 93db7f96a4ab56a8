import { EventSplitter, eventData } from '../../protocols/openai/events.ts'
import { type Outcome, type ProviderAnswer, ProviderError, type ProviderRequest } from '../provider.ts'
import { normaliseUsage } from './usage.ts'

/** Largest single event. */
const maxEventBytes = 8 << 20
/** Text kept of one answer for scoring. */
const maxOutput = 1 << 20

/**
 * Forwards whole events byte for byte and reads usage and text on the way. When the client did not ask for usage, the
 * chunk that carries it and the `usage: null` of the others are taken out, as if nobody had asked.
 * A stream that breaks off is reported as an error, never as an end.
 */
export function streamAnswer(
  upstream: AsyncIterable<Buffer>,
  request: ProviderRequest,
  contentType: string,
  explain: (error: unknown) => unknown,
): ProviderAnswer {
  const reader = new ChunkReader(request.chat.stream_options?.include_usage === true)
  return {
    contentType,
    body: forward(upstream, reader, explain),
    outcome: () => reader.outcome(request),
  }
}

async function* forward(
  upstream: AsyncIterable<Buffer>,
  reader: ChunkReader,
  explain: (error: unknown) => unknown,
): AsyncGenerator<Buffer> {
  const splitter = new EventSplitter(maxEventBytes)
  try {
    for await (const bytes of upstream) {
      const kept = splitter.push(bytes).flatMap(event => reader.read(event) ?? [])
      if (kept.length > 0) yield kept.length === 1 && kept[0] ? kept[0] : Buffer.concat(kept)
    }
  } catch (error) {
    if (error instanceof RangeError)
      throw new ProviderError('provider_error', error.message, {}, { cause: error })
    throw explain(error)
  }
  if (!reader.finished || splitter.unfinished > 2)
    throw new ProviderError('provider_interrupted', "the provider's stream ended before the answer did")
}

interface Chunk {
  choices?: { index?: number; delta?: { content?: unknown }; finish_reason?: unknown }[]
  usage?: unknown
}

/** Reads the events of one stream as they pass. */
export class ChunkReader {
  /** The answer came to its end: `[DONE]`, or a finish reason from servers that do not send it. */
  finished = false
  #output = ''
  #usage: unknown
  readonly #keepUsage: boolean

  constructor(keepUsage: boolean) {
    this.#keepUsage = keepUsage
  }

  /** The bytes to send on for this event; undefined when the client must not see it. */
  read(event: Buffer): Buffer | undefined {
    const data = eventData(event)
    if (data === undefined) return event
    if (data === '[DONE]') {
      this.finished = true
      return event
    }
    const chunk = parseChunk(data)
    this.#note(chunk)
    if (this.#keepUsage || chunk.usage === undefined) return event
    if (chunk.usage !== null && chunk.choices?.length === 0) return undefined
    return Buffer.from(withoutUsage(data, chunk))
  }

  outcome({ chat }: ProviderRequest): Outcome {
    return { output: this.#output, ...normaliseUsage(this.#usage, chat, this.#output) }
  }

  #note({ usage, choices }: Chunk): void {
    if (usage !== undefined && usage !== null) this.#usage = usage
    const choice = choices?.find(({ index }) => (index ?? 0) === 0)
    if (!choice) return
    const text = choice.delta?.content
    if (typeof text === 'string' && this.#output.length < maxOutput) this.#output += text
    if (choice.finish_reason !== undefined && choice.finish_reason !== null) this.finished = true
  }
}

function parseChunk(data: string): Chunk {
  try {
    const value: unknown = JSON.parse(data)
    if (typeof value === 'object' && value !== null) return value
  } catch (error) {
    throw new ProviderError(
      'provider_error',
      'the provider sent an event that is not JSON',
      {},
      { cause: error },
    )
  }
  throw new ProviderError('provider_error', 'the provider sent an event that is not a JSON object')
}

/** In JSON an unescaped `,"usage":null` is always a member, so cutting the text is safe and spares writing the chunk anew. */
function withoutUsage(data: string, chunk: Chunk): string {
  const cut = chunk.usage === null ? data.replace(/\s*,\s*"usage"\s*:\s*null/, '') : data
  if (cut !== data && !cut.includes('\n')) return `data: ${cut}\n\n`
  const { usage: _, ...rest } = chunk
  return `data: ${JSON.stringify(rest)}\n\n`
}
