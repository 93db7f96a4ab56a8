import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { loadBundle } from '../telemetry/bundle/load.ts'
import { madeCalls } from './calls/calls.fake.ts'
import { caseOf } from './case.ts'

test('of a route whose calls are known, what the gateway counted of them is no evidence of its own', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'keelway-case-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  await mkdir(join(folder, 'metrics'))
  await mkdir(join(folder, 'calls'))
  const rows = 'timestamp,cpu,keelway.gateway.tokens_rate\n1767225600,5,9\n'
  await writeFile(join(folder, 'metrics/desk.csv'), rows)
  await writeFile(join(folder, 'metrics/other.csv'), rows)
  await writeFile(join(folder, 'calls/1.jsonl'), `${JSON.stringify(madeCalls()[0])}\n`)
  const { tables } = await caseOf(await loadBundle(folder, { now: 0 }))
  expect(tables.map(({ service, columns, values }) => [service, columns, values.length])).toEqual([
    ['desk', ['cpu'], 1],
    ['other', ['cpu', 'keelway.gateway.tokens_rate'], 2],
  ])
})
