import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { loadBundle } from '../../telemetry/bundle/load.ts'
import { caseOf } from '../case.ts'
import type { Case } from '../channel.ts'

export const takenAt = Date.parse('2026-03-02T12:00:00Z')

/** The case of a bundle with these files, by path. */
export async function caseOfFiles(files: Readonly<Record<string, string>>): Promise<Case> {
  const folder = await mkdtemp(join(tmpdir(), 'case-'))
  try {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(folder, path)), { recursive: true })
      await writeFile(join(folder, path), text)
    }
    return await caseOf(await loadBundle(folder, { now: takenAt }))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** The case of what commands printed, each text with its `$` line, one file each. */
export const printed = (...texts: string[]): Promise<Case> =>
  caseOfFiles(
    Object.fromEntries(texts.map((text, at) => [`kubectl/${String(at).padStart(2, '0')}.txt`, text])),
  )
