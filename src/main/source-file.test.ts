import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { wantedSources } from './source-file.ts'

function file(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'keelway-sources-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'sources.yaml')
  writeFileSync(path, text)
  return path
}

test('a file names sources with their settings', () => {
  const found = wantedSources(
    file('sources:\n  - type: log-files\n    settings: { files: ["/var/log/*.log"] }\n'),
  )
  expect(found).toMatchObject([{ source: { type: 'log-files' }, settings: { files: ['/var/log/*.log'] } }])
})

test('what is wrong is named by file and field', () => {
  expect(() => wantedSources(file('sources:\n  - type: nothing\n'))).toThrow(
    /sources\.yaml: sources\.0\.type: there is no source "nothing"; use .*log-files/,
  )
  expect(() => wantedSources(file('source: []\n'))).toThrow(/sources\.yaml: sources/)
  expect(() => wantedSources('/nowhere/sources.yaml')).toThrow('cannot read')
})
