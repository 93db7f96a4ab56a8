import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { bundleShow } from './bundle-show.ts'
import { parseInvocation, UsageError } from './command.ts'

async function show(incident: string, ...more: string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'keelway-show-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  await mkdir(join(folder, 'metrics'))
  await writeFile(join(folder, 'metrics/a%2Fb.csv'), 'timestamp,cpu\n1750000000,0.5\n1750000060,\n')
  await writeFile(join(folder, 'incident.json'), incident)
  await writeFile(join(folder, 'notes.txt'), 'mine')
  const printed: string[] = []
  const io = {
    out: (text: string) => void printed.push(text),
    err: () => {},
    signal: new AbortController().signal,
  }
  expect(await bundleShow.run(parseInvocation(bundleShow, [folder, ...more], io))).toBe(0)
  return printed.join('\n')
}

test('prints what is in a bundle', async () => {
  const printed = await show('{"summary":"slow","startedAt":"2025-06-15T15:06:00Z"}')
  expect(printed.split('\n')).toEqual([
    'incident  slow',
    'started   2025-06-15T15:06:00Z',
    'time      2025-06-15T15:06:40.000Z to 2025-06-15T15:07:40.000Z',
    'services  1: a/b',
    'metrics   1 with 1 points',
    ...[
      'logs      0',
      'spans     0',
      'events    0',
      'changes   0',
      'calls     0',
      'objects   0',
      'outputs   0',
    ],
    'size      1 KiB',
    'ignored   notes.txt',
  ])
})

test('prints the same as one object', async () => {
  expect(JSON.parse(await show('{"summary":"slow"}', '--json'))).toMatchObject({
    incident: { summary: 'slow', alerts: [] },
    services: ['a/b'],
    counts: { metrics: 1, points: 1, logs: 0 },
    ignored: ['notes.txt'],
  })
})

test('a file that can not be read is bad input, told in one line', async () => {
  await expect(show('{')).rejects.toThrow(UsageError)
  await expect(show('{')).rejects.toThrow(/^incident\.json:1: is not JSON$/)
})
