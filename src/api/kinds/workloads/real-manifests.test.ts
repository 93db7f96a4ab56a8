import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { needs, sharedData } from '../../../../test/needs.ts'
import { admit } from '../../admission.ts'
import { apiVersionOf, type Resource } from '../../kind.ts'
import { workloadKinds } from './index.ts'

const folder = sharedData('policy', 'psa')
const test = needs('shared data', folder)

/** The fixtures of Pod Security Standards are whole Pods; some have names that only a test may have. */
test('every Pod of the fixtures of Pod Security Standards is known to its last field', () => {
  const files = readdirSync(folder ?? '').filter(name => name.endsWith('.yaml'))
  const objects = files.flatMap(name =>
    parseAllDocuments(readFileSync(join(folder ?? '', name), 'utf8')).map(
      document => document.toJS() as Resource,
    ),
  )
  const checked = objects.flatMap(object => {
    const kind = workloadKinds.find(
      one => one.kind === object?.kind && apiVersionOf(one) === object.apiVersion,
    )
    return kind ? [admit(kind, object)] : []
  })
  expect(checked.length).toBeGreaterThan(100)
  expect(checked.flatMap(({ unknownFields }) => unknownFields)).toEqual([])
  expect(checked.flatMap(({ causes }) => causes).filter(({ field }) => field !== 'metadata.name')).toEqual([])
})
