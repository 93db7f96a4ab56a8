import { readFileSync } from 'node:fs'
import type { Clock } from '../lib/clock.ts'
import { writePrivateFile } from '../lib/private-file.ts'
import type { TemplateOf } from '../telemetry/signals/template-of.ts'
import { createTemplateMiner, type TemplateMiner } from '../telemetry/templates/miner.ts'
import type { MinerSnapshot } from '../telemetry/templates/snapshot.ts'

/** How often what was learnt of logs is kept. A crash only costs learning it again: ids are those of the texts. */
const keepMs = 60_000

export interface KeptTemplates {
  templateOf: TemplateOf
  /** The template that an earlier one became part of. */
  currentTemplate(id: string): string
  close(): void
}

/** One miner for all log lines that come in, which goes on after a restart where it was. */
export function keptTemplates(path: string, clock: Clock): KeptTemplates {
  const snapshot = readSnapshot(path)
  const miner: TemplateMiner = createTemplateMiner(snapshot ? { snapshot } : {})
  const keep = () => writePrivateFile(path, JSON.stringify(miner.snapshot()))
  let seen = 0
  let cancel = clock.after(keepMs, later)
  function later(): void {
    const { lines } = miner.status()
    if (lines !== seen) keep()
    seen = lines
    cancel = clock.after(keepMs, later)
  }
  return {
    templateOf: (_, body) => {
      const { id, template } = miner.add(body)
      return { id, template }
    },
    currentTemplate: id => miner.current(id),
    close: () => {
      cancel()
      keep()
    },
  }
}

function readSnapshot(path: string): MinerSnapshot | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as MinerSnapshot
  } catch {
    // None was kept yet, or it is damaged: templates are learnt again.
    return undefined
  }
}
