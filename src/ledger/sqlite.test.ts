import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, expect, test } from 'vitest'
import { digestOfValue } from '../lib/digest.ts'
import { ledgerContract } from './ledger.contract.ts'
import { openSqliteLedger } from './sqlite.ts'

const root = mkdtempSync(join(tmpdir(), 'keelway-ledger-'))
afterAll(() => rmSync(root, { recursive: true }))
let files = 0
const freshPath = () => join(root, `${files++}.sqlite`)

ledgerContract('sqlite ledger', () => openSqliteLedger({ path: freshPath() }))

const entry = (n: number) => ({
  id: `id-${n}`,
  actor: 'user:alice',
  action: 'override',
  subject: 'ModelRoute/support/refund-desk',
  at: '2026-01-01T00:00:00.000Z',
  data: { n, reason: 'agreed' },
})

/** A ledger of `count` entries after someone ran SQL on its file. */
async function tampered(sql: string, count = 5) {
  const path = freshPath()
  {
    await using ledger = openSqliteLedger({ path })
    for (let n = 1; n <= count; n++) await ledger.append(entry(n))
  }
  const db = new DatabaseSync(path)
  db.exec(sql)
  db.close()
  return openSqliteLedger({ path })
}

test('entries and their chain are there after reopening, and ids stay known', async () => {
  await using ledger = await tampered('')
  expect(await ledger.verify()).toMatchObject({ intact: true, entries: 5 })
  expect(await ledger.append(entry(2))).toMatchObject({ sequence: 2 })
  expect(await ledger.append(entry(6))).toMatchObject({ sequence: 6 })
  expect(await ledger.verify()).toMatchObject({ intact: true, entries: 6 })
})

test.for([
  [
    'changed data',
    `UPDATE entry SET data = '{"n":3,"reason":"forced"}' WHERE sequence = 3`,
    3,
    'was changed',
  ],
  ['a changed actor', `UPDATE entry SET actor = 'user:bob' WHERE sequence = 1`, 1, 'was changed'],
  ['a changed time', `UPDATE entry SET at = '2025-01-01T00:00:00.000Z' WHERE sequence = 5`, 5, 'was changed'],
  ['data that is no JSON', `UPDATE entry SET data = '{' WHERE sequence = 4`, 4, 'no JSON'],
  ['a removed entry', 'DELETE FROM entry WHERE sequence = 2', 2, 'entry 2 is missing'],
  ['a removed first entry', 'DELETE FROM entry WHERE sequence = 1', 1, 'entry 1 is missing'],
  ['entries removed at the end', 'DELETE FROM entry WHERE sequence > 3', 4, 'entry 4 is missing'],
  [
    'an entry removed and the rest moved up',
    'DELETE FROM entry WHERE sequence = 2; UPDATE entry SET sequence = sequence - 1 WHERE sequence > 2',
    2,
    'previous hash differs',
  ],
  [
    'two entries in each other’s place',
    'UPDATE entry SET sequence = 9 WHERE sequence = 2; UPDATE entry SET sequence = 2 WHERE sequence = 3; UPDATE entry SET sequence = 3 WHERE sequence = 9',
    2,
    'previous hash differs',
  ],
  ['a head set back', `UPDATE head SET sequence = 4`, 5, 'last recorded as head'],
] as const)('verify names %s', async ([, sql, brokenAt, why]) => {
  await using ledger = await tampered(sql)
  expect(await ledger.verify()).toEqual({ intact: false, brokenAt, why: expect.stringContaining(why) })
})

test('an entry whose hash was made to fit again breaks the chain at the next one', async () => {
  await using ledger = await tampered('')
  const [, second] = await ledger.list()
  const { hash: _, ...rest } = { ...second, data: { n: 2, reason: 'forced' } }
  await using forged = await tampered(
    `UPDATE entry SET data = '${JSON.stringify(rest.data)}', hash = '${digestOfValue(rest)}' WHERE sequence = 2`,
  )
  expect(await forged.verify()).toMatchObject({ intact: false, brokenAt: 3 })
})

test('two processes that append to one file keep one chain', async () => {
  const path = freshPath()
  await using one = openSqliteLedger({ path })
  await using other = openSqliteLedger({ path })
  for (let n = 0; n < 10; n++) await Promise.all([one.append(entry(2 * n)), other.append(entry(2 * n + 1))])
  expect(await one.verify()).toMatchObject({ intact: true, entries: 20 })
})

test('a file of a newer format is refused', async () => {
  await expect(tampered('PRAGMA user_version = 2')).rejects.toThrow('it has format 2, this version reads 1')
})

test('a closed ledger records what was queued and refuses the rest', async () => {
  const ledger = openSqliteLedger({ path: freshPath() })
  const queued = ledger.append(entry(1))
  await ledger[Symbol.asyncDispose]()
  await expect(queued).resolves.toMatchObject({ sequence: 1 })
  await expect(ledger.append(entry(2))).rejects.toMatchObject({ reason: 'ServiceUnavailable' })
})
