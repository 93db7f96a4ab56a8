import type { IncomingHttpHeaders } from 'node:http'
import type { Frame } from '../canonical/answer.ts'
import type { CanonicalRequest, ProtocolName } from '../canonical/request.ts'
import type { Failure } from '../failure.ts'

/**
 * SERVE: one wire format that clients speak. A protocol is one folder exporting one object, one line in `index.ts`, and
 * passes `protocol.contract.ts`. It only translates: it decides nothing about routing, guardrails or money.
 */
export interface Protocol {
  name: ProtocolName
  /** Path it is served at, such as `/v1/chat/completions`. */
  path: string
  /** @throws GatewayError naming the field at fault */
  parse(body: Buffer, headers: IncomingHttpHeaders): CanonicalRequest
  /** Made once per answer. */
  encode(answer: AnswerContext): Encoder
  /** The body of an answer that is an error. */
  errorBody(failure: Failure): unknown
}

/** What an encoder may say of the call beyond what the provider said. */
export interface AnswerContext {
  /** As the client sent it: what it asked for decides which fields it gets. */
  request: CanonicalRequest
  /** The call's id. */
  call: string
  /** When the request arrived, milliseconds since the epoch. */
  at: number
}

/**
 * Makes the bytes of one answer. A client of protocol P sees only frames that P's own SDK can read. A whole answer for
 * a client that streams is one frame without wire (a whole body is no chunk); a stream for one that does not is one
 * whole frame with the events of all frames.
 */
export interface Encoder {
  /** A whole answer as one JSON text. A wire of this protocol goes out as it came. */
  whole(frame: Frame): string
  /**
   * Server-sent events for a frame; empty when the client gets nothing of it. Frames with wire and those whose wire was
   * taken away may mix: what comes after a changed frame never tells what that frame no longer says.
   */
  frame(frame: Frame): string
  /** What ends a stream; also closes what is still open. */
  end(): string
  /** The last event of a stream that breaks: then the connection closes without `end`. */
  failure(failure: Failure): string
}
