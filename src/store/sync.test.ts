import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect } from 'vitest'
import { needs, program } from '../../test/needs.ts'

const root = mkdtempSync(join(tmpdir(), 'keelway-sync-'))
afterAll(() => rmSync(root, { recursive: true }))

needs('strace', program('strace'))('fifty concurrent writers share one disk sync per commit group', () => {
  const rounds = 12
  const trace = join(root, 'trace')
  const script = join(import.meta.dirname, 'group-writer.ts')
  execFileSync(
    'strace',
    [
      ...['-f', '-qq', '-o', trace, '-e', 'trace=fdatasync,fsync,sync_file_range,msync,write'],
      ...[process.execPath, script, join(root, 'store.sqlite'), String(rounds)],
    ],
    { stdio: ['ignore', 'ignore', 'inherit'], timeout: 20_000 },
  )
  const calls = readFileSync(trace, 'utf8').split('\n')
  const begin = calls.findIndex(call => call.includes('write(1, "begin'))
  const end = calls.findIndex(call => call.includes('write(1, "end'))
  expect(begin).toBeGreaterThan(0)
  const syncs = calls.slice(begin, end).filter(call => /sync[a-z_]*\(/.test(call))
  // fdatasync or fsync, as the SQLite inside Node was built.
  for (const call of syncs) expect(call).toMatch(/ f(data)?sync\(\d+/)
  expect(syncs).toHaveLength(rounds)
})
