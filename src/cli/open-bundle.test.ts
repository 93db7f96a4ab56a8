import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { anomalies } from './anomalies.ts'
import { type Command, parseInvocation } from './command.ts'
import { logsTemplates } from './logs-templates.ts'

async function bundle(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'keelway-bundle-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  await mkdir(join(folder, 'metrics'))
  await mkdir(join(folder, 'logs'))
  const rows = Array.from(
    { length: 400 },
    (_, i) => `${1767225600 + i * 60},${i > 350 ? 90 : 10 + (i % 7)},5`,
  )
  await writeFile(join(folder, 'metrics/cart.csv'), `timestamp,cpu,disk\n${rows.join('\n')}\n`)
  const lines = Array.from({ length: 30 }, (_, i) => `2026-01-01T00:00:00Z INFO order ${i} shipped`)
  await writeFile(join(folder, 'logs/cart.log'), lines.join('\n'))
  await writeFile(join(folder, 'logs/web.log'), '2026-01-01T00:00:00Z ERROR no route\n  at a.js:1')
  return folder
}

async function run(command: Command, ...args: string[]): Promise<string[]> {
  const printed: string[] = []
  const io = {
    out: (text: string) => void printed.push(text),
    err: () => {},
    signal: new AbortController().signal,
  }
  expect(await command.run(parseInvocation(command, args, io))).toBe(0)
  return printed.join('\n').split('\n')
}

test('abnormal series of a bundle are told in the order in which they became so', async () => {
  const folder = await bundle()
  const [found, ...others] = (await run(anomalies, '--bundle', folder, '--json')).map(line =>
    JSON.parse(line),
  )
  expect(others).toEqual([])
  expect(found).toMatchObject({ service: 'cart', metric: 'cpu', since: '2026-01-01T05:51:00.000Z' })
  expect((await run(anomalies, '--bundle', folder))[0]).toBe('2 series, 1 abnormal:')
  expect(await run(anomalies, '--bundle', folder, '--service', 'web')).toEqual(['0 series, nothing abnormal'])
})

test('logs of a bundle have templates too, of one service or of all', async () => {
  const folder = await bundle()
  expect((await run(logsTemplates, '--bundle', folder))[0]).toBe('31 entries, 2 templates')
  const web = await run(logsTemplates, '--bundle', folder, '--service', 'web', '--json')
  expect(web.map(line => JSON.parse(line))).toMatchObject([{ service: 'web', template: 'ERROR no route' }])
})

test.each([
  [anomalies, [], 'anomalies needs FILE or --bundle DIR'],
  [logsTemplates, [], 'logs templates needs FILE or --bundle DIR'],
  [anomalies, ['file.csv', '--service', 'cart'], '--service goes with --bundle'],
  [anomalies, ['file.csv', '--bundle', '.'], 'name a FILE or a --bundle, not both'],
  [anomalies, ['--bundle', '/nowhere'], 'cannot read'],
])('what goes not together is told', async (command, args, message) => {
  await expect(run(command, ...args)).rejects.toThrow(message)
})

test('a service that is not in the bundle is told', async () => {
  const folder = await bundle()
  await expect(run(anomalies, '--bundle', folder, '--service', 'x')).rejects.toThrow('has no service "x"')
})
