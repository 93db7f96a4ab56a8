import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { loadBundle } from '../../telemetry/bundle/load.ts'
import { caseOf } from '../case.ts'
import type { Case } from '../channel.ts'
import { diagnose } from '../diagnose.ts'
import { services } from './services.ts'

/** Public sets of the shared data whose answer is a service. */
export const serviceSets = ['rcd', 'rcd-late', 'petshop', 'nezha'] as const

/** What was said of a case of a set, beside what is right. */
export interface Outcome {
  set: string
  id: string
  family: string
  /** Whether silence was right. */
  normal: boolean
  /** Of the first hypothesis; 0 when nothing was said. */
  confidence: number
  /** Place of the right one, 0 when it is not named. */
  place: number
  said: string
}

/** Cases of a set, by name. @param data the folder that holds bundles and bundles-expected */
export const caseNames = (data: string, set: string): string[] =>
  readdirSync(join(data, 'bundles-expected', set))
    .map(file => file.replace(/\.json$/, ''))
    .sort()

/** Diagnoses one case by this channel alone. */
export async function outcomeOf(data: string, set: string, id: string): Promise<Outcome> {
  const text = readFileSync(join(data, 'bundles-expected', set, `${id}.json`), 'utf8')
  const { service, family } = JSON.parse(text) as { service: string | null; family: string }
  const { hypotheses } = diagnose(await sharedCase(data, set, id), [services])
  const level = (name: string) => (set.startsWith('rcd') ? name.replace(/-db$/, '') : name)
  const names = [...new Set(hypotheses.map(({ cause }) => level(cause.name)))]
  return {
    ...{ set, id, family, normal: service === null },
    confidence: hypotheses[0]?.confidence ?? 0,
    place: service === null ? 0 : names.indexOf(level(service)) + 1,
    said: hypotheses[0]?.statement ?? '(nothing)',
  }
}

export const isRight = ({ normal, confidence, place }: Outcome): boolean =>
  normal ? confidence === 0 : place === 1

/** A bundle as the scorers give it: alone and unpacked. */
async function sharedCase(data: string, set: string, id: string): Promise<Case> {
  const folder = mkdtempSync(join(tmpdir(), 'shared-case-'))
  try {
    cpSync(join(data, 'bundles', set, id), folder, { recursive: true })
    for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
      if (!file.endsWith('.gz')) continue
      const path = join(folder, file)
      writeFileSync(path.slice(0, -3), gunzipSync(readFileSync(path)))
      rmSync(path)
    }
    return await caseOf(await loadBundle(folder, { now: 0 }))
  } finally {
    rmSync(folder, { recursive: true })
  }
}
