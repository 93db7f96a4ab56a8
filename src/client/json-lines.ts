import { ApiError } from '../api/errors.ts'

const NEWLINE = 0x0a

/**
 * The values of newline-delimited JSON. Lines are cut as bytes and decoded whole, so a character split over two
 * chunks stays one character.
 * @throws ApiError InternalError when a line is not JSON, or longer than `maxBytes`.
 */
export async function* jsonLines(
  chunks: AsyncIterable<Uint8Array>,
  maxBytes: number,
): AsyncGenerator<unknown> {
  let parts: Uint8Array[] = []
  let length = 0
  const take = (part: Uint8Array) => {
    length += part.length
    if (length > maxBytes)
      throw new ApiError('InternalError', `the server sent a line longer than ${maxBytes} bytes`)
    parts.push(part)
  }
  const line = (): string => {
    const text = Buffer.concat(parts, length).toString('utf8').trim()
    parts = []
    length = 0
    return text
  }
  for await (const chunk of chunks) {
    let start = 0
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      take(chunk.subarray(start, end))
      const text = line()
      if (text) yield parse(text)
      start = end + 1
    }
    if (start < chunk.length) take(chunk.subarray(start))
  }
  // A server may end its last line without a newline; half a line is a broken connection.
  const rest = line()
  if (rest) yield parse(rest)
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch (cause) {
    throw new ApiError('InternalError', 'the server sent a line that is not JSON', {}, { cause })
  }
}
