import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach } from 'vitest'
import { systemClock } from '../../lib/clock.ts'
import { openDuckDbSignals } from './duckdb-signals.ts'
import { signalStoreContract } from './signal-store.contract.ts'
import type { SignalStore } from './signal-store.ts'

const folders: string[] = []
const open: SignalStore[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map(store => store.close()))
  await Promise.all(folders.splice(0).map(folder => rm(folder, { recursive: true })))
})

async function newPath(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'keelway-signals-'))
  folders.push(folder)
  return join(folder, 'signals.duckdb')
}

async function openAt(path: string): Promise<SignalStore> {
  const store = await openDuckDbSignals({ path, clock: systemClock })
  open.push(store)
  return store
}

signalStoreContract('DuckDB', async () => openAt(await newPath()))
