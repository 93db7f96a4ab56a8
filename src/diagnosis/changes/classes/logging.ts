import type { Edit } from '../diff/edit.ts'
import { ratioOf, weightOfRatio } from '../diff/value.ts'
import { type DiffClass, type Hit, type Produces, quoted } from './diff-class.ts'

const writesMore: Produces = {
  'log-volume': 1,
  disk: 1,
  cost: 0.6,
  cpu: 0.5,
  latency: 0.4,
  throttling: 0.4,
  memory: 0.4,
  backlog: 0.4,
  silence: 0.2,
}
const levels = ['trace', 'debug', 'info', 'notice', 'warn', 'warning', 'error', 'fatal', 'off']

/** More is written to logs, traces or disk, or kept for longer. */
export const loggingChanged: DiffClass = {
  name: 'logging-changed',
  fault: 'config',
  find: edit => [...levelsLowered(edit), ...sampledMore(edit), ...writtenMore(edit)],
}

const levelsLowered = ({ settings }: Edit): Hit[] =>
  settings.flatMap(({ name, before, after, file }): Hit[] => {
    if (!before || !after || !/(level|verbosity|log)/i.test(name)) return []
    const rank = (text: string) => levels.indexOf(text.toLowerCase().replace(/^.*[.:]/, ''))
    const [old, now] = [rank(before.text), rank(after.text)]
    if (old < 0 || now < 0 || now >= old) return []
    return [
      {
        says: `sets ${name} to ${after.text} instead of ${before.text}`,
        file: file.path,
        strength: now <= 1 ? 0.95 : 0.6,
        produces: writesMore,
      },
    ]
  })

const sampledMore = ({ settings }: Edit): Hit[] =>
  settings.flatMap(({ name, before, after, file }): Hit[] => {
    if (!before || !after || !/sampl|retention|max_?backups|rotate|max_?age|keep/i.test(name)) return []
    const ratio = ratioOf(before, after)
    if (ratio === undefined || ratio <= 1) return []
    return [
      {
        says: `raises ${name} from ${before.text} to ${after.text}`,
        file: file.path,
        strength: weightOfRatio(ratio),
        produces: writesMore,
      },
    ]
  })

/** A line of a log in a loop or of a whole message; rotation taken away. */
const writtenMore = ({ files }: Edit): Hit[] =>
  files.flatMap((file): Hit[] => {
    const lost = file.removed.find(
      line =>
        /rotat|logrotate|max_?size|maxbackups|retention|truncate|cleanup|ttl|purge|vacuum|delete_?old/i.test(
          line,
        ) &&
        /log|file|disk|temp|tmp|backup|archive|wal|segment|snapshot|upload/i.test(`${line} ${file.path}`),
    )
    const still = file.added.some(line =>
      /rotat|max_?size|maxbackups|retention|truncate|cleanup|ttl|purge|vacuum|delete_?old/i.test(line),
    )
    if (lost !== undefined && !still)
      return [
        {
          says: `no longer removes what is old: ${quoted(lost)} is gone`,
          file: file.path,
          strength: 0.85,
          produces: { ...writesMore, 'log-volume': 0.6, memory: 0.3 },
        },
      ]
    if (file.role !== 'code') return []
    const whole = [...file.added, ...file.shown].find(line =>
      /(log|logger|console|slog|print)\w*\.?\w*\(.{0,120}(body|payload|request|response|dump|json|record|event|%\+?v|stack)/i.test(
        line,
      ),
    )
    if (whole === undefined) return []
    const often = [...file.added, ...file.context].some(line =>
      /^\s*(for|while|foreach)\b|\.(forEach|map|each)\(/.test(line),
    )
    return [
      {
        says: `logs whole messages: ${quoted(whole)}`,
        file: file.path,
        strength: often ? 0.8 : 0.55,
        produces: { ...writesMore, cpu: 0.7, latency: 0.7 },
      },
    ]
  })
