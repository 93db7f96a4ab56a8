import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startDesk, wantedOf } from '../../test/rollout.ts'
import { Delivery } from '../api/kinds/delivery.ts'
import { EvaluationRun } from '../api/kinds/evaluation-run.ts'
import { ModelRoute } from '../api/kinds/model-route.ts'
import { RouteRelease } from '../api/kinds/route-release.ts'
import { fileBlobs } from '../store/file-blobs.ts'
import { openSqliteLedger } from './sqlite.ts'
import { why } from './why.ts'

let folder: string
let stack: AsyncDisposableStack
let world: Awaited<ReturnType<typeof startDesk>>
let call: string

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'keelway-why-'))
  stack = new AsyncDisposableStack()
  stack.defer(() => rmSync(folder, { recursive: true, force: true }))
  const ledger = stack.use(openSqliteLedger({ path: join(folder, 'ledger.db') }))
  world = stack.use(await startDesk({}, { ledger, blobs: fileBlobs(join(folder, 'blobs')) }))
  call = (await world.ask('refund', 'live 3', 's')).call
  await world.advance(1000)
})
afterEach(() => stack.disposeAsync())

const explain = () => why(call, world, new AbortController().signal)
const broken = async () => (await explain()).links.filter(({ verified }) => !verified)

const damage = (digest: string): void => {
  const hex = digest.slice('sha256:'.length)
  writeFileSync(join(folder, 'blobs', 'sha256', hex.slice(0, 2), hex.slice(2)), 'something else')
}

test('every link of an answer is found and named', async () => {
  const { metadata, spec } = await wantedOf(world)
  const { links, verified } = await explain()
  expect({ verified, broken: await broken() }).toEqual({ verified: true, broken: [] })
  const detail = Object.fromEntries(links.map(({ link, detail }) => [link, detail]))
  expect(detail.call).toContain(`route default/refund, answered by ${metadata.name} (stable)`)
  expect(detail.digest).toContain(spec.digest)
  expect(detail.commit).toContain('"first" by Ada <ada@example.com>')
  expect(detail.evaluation).toContain('evaluation: correct: n > 0.6')
  expect(detail.verdict).toContain('promote: its gates are open')
})

test('a call that is not recorded is said to be unknown', async () => {
  call = '00000000-0000-7000-8000-000000000000'
  expect(await explain()).toMatchObject({ verified: false, links: [{ link: 'call' }] })
})

test('a changed ledger entry breaks the ledger link and says where', async () => {
  const database = new DatabaseSync(join(folder, 'ledger.db'))
  database.exec(`UPDATE entry SET actor = 'user:bob' WHERE sequence = 2`)
  database.close()
  expect(await broken()).toMatchObject([{ link: 'ledger', detail: expect.stringContaining('entry 2') }])
})

test('a changed bundle breaks the digest link, and is not served', async () => {
  const { metadata } = await wantedOf(world)
  await world.client.patch(RouteRelease, metadata.name, 'default', { spec: { bundle: { model: 'another' } } })
  await world.settle()
  expect(await broken()).toMatchObject([{ link: 'digest' }])
  expect((await world.ask('refund', 'live 3', 't')).status).toBe(503)
})

test('damaged recorded answers break the artefact link', async () => {
  const bundle = (await wantedOf(world)).spec.bundle as { provider: { cassette: { digest: string } } }
  damage(bundle.provider.cassette.digest)
  expect(await broken()).toMatchObject([{ link: 'artefact', detail: expect.stringContaining('damaged') }])
})

test('damaged answers of the evaluation break the evaluation link', async () => {
  const [run] = (await world.client.list(EvaluationRun)).items
  damage(run?.status?.items ?? '')
  expect(await broken()).toMatchObject([{ link: 'evaluation', detail: expect.stringContaining('damaged') }])
})

test('a release that is gone, a Delivery that is gone and a rewritten history each break their link', async () => {
  const { metadata } = await wantedOf(world)
  await world.repository.git('commit', '--quiet', '--amend', '--message', 'it was not me')
  expect(await broken()).toEqual([])
  await world.client.delete(Delivery, 'app', 'default')
  expect(await broken()).toMatchObject([{ link: 'commit', detail: expect.stringContaining('is gone') }])
  // Without its route nobody makes the release again.
  await world.client.delete(ModelRoute, 'refund', 'default')
  await world.settle()
  await world.client.delete(RouteRelease, metadata.name, 'default').catch(() => undefined)
  await world.settle()
  expect((await broken())[0]).toMatchObject({ link: 'release', detail: `${metadata.name} is gone` })
})
