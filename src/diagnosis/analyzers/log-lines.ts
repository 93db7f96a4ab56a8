import type { Case } from '../channel.ts'
import type { LogLine } from './view.ts'

const most = { lines: 500, line: 2000 } as const

/** Looks for a text in all logs of a case, without splitting those that do not have it. */
export const logLines =
  ({ cluster, logs }: Pick<Case, 'cluster' | 'logs'>) =>
  (marker: string): LogLine[] => {
    const found: LogLine[] = []
    for (const { text, file, kind, name, namespace } of cluster.logs) {
      const pod = /^po(d|ds)?$/i.test(kind)
        ? { name, ...(namespace !== undefined && { namespace }) }
        : undefined
      for (let at = text.indexOf(marker); at >= 0 && found.length < most.lines; ) {
        const start = text.lastIndexOf('\n', at) + 1
        const end = text.indexOf('\n', at)
        found.push({
          text: text.slice(start, end < 0 ? undefined : end).slice(0, most.line),
          file,
          ...(pod && { pod }),
        })
        at = end < 0 ? -1 : text.indexOf(marker, end)
      }
    }
    for (const { body, resource } of logs) {
      if (found.length >= most.lines) break
      if (body.includes(marker))
        found.push({ text: body.slice(0, most.line), file: `logs/${resource.service || 'unknown'}.log` })
    }
    return found
  }
