import { appendFile, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, test, vi } from 'vitest'
import type { LogRecord } from '../signals/signal.ts'
import { containerLogs, containerOf } from './container-logs.ts'
import { sourceContract } from './source.contract.ts'
import { FakeContext } from './source.fake.ts'

const inPod = 'shop_checkout-7d4b9c6f5-x2vlq_9f1c/app/0.log'
let lines = 0

sourceContract('container-logs', {
  source: containerLogs,
  async world(context) {
    const path = await mkdtemp(join(tmpdir(), 'keelway-pods-'))
    await mkdir(dirname(join(path, inPod)), { recursive: true })
    return {
      settings: { paths: [join(path, '*/*/*.log')] },
      async produce() {
        await appendFile(join(path, inPod), `2026-01-01T00:00:00.5Z stdout F line ${lines++}\n`)
        return 1
      },
      pass: () => context.clock.advance(1000),
      [Symbol.asyncDispose]: () => rm(path, { recursive: true }),
    }
  },
  wrong: { settings: { paths: 'all' }, names: /paths/ },
})

async function told(file: string, text: string, count: number) {
  const context = new FakeContext()
  const folder = await mkdtemp(join(tmpdir(), 'keelway-pods-'))
  await mkdir(dirname(join(folder, file)), { recursive: true })
  await appendFile(join(folder, file), text)
  const source = await containerLogs.open({ paths: [join(folder, '**/*.log')] }, context)
  await vi.waitFor(() => {
    const due = context.clock.next()
    if (due !== undefined) context.clock.advance(due)
    expect(context.stored.length).toBeGreaterThanOrEqual(count)
  })
  await source.close()
  await rm(folder, { recursive: true })
  return context.stored as LogRecord[]
}

test('parts of a long line and lines of two streams are put together again', async () => {
  const stored = await told(
    inPod,
    [
      '2026-01-01T00:00:00.1Z stdout P {"level":"info",',
      '2026-01-01T00:00:00.2Z stderr F Error: no',
      '2026-01-01T00:00:00.3Z stdout F "msg":"up"}',
      '2026-01-01T00:00:00.4Z stderr F     at b (c.js:1:2)',
      '',
    ].join('\n'),
    2,
  )
  expect(
    stored
      .map(({ body, severity, at, attributes }) => [body, severity, at, attributes['log.iostream']])
      .sort(),
  ).toEqual([
    ['Error: no\n    at b (c.js:1:2)', 17, Date.UTC(2026, 0, 1) + 200, 'stderr'],
    ['up', 9, Date.UTC(2026, 0, 1) + 100, 'stdout'],
  ])
  expect(stored[0]?.resource).toEqual({
    service: 'checkout',
    namespace: 'shop',
    workload: 'Deployment/checkout',
    instance: 'checkout-7d4b9c6f5-x2vlq',
  })
})

test("Docker's files are read the same way", async () => {
  const id = 'a'.repeat(64)
  const line = (log: string) => JSON.stringify({ log, stream: 'stdout', time: '2026-01-01T00:00:00.1Z' })
  const stored = await told(`${id}/${id}-json.log`, `${line('INFO lo')}\n${line('ng\n')}\n`, 1)
  expect(stored).toMatchObject([{ body: 'INFO long', severity: 9, resource: { instance: 'a'.repeat(12) } }])
})

test.each([
  [`/var/log/pods/${inPod}`, { service: 'checkout', namespace: 'shop', workload: 'Deployment/checkout' }],
  [
    `/var/log/containers/db-0_shop_postgres-${'0'.repeat(64)}.log`,
    { service: 'db', namespace: 'shop', workload: 'StatefulSet/db', instance: 'db-0' },
  ],
  ['/var/log/other.log', { service: '' }],
])('%s tells whose it is', (path, resource) => {
  expect(containerOf(path)).toMatchObject(resource)
})
