import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { seededRandom } from '../lib/random.ts'
import { openSqliteLedger } from './sqlite.ts'

const root = mkdtempSync(join(tmpdir(), 'keelway-ledger-crash-'))
afterAll(() => rmSync(root, { recursive: true }))

const kills = 25

/** Lines the writer printed before it was killed at its nth line. */
function killedAt(lines: number, path: string, run: number): Promise<string[]> {
  const script = join(import.meta.dirname, 'crash-writer.ts')
  const child = spawn(process.execPath, [script, path, String(run)], { stdio: ['ignore', 'pipe', 'inherit'] })
  let printed = ''
  return new Promise((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      printed += chunk
      if (printed.split('\n').length > lines) child.kill('SIGKILL')
    })
    child.on('error', reject)
    child.on('close', (_code, signal) =>
      signal === 'SIGKILL'
        ? resolve(printed.split('\n').slice(0, -1))
        : reject(new Error('the writer ended by itself')),
    )
  })
}

test(`the chain is intact and holds every acknowledged entry after each of ${kills} kills`, {
  timeout: 120_000,
}, async () => {
  const path = join(root, 'ledger.sqlite')
  const random = seededRandom(3)
  const acknowledged: string[] = []
  for (let run = 0; run < kills; run++) {
    acknowledged.push(...(await killedAt(1 + Math.floor(random() * 150), path, run)))
    await using ledger = openSqliteLedger({ path })
    const entries = await ledger.list()
    expect(await ledger.verify()).toMatchObject({ intact: true, entries: entries.length })
    const found = new Set(entries.map(entry => `${entry.id} ${entry.hash}`))
    expect(acknowledged.filter(line => !found.has(line))).toEqual([])
  }
})
