import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { FakeClock } from '../lib/clock.fake.ts'
import { openSqliteStore } from './sqlite.ts'
import { storeContract } from './store.contract.ts'

const root = mkdtempSync(join(tmpdir(), 'keelway-store-'))
afterAll(() => rmSync(root, { recursive: true }))
let files = 0
const freshPath = () => join(root, `${files++}.sqlite`)

storeContract('sqlite store', () => openSqliteStore({ path: freshPath(), clock: new FakeClock() }))
