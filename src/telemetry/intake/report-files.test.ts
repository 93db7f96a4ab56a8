import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { reportFiles } from './report-files.ts'
import { sourceContract } from './source.contract.ts'
import { FakeContext } from './source.fake.ts'

const folder = () => mkdtemp(join(tmpdir(), 'keelway-reports-'))
let files = 0

sourceContract('report-files', {
  source: reportFiles,
  async world(context) {
    const path = await folder()
    return {
      settings: { paths: [join(path, '*.json')], format: 'feature-flags' as const },
      async produce() {
        await writeFile(join(path, `${files}.json`), JSON.stringify({ flag: `flag-${files++}`, to: true }))
        return 1
      },
      pass: () => context.clock.advance(10_000),
      [Symbol.asyncDispose]: () => rm(path, { recursive: true }),
    }
  },
  wrong: { settings: { paths: ['a'], format: 'xls' }, names: /format is none of junit, sarif/ },
})

test('a file that is wrong is refused by name, and read when it is right', async () => {
  const context = new FakeContext()
  const path = await folder()
  const file = join(path, 'costs.csv')
  const until = (condition: () => void) =>
    vi.waitFor(() => {
      context.clock.advance(10_000)
      condition()
    })
  await writeFile(file, 'date,usd\n2026-01-01,much\n')
  const source = await reportFiles.open(
    { paths: [join(path, '*')], format: 'cost-csv', service: 'checkout' },
    context,
  )
  await until(() => expect(source.status().refused).toBe(1))
  expect(source.status()).toMatchObject({
    state: 'running',
    message: `${file}: line 2: column usd is not a number: much`,
  })
  await writeFile(file, 'date,usd\n2026-01-01,1.5\n')
  await until(() => expect(context.stored).toMatchObject([{ usd: 1.5, resource: { service: 'checkout' } }]))
  await source.close()
  expect(source.status()).toMatchObject({ refused: 1, accepted: 1 })
  await rm(path, { recursive: true })
})
