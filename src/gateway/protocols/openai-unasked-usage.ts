const nullUsage = ',"usage":null'

/**
 * A chunk as if nobody had asked for usage: without its `usage`, and undefined when it holds nothing else. The gateway
 * always asks providers for usage, and a chunk with no choices surprises clients that did not.
 */
export function withoutUsage(data: string, counts: boolean): string | undefined {
  // In JSON text an unescaped `,"usage":null` is always a member, so cutting it out spares writing the chunk anew.
  const at = counts ? -1 : data.indexOf(nullUsage)
  if (at >= 0) return data.slice(0, at) + data.slice(at + nullUsage.length)
  const { usage, ...rest } = JSON.parse(data) as { usage?: unknown; choices?: unknown }
  const empty = Array.isArray(rest.choices) && rest.choices.length === 0
  return empty && usage !== undefined && usage !== null ? undefined : JSON.stringify(rest)
}
