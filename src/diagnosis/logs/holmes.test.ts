import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { expect } from 'vitest'
import { needs, sharedData } from '../../../test/needs.ts'
import { loadBundle } from '../../telemetry/bundle/load.ts'
import { caseOf } from '../case.ts'
import type { Case } from '../channel.ts'
import { logs } from './logs.ts'

const bundles = sharedData('bundles', 'holmes')
const answers = sharedData('bundles-expected', 'holmes')

interface Expected {
  kind: 'statement' | 'none'
  tier: string
  acceptAllOfAny?: string[][]
}

async function unpacked<T>(folder: string, use: (evidence: Case) => T): Promise<T> {
  const copy = await mkdtemp(join(tmpdir(), 'holmes-'))
  try {
    await cp(folder, copy, { recursive: true })
    for (const entry of await readdir(copy, { recursive: true })) {
      if (!entry.endsWith('.gz')) continue
      await writeFile(join(copy, entry.slice(0, -3)), gunzipSync(await readFile(join(copy, entry))))
      await rm(join(copy, entry), { force: true })
    }
    return use(await caseOf(await loadBundle(copy, { now: Date.parse('2026-11-21T12:00:00Z') })))
  } finally {
    await rm(copy, { recursive: true, force: true })
  }
}

needs('shared data', bundles && answers)(
  'logs alone answer every case of the HolmesGPT set whose answer is in a log, and nothing where nothing is wrong',
  async () => {
    const wrong: string[] = []
    for (const name of (await readdir(bundles ?? '')).sort()) {
      const expected = JSON.parse(await readFile(join(answers ?? '', `${name}.json`), 'utf8')) as Expected
      const [top] = await unpacked(join(bundles ?? '', name), evidence => logs.look(evidence).findings)
      const text = (top?.strength ?? 0) >= 0.3 ? (top?.statement.slice(0, 400) ?? '') : ''
      const right = expected.acceptAllOfAny?.every(any => any.some(form => new RegExp(form, 'i').test(text)))
      if (expected.tier === 'logs' && !right) wrong.push(`${name}: ${text || 'nothing'}`)
      if (expected.kind === 'none' && text !== '') wrong.push(`${name}: ${text}`)
      // What it says where others know better must not be wrong.
      if (expected.kind === 'statement' && expected.tier !== 'logs' && text !== '' && !right)
        wrong.push(`${name}: ${text}`)
    }
    expect(wrong).toEqual([])
  },
  120_000,
)
