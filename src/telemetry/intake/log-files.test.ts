import { appendFile, copyFile, mkdtemp, rename, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import type { LogRecord } from '../signals/signal.ts'
import { logFiles } from './log-files.ts'
import { sourceContract } from './source.contract.ts'
import { FakeContext } from './source.fake.ts'

const folder = () => mkdtemp(join(tmpdir(), 'keelway-logs-'))
let lines = 0

sourceContract('log-files', {
  source: logFiles,
  async world(context) {
    const path = await folder()
    return {
      settings: { paths: [join(path, '*.log')] },
      async produce() {
        await appendFile(join(path, 'app.log'), `INFO line ${lines++}\nINFO line ${lines++}\n`)
        return 2
      },
      pass: () => context.clock.advance(1000),
      [Symbol.asyncDispose]: () => rm(path, { recursive: true }),
    }
  },
  wrong: { settings: { paths: [] }, names: /paths/ },
})

/** A folder that is tailed; `bodies` waits for so many entries. */
async function tailing(context = new FakeContext(), path?: string) {
  const where = path ?? (await folder())
  const source = await logFiles.open({ paths: [join(where, '*.log')] }, context)
  const bodies = async (count: number) => {
    await vi.waitFor(
      () => {
        // Only while it waits for its next look.
        const due = context.clock.next()
        if (due !== undefined) context.clock.advance(due)
        expect(context.stored.length).toBeGreaterThanOrEqual(count)
      },
      { interval: 5 },
    )
    return (context.stored as LogRecord[]).map(({ body }) => body)
  }
  return { where, file: join(where, 'app.log'), source, context, bodies }
}

test('a file that is renamed is read to its end, then the new one', async () => {
  const { file, source, bodies } = await tailing()
  await writeFile(file, 'one\ntwo\n')
  await bodies(2)
  await appendFile(file, 'three\nwithout end')
  await rename(file, `${file}.1`)
  await writeFile(file, 'four\n')
  expect(await bodies(5)).toEqual(['one', 'two', 'three', 'without end', 'four'])
  await source.close()
})

test('a file that is copied and emptied goes on from its new beginning', async () => {
  const { file, source, bodies } = await tailing()
  await writeFile(file, 'a long first line\nsecond\n')
  await bodies(2)
  await copyFile(file, `${file}.1`)
  await truncate(file, 0)
  await bodies(2)
  await appendFile(file, 'third\n')
  expect(await bodies(3)).toEqual(['a long first line', 'second', 'third'])
  await source.close()
})

test('a file that was emptied and grew beyond where it was is noticed by its beginning', async () => {
  const { file, source, bodies } = await tailing()
  await writeFile(file, 'old 1\n')
  await bodies(1)
  await truncate(file, 0)
  await appendFile(file, 'new 1\nnew 2\nnew 3\n')
  expect(await bodies(4)).toEqual(['old 1', 'new 1', 'new 2', 'new 3'])
  await source.close()
})

test('a restart goes on where it was, through a rotation meanwhile', async () => {
  const first = await tailing()
  await writeFile(first.file, 'one\n')
  await first.bodies(1)
  await first.source.close()
  await appendFile(first.file, 'two\n')
  await rename(first.file, `${first.file}.1`)
  await writeFile(first.file, 'three\n')
  const second = await tailing(first.context, first.where)
  expect(await second.bodies(3)).toEqual(['one', 'two', 'three'])
  await second.source.close()
})

test('a line is read when it is whole, or when nothing came after it for five seconds', async () => {
  const { file, source, bodies, context } = await tailing()
  await writeFile(file, 'whole\nhal')
  await bodies(1)
  await appendFile(file, 'f\nrest')
  expect(await bodies(2)).toEqual(['whole', 'half'])
  expect(await bodies(3)).toEqual(['whole', 'half', 'rest'])
  expect(context.stored).toHaveLength(3)
  await source.close()
})

test('what is too long is cut, what is no UTF-8 is marked, and the lines after them are read', async () => {
  const { file, source, bodies, context } = await tailing()
  await writeFile(file, Buffer.concat([Buffer.alloc(3), Buffer.from(`${'x'.repeat(300_000)}\nnext\n`)]))
  await appendFile(file, Buffer.from([0xff, 0x62, 0x0a]))
  const [long, next, broken] = await bodies(3)
  expect([long?.length, next, broken]).toEqual([65_536, 'next', '\ufffdb'])
  expect(context.stored.map(({ attributes }) => attributes['log.damaged'])).toEqual([
    'cut',
    undefined,
    'encoding',
  ])
  await source.close()
})

test('stack traces come in one piece, with level, time and service', async () => {
  const { file, source, bodies, context } = await tailing()
  await writeFile(
    file,
    [
      '2025-12-31 10:00:00,250 ERROR [main] shop.Cart - no total',
      'java.lang.IllegalStateException: empty',
      '\tat shop.Cart.total(Cart.java:42)',
      'Caused by: java.io.IOException: password=hunter22 refused',
      '\t... 3 more',
      '2025-12-31 10:00:01,000 INFO [main] shop.Cart - go on',
      '',
    ].join('\n'),
  )
  const [first] = await bodies(2)
  expect(first?.split('\n')).toHaveLength(5)
  expect(first).not.toContain('hunter22')
  expect(context.stored).toMatchObject([
    { severity: 17, at: Date.UTC(2025, 11, 31, 10, 0, 0, 250), resource: { service: 'app' } },
    { severity: 9, body: 'INFO [main] shop.Cart - go on' },
  ])
  await source.close()
})
