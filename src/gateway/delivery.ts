import type { ServerResponse } from 'node:http'
import type { Answer, Frame } from './canonical/answer.ts'
import type { AnswerGuard } from './guardrails/answer-guard.ts'
import { sendText } from './http.ts'
import type { Encoder } from './protocols/protocol.ts'

/** Where an answer goes, and in which form. */
export interface Delivery {
  response: ServerResponse
  encoder: Encoder
  /** Headers of the answer; read when the first byte goes out. */
  known: Record<string, string>
  signal: AbortSignal
  /** The client asked for a stream. */
  stream: boolean
  /** Called at every piece that goes out. */
  onWrite(): void
}

/**
 * Hands an answer over as the client asked for it, whichever way the provider gave it. Every frame is seen by `onFrame` as it
 * came and by the guard before any byte of it goes out; a reader that is slow slows the provider down.
 * @throws GatewayError of the guard, ProviderError, or the signal's reason
 */
export async function deliver(
  delivery: Delivery,
  answer: Answer,
  guard: AnswerGuard | undefined,
  onFrame: (frame: Frame) => void,
): Promise<void> {
  if (delivery.stream && 'stream' in answer) return deliverStream(delivery, answer.stream, guard, onFrame)
  const frames =
    'whole' in answer
      ? await guarded([answer.whole], guard, onFrame)
      : await collected(answer.stream, delivery.signal, guard, onFrame)
  delivery.signal.throwIfAborted()
  const { response, encoder, known, onWrite, stream } = delivery
  const [only] = frames
  if (stream) {
    // The wire of a whole answer is no event of a stream.
    writeHead(delivery)
    for (const { events } of frames) response.write(encoder.frame({ events }))
    onWrite()
    response.end(encoder.end())
    return
  }
  const whole =
    frames.length === 1 && only && 'whole' in answer
      ? only
      : { events: frames.flatMap(({ events }) => events) }
  onWrite()
  sendText(response, 200, encoder.whole(whole), known)
}

async function guarded(
  frames: readonly Frame[],
  guard: AnswerGuard | undefined,
  onFrame: (frame: Frame) => void,
): Promise<readonly Frame[]> {
  for (const frame of frames) onFrame(frame)
  if (!guard) return frames
  const out = guard.end(frames)
  return out instanceof Promise ? await out : out
}

async function collected(
  stream: AsyncIterable<readonly Frame[]>,
  signal: AbortSignal,
  guard: AnswerGuard | undefined,
  onFrame: (frame: Frame) => void,
): Promise<readonly Frame[]> {
  const all: Frame[] = []
  for await (const group of stream) {
    signal.throwIfAborted()
    for (const frame of group) onFrame(frame)
    all.push(...group)
  }
  return guard ? await guard.end(all) : all
}

async function deliverStream(
  delivery: Delivery,
  stream: AsyncIterable<readonly Frame[]>,
  guard: AnswerGuard | undefined,
  onFrame: (frame: Frame) => void,
): Promise<void> {
  const { response, encoder, signal } = delivery
  const send = async (frames: readonly Frame[]): Promise<void> => {
    let text = ''
    for (const frame of frames) text += encoder.frame(frame)
    if (text === '') return
    if (!response.headersSent) writeHead(delivery)
    delivery.onWrite()
    if (!response.write(text)) await drained(response, signal)
  }
  for await (const group of stream) {
    signal.throwIfAborted()
    for (const frame of group) onFrame(frame)
    await send(guard ? guard.pass(group) : group)
  }
  if (guard) await send(await guard.end([]))
  signal.throwIfAborted()
  if (!response.headersSent) writeHead(delivery)
  response.end(encoder.end())
}

function writeHead({ response, known }: Delivery): void {
  response.writeHead(200, {
    ...known,
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
    'x-accel-buffering': 'no',
  })
}

function drained(response: ServerResponse, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onDrain = () => {
      signal.removeEventListener('abort', onAbort)
      resolve()
    }
    const onAbort = () => {
      response.off('drain', onDrain)
      reject(signal.reason)
    }
    response.once('drain', onDrain)
    signal.addEventListener('abort', onAbort, { once: true })
  })
}
