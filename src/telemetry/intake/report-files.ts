import { createHash } from 'node:crypto'
import { glob, readFile, stat } from 'node:fs/promises'
import { costCsv } from './cost-csv.ts'
import { featureFlags } from './feature-flags.ts'
import { Malformed } from './fields.ts'
import { junit } from './junit.ts'
import { openCostReport } from './opencost.ts'
import { createOutbox } from './outbox.ts'
import type { Report, ReportAbout } from './report.ts'
import { startRounds } from './rounds.ts'
import { sarif } from './sarif.ts'
import { type Source, SourceError } from './source.ts'

const reports: readonly Report[] = [junit, sarif, costCsv, openCostReport, featureFlags]

export interface ReportFileSettings extends ReportAbout {
  /** Patterns of files, such as `/var/lib/ci/*.xml`. */
  paths: readonly string[]
  format: 'junit' | 'sarif' | 'cost-csv' | 'opencost' | 'feature-flags'
  /** Milliseconds between two looks; 10,000 when absent. */
  intervalMs?: number
}

const MAX_FILES = 10_000
const MAX_BYTES = 64 * 1024 * 1024

/** Reports that lie in folders: each file is read once, and again when its content is another. */
export const reportFiles: Source<ReportFileSettings> = {
  type: 'report-files',
  summary: 'Results of tests and scans, costs and changes of flags, from files',
  async open(settings, context) {
    const report = checkedFormat(settings)
    const { clock } = context
    const outbox = createOutbox(context)
    /** Digest of what was read, by path. */
    const read = new Map(Object.entries(((await context.load()) ?? {}) as Record<string, string>))
    /** Size and time of files that need not be looked into. */
    const seen = new Map<string, string>()

    const take = async (path: string) => {
      const { size, mtimeMs } = await stat(path)
      const looks = `${size}/${mtimeMs}`
      if (seen.get(path) === looks) return
      if (size > MAX_BYTES) outbox.refuse(1, `${path} is larger than ${MAX_BYTES} bytes`)
      else await takeContent(path, await readFile(path))
      seen.set(path, looks)
    }
    const takeContent = async (path: string, content: Uint8Array) => {
      const digest = createHash('sha256').update(content).digest('base64').slice(0, 16)
      if (read.get(path) === digest) return
      try {
        const signals = report.read(content, settings, clock.now())
        read.set(path, digest)
        await outbox.put(signals, Object.fromEntries(read))
      } catch (error) {
        if (!(error instanceof Malformed)) throw error
        outbox.refuse(1, `${path}: ${error.message}`)
      }
    }
    return startRounds({
      clock,
      outbox,
      intervalMs: settings.intervalMs ?? 10_000,
      async look(signal) {
        const found = new Set<string>()
        for (const pattern of settings.paths)
          for await (const path of glob(pattern)) if (found.size < MAX_FILES) found.add(path)
        for (const path of [...found].sort()) if (!signal.aborted) await take(path)
        for (const path of read.keys()) if (!found.has(path)) read.delete(path)
      },
    })
  },
}

/** @throws SourceError */
function checkedFormat({ paths, format }: ReportFileSettings): Report {
  if (
    !Array.isArray(paths) ||
    paths.length === 0 ||
    paths.some(path => typeof path !== 'string' || path === '')
  )
    throw new SourceError('paths is not a list of files or patterns, such as /var/lib/ci/*.xml')
  const report = reports.find(({ type }) => type === format)
  if (!report) throw new SourceError(`format is none of ${reports.map(({ type }) => type).join(', ')}`)
  return report
}
