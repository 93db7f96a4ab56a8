import { basename } from 'node:path'
import { type TailSettings, tailFiles } from './log-tail.ts'
import { resource } from './plain-values.ts'
import type { Source } from './source.ts'

export interface LogFileSettings extends TailSettings {
  /** Whose logs they are; of each file its name without ending and numbers when absent. */
  service?: string
  namespace?: string
  version?: string
}

/** Log files, followed as they grow and through rotation; each entry once, stack traces in one piece. */
export const logFiles: Source<LogFileSettings> = {
  type: 'log-files',
  summary: 'Log files, as they grow and through rotation',
  open: (settings, context) =>
    tailFiles(
      settings,
      {
        container: false,
        resourceOf: path =>
          resource({
            service: settings.service ?? basename(path).replace(/(?:[.-]\d{1,14})?\.[a-z]{1,5}$/i, ''),
            namespace: settings.namespace,
            version: settings.version,
          }),
      },
      context,
    ),
}
