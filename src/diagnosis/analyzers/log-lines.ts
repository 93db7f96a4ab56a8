import type { Case } from '../channel.ts'
import type { LogLine } from './view.ts'

const most = { lines: 500, line: 2000 } as const

/** Looks for a text in all logs of a case, without splitting those that do not have it. */
export const logLines =
  ({ cluster, logs }: Pick<Case, 'cluster' | 'logs'>) =>
  (marker: string): LogLine[] => {
    const found: LogLine[] = []
    for (const { text, file, kind, name, namespace } of cluster.logs) {
      const pod = { name, ...(namespace !== undefined && { namespace }) }
      for (const line of linesWith(text, marker, most.lines - found.length))
        found.push({ text: line, file, ...(/^po(d|ds)?$/i.test(kind) && { pod }) })
    }
    for (const { body, resource } of logs) {
      if (found.length >= most.lines) break
      if (body.includes(marker))
        found.push({ text: body.slice(0, most.line), file: `logs/${resource.service || 'unknown'}.log` })
    }
    return found
  }

function* linesWith(text: string, marker: string, limit: number): Generator<string> {
  let at = text.indexOf(marker)
  for (let count = 0; at >= 0 && count < limit; count++) {
    const start = text.lastIndexOf('\n', at) + 1
    const end = text.indexOf('\n', at)
    yield text.slice(start, end < 0 ? undefined : end).slice(0, most.line)
    at = end < 0 ? -1 : text.indexOf(marker, end)
  }
}
