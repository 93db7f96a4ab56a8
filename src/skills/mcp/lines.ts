import { codes, failure, McpError } from './messages.ts'
import type { McpSession } from './session.ts'

/** Longest message that is read. */
const mostCharacters = 1_000_000

/**
 * Speaks the protocol over lines (its transport stdio): one message each, until they end.
 * @param write takes one line without its end
 */
export async function serveLines(
  session: McpSession,
  lines: AsyncIterable<string>,
  write: (line: string) => void,
): Promise<void> {
  const send = (message: object) => write(JSON.stringify(message))
  const running = new Set<Promise<void>>()
  for await (const line of lines) {
    if (line.trim() === '') continue
    const message = parsed(line)
    if (message === undefined) {
      send(failure(null, new McpError(codes.parse, 'this is no JSON, or too long')))
      continue
    }
    const receiving: Promise<void> = session.receive(message, send).finally(() => running.delete(receiving))
    running.add(receiving)
  }
  session.close()
  await Promise.allSettled(running)
}

function parsed(line: string): unknown {
  if (line.length > mostCharacters) return undefined
  try {
    return JSON.parse(line)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
