import type { Frame } from '../../canonical/answer.ts'
import { EventReader } from '../../protocols/sse.ts'
import { ProviderError } from '../provider.ts'
import type { UpstreamBody } from './exchange.ts'

/** Turns the events of one stream into frames. */
export interface FrameReader {
  /** Adds the frames of one event. @throws ProviderError */
  read(data: string, into: Frame[]): void
  /** The provider has said all: what follows is not read. */
  readonly done: boolean
  /** The answer came to its end, whether or not the provider has said so. */
  readonly complete: boolean
}

/** Largest single event. */
const maxEventBytes = 8 << 20

/**
 * The frames of a stream, those of one network read together. A stream that ends before its answer does is an error,
 * never an end.
 * @param explain what an error of the connection means
 */
export async function* framesOf(
  body: UpstreamBody,
  reader: FrameReader,
  explain: (error: unknown) => unknown,
): AsyncGenerator<readonly Frame[], void, void> {
  const events = new EventReader(maxEventBytes)
  try {
    for await (const bytes of body) {
      const group: Frame[] = []
      const failure = readAll(events, bytes, reader, group)
      // What came before the fault counts, however the network cut the stream.
      if (group.length > 0) yield group
      if (failure) throw failure.cause
      if (reader.done) {
        body.discard()
        return
      }
    }
  } catch (error) {
    throw explain(error)
  }
  if (!reader.complete || events.unfinished > 2)
    throw new ProviderError('provider_interrupted', "the provider's stream ended before the answer did")
}

function readAll(
  events: EventReader,
  bytes: Buffer,
  reader: FrameReader,
  into: Frame[],
): { cause: unknown } | undefined {
  try {
    for (const { data } of events.push(bytes)) {
      reader.read(data, into)
      if (reader.done) return undefined
    }
    return undefined
  } catch (cause) {
    return { cause }
  }
}
