import type { IncomingMessage } from 'node:http'
import { promisify } from 'node:util'
import { gunzip, inflate, zstdDecompress } from 'node:zlib'
import { decompressSnappy } from './prometheus/snappy.ts'

/** Bytes of all requests at hand, so that many senders together can not take more memory than this. */
export interface Budget {
  used: number
  readonly most: number
}

/** A body that can not be taken, with the status that says why. */
export class BodyRefused extends Error {
  override readonly name = 'BodyRefused'
  readonly status: 400 | 413 | 415 | 503

  constructor(status: BodyRefused['status'], message: string) {
    super(message)
    this.status = status
  }
}

/** Bytes at hand, which go back to the budget when they are let go. */
export interface Body extends Disposable {
  bytes: Buffer
}

/**
 * The body of a request without its Content-Encoding.
 * @param most bytes as they are sent
 * @param mostDecompressed bytes that they may become
 * @throws BodyRefused when it is larger, is not of its encoding, ends early, or the budget has no more
 */
export async function bodyOf(
  message: IncomingMessage,
  most: number,
  mostDecompressed: number,
  budget: Budget,
): Promise<Body> {
  const sent = await readBody(message, most, budget)
  try {
    const bytes = await decompress(sent, message.headers['content-encoding'], mostDecompressed)
    budget.used += bytes.length
    return {
      bytes,
      [Symbol.dispose]: () => {
        budget.used -= bytes.length
      },
    }
  } finally {
    budget.used -= sent.length
  }
}

/**
 * The bytes of a request as they were sent.
 * @throws BodyRefused when they are more than `most`, than the budget has, or end early
 */
async function readBody(message: IncomingMessage, most: number, budget: Budget): Promise<Buffer> {
  const tooLarge = () => new BodyRefused(413, `the body is larger than ${most} bytes; send less at once`)
  if (Number(message.headers['content-length'] ?? 0) > most) throw tooLarge()
  const chunks: Buffer[] = []
  let size = 0
  try {
    // The connection stays, so that the sender is told what was too much.
    for await (const chunk of message.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      size += chunk.length
      budget.used += chunk.length
      if (size > most) throw tooLarge()
      if (budget.used > budget.most)
        throw new BodyRefused(503, 'too much is being sent at once; send the same again')
      chunks.push(chunk)
    }
  } catch (error) {
    budget.used -= size
    if (error instanceof BodyRefused) throw error
    throw new BodyRefused(400, 'the body ended early')
  }
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)
}

type Decompress = (body: Buffer, most: number) => Promise<Buffer>

const [gunzipOf, inflateOf, zstdOf] = [promisify(gunzip), promisify(inflate), promisify(zstdDecompress)]

const encodings: Readonly<Record<string, Decompress>> = {
  identity: async body => body,
  gzip: (body, maxOutputLength) => gunzipOf(body, { maxOutputLength }),
  deflate: (body, maxOutputLength) => inflateOf(body, { maxOutputLength }),
  zstd: (body, maxOutputLength) => zstdOf(body, { maxOutputLength }),
  snappy: async (body, most) => decompressSnappy(body, most),
}

/**
 * The body without its Content-Encoding.
 * @throws BodyRefused for an encoding that is not known, for what is not of that encoding, and for what becomes larger
 * than `most`
 */
async function decompress(body: Buffer, encoding: string | undefined, most: number): Promise<Buffer> {
  const name = (encoding ?? '').trim().toLowerCase() || 'identity'
  const decompressOne = Object.hasOwn(encodings, name) ? encodings[name] : undefined
  if (!decompressOne)
    throw new BodyRefused(415, `send the body with Content-Encoding ${Object.keys(encodings).join(', ')}`)
  try {
    return await decompressOne(body, most)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ERR_BUFFER_TOO_LARGE' || /more than/.test(message))
      throw new BodyRefused(413, `the body is larger than ${most} bytes when decompressed; send less at once`)
    throw new BodyRefused(400, `the body is not ${name}`)
  }
}
