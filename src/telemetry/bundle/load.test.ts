import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { BundleError } from './layout.ts'
import { loadBundle } from './load.ts'
import { bundleSignals } from './signals.ts'

const now = Date.parse('2026-06-24T12:00:00Z')

async function bundle(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'keelway-bundle-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
  return folder
}

const all = async <T>(items: AsyncIterable<T>): Promise<T[]> => await Array.fromAsync(items)

test('an empty folder is a bundle without anything', async () => {
  const loaded = await loadBundle(await bundle({}), { now })
  expect(loaded).toMatchObject({ incident: { alerts: [] }, services: [], files: [] })
  const signals = await bundleSignals(loaded)
  expect(signals.window).toBeUndefined()
})

test('services are known by the decoded names of their files', async () => {
  const loaded = await loadBundle(
    await bundle({
      'metrics/A%3A%3AB%2Fc.csv': 'timestamp,cpu\n1,2\n',
      'logs/100%.log': 'up\n',
      README: 'x',
    }),
    { now },
  )
  expect(loaded.services).toEqual(['100%', 'A::B/c'])
  expect(loaded.ignored).toEqual(['README'])
})

test('tables keep gaps, quoted names and the order of time', async () => {
  const csv = '\uFEFFtimestamp,"cpu, user",memory\r\n20,1.5,\r\n10,NaN,2e3\r\n'
  const [table] = await all((await loadBundle(await bundle({ 'metrics/a.csv': csv }), { now })).tables())
  expect(table).toEqual({
    service: 'a',
    columns: ['cpu, user', 'memory'],
    at: Float64Array.of(10_000, 20_000),
    values: [Float64Array.of(Number.NaN, 1.5), Float64Array.of(2000, Number.NaN)],
  })
})

test('entries of a log have the time of what stands before them', async () => {
  const log =
    '2026-06-24T11:00:00Z ERROR it broke\n  at a (b.js:1)\nno time here\n{"time":"2026-06-24T11:00:02Z","msg":"ok","level":"info"}\n'
  const logs = await all((await loadBundle(await bundle({ 'logs/a.log': log }), { now })).logs('a'))
  expect(
    logs.map(({ at, severity, body }) => [new Date(at).toISOString().slice(14, 19), severity, body]),
  ).toEqual([
    ['00:00', 17, 'ERROR it broke\n  at a (b.js:1)'],
    ['00:00', 0, 'no time here'],
    ['00:02', 9, 'ok'],
  ])
})

test('a change counts from when it was deployed', async () => {
  const change = {
    sha: 'a1',
    author: 'kim',
    at: '2026-06-24T10:00:00Z',
    message: 'm',
    service: 'a',
    deployedAt: '2026-06-24T11:00:00Z',
    version: 'v2',
    kind: 'flag',
    files: [{ path: 'x', diff: '-a\n+b' }],
  }
  const loaded = await loadBundle(await bundle({ 'changes/1.json': JSON.stringify(change) }), { now })
  expect(await loaded.changes()).toEqual([
    {
      kind: 'change',
      resource: { service: 'a', version: 'v2' },
      at: Date.parse('2026-06-24T11:00:00Z'),
      change: 'flag',
      id: 'a1',
      author: 'kim',
      message: 'm',
      files: [{ path: 'x', diff: '-a\n+b' }],
      attributes: { 'change.committed_at': '2026-06-24T10:00:00Z' },
    },
  ])
})

test('events of Kubernetes belong to the workload of what they are about', async () => {
  const yaml = `apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: Pod
  metadata: {name: odd, namespace: shop, ownerReferences: [{apiVersion: apps/v1, kind: StatefulSet, name: db, controller: true}]}
- apiVersion: v1
  kind: Event
  metadata: {name: odd.1, namespace: shop, uid: u1}
  involvedObject: {kind: Pod, name: odd, namespace: shop}
  reason: BackOff
  type: Warning
  message: restarting
  lastTimestamp: "2026-06-24T11:00:00Z"
---
apiVersion: v1
kind: Event
metadata: {name: without-a-time}
involvedObject: {kind: Pod, name: odd}
`
  const loaded = await loadBundle(await bundle({ 'kubernetes/all.yaml': yaml }), { now })
  expect((await loaded.cluster()).objects.map(({ object }) => object.kind)).toEqual(['Pod'])
  expect(await loaded.events()).toMatchObject([
    { resource: { service: 'db', workload: 'StatefulSet/db' }, reason: 'BackOff', severity: 'warning' },
  ])
})

test('text of commands is known by its command, and logs among it are logs', async () => {
  const loaded = await loadBundle(
    await bundle({
      'kubectl/1.txt': '$ kubectl get pod -n shop\nNAME   READY\na-1    0/1\n',
      'kubectl/2.txt': '$ kubectl logs cart-7d4b9c6f5-x2vlq -n shop\nERROR no space left\n',
    }),
    { now },
  )
  const { outputs, tables } = await loaded.cluster()
  expect(outputs.map(({ file, command }) => `${file} ${command}`)).toEqual([
    'kubectl/1.txt kubectl get pod -n shop',
    'kubectl/2.txt kubectl logs cart-7d4b9c6f5-x2vlq -n shop',
  ])
  expect(tables).toHaveLength(1)
  expect(await all(loaded.logs('cart'))).toMatchObject([
    { body: 'ERROR no space left', severity: 17, at: now },
  ])
})

test('topology is part of the service graph when nobody traced', async () => {
  const topology = { services: ['a', 'b'], calls: [{ from: 'a', to: 'b' }] }
  const loaded = await loadBundle(await bundle({ 'topology.json': JSON.stringify(topology) }), { now })
  const signals = await bundleSignals(loaded)
  expect(await signals.serviceGraph({ from: 0, to: 1 })).toMatchObject([{ from: 'a', to: 'b', calls: 0 }])
})

test.each([
  ['incident.json', '{\n "alerts": [\n}', 'incident.json:3: is not JSON'],
  [
    'incident.json',
    '{"startedAt": "yesterday"}',
    'incident.json: startedAt is not a time such as 2026-01-31T12:00:00Z: yesterday',
  ],
  ['topology.json', '{"calls":[{"from":"a"}]}', 'topology.json: calls[0].to is missing'],
  ['metrics/a.csv', 'time,cpu\n1,2', 'metrics/a.csv:1: the first column is not timestamp'],
  ['metrics/a.csv', 'timestamp,cpu\n1,2\n2,x\n', 'metrics/a.csv:3: cpu is no number: "x"'],
  ['metrics/a.csv', 'timestamp,cpu\n1,2,3\n', 'metrics/a.csv:2: has 3 cells, the first line 2'],
  ['traces/a.json', '{"resourceSpans": 1}', 'traces/a.json: is not OTLP JSON'],
  ['events/a.jsonl', '\n{"at": 1}\n', 'events/a.jsonl:2: at is not text'],
  ['events/a.jsonl', '\n{"at"\n', 'events/a.jsonl:2: is not JSON'],
  ['kubernetes/a.yaml', 'kind: A\n b: [', 'kubernetes/a.yaml:'],
  ['changes/a.json', '{"sha":"1"}', 'changes/a.json: at is missing'],
  [
    'manifest.json',
    '{"format":"keelway.dev/bundle/v9"}',
    'manifest.json: the bundle is keelway.dev/bundle/v9',
  ],
])('%s with %j is refused, naming the place', async (path, text, message) => {
  const folder = await bundle({ [path]: text })
  const reading = async () => await bundleSignals(await loadBundle(folder, { now }))
  await expect(reading()).rejects.toThrow(BundleError)
  await expect(reading()).rejects.toThrow(message)
})

test('a YAML file that grows when it is read is refused', async () => {
  const levels = Array.from(
    { length: 12 },
    (_, i) => `a${i + 1}: &a${i + 1} [${Array(9).fill(`*a${i}`).join(',')}]`,
  )
  const folder = await bundle({ 'kubernetes/a.yaml': `a0: &a0 [x]\n${levels.join('\n')}\n` })
  const loaded = await loadBundle(folder, { now })
  await expect(loaded.cluster()).rejects.toThrow(BundleError)
})

test('links are not followed', async () => {
  const folder = await bundle({ 'logs/a.log': 'x' })
  await symlink('/etc/passwd', join(folder, 'logs/b.log'))
  await expect(loadBundle(folder, { now })).rejects.toThrow('logs/b.log is a link or a device')
})

test('a folder that is not there is told in one line', async () => {
  await expect(loadBundle('/nowhere/at/all', { now })).rejects.toThrow(/^cannot read .*nowhere/)
})
