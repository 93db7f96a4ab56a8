import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { commandOutputs } from './kubernetes-snapshot/command-output.ts'
import { descriptionsIn } from './kubernetes-snapshot/description.ts'
import { objectsIn } from './kubernetes-snapshot/objects.ts'
import { readSnapshot } from './kubernetes-snapshot/snapshot.ts'
import { tableIn } from './kubernetes-snapshot/table.ts'
import { kubernetesSnapshot, logRecords } from './kubernetes-snapshot.ts'
import { sourceContract } from './source.contract.ts'

const AT = Date.UTC(2026, 0, 5, 10, 5)
const folder = (name: string) => new URL(`fixtures/${name}`, import.meta.url).pathname
let files = 0

sourceContract('kubernetes-snapshot', {
  source: kubernetesSnapshot,
  async world(context) {
    const path = await mkdtemp(join(tmpdir(), 'keelway-snapshot-'))
    return {
      settings: { folder: path, at: Date.UTC(2025, 11, 31) },
      async produce() {
        const text = `$ kubectl logs checkout-7d4b9c6f5-x2vlq -n shop\nINFO line ${files}\n`
        await writeFile(join(path, `${files++}.txt`), text)
        return 1
      },
      pass: () => context.clock.advance(10_000),
      [Symbol.asyncDispose]: () => rm(path, { recursive: true }),
    }
  },
  wrong: { settings: { folder: '/nowhere' }, names: /folder/ },
})

test('a dump has objects, events with their workload, and logs of every container', async () => {
  const snapshot = await readSnapshot(folder('cluster-dump'), { at: AT })
  expect(snapshot.problems).toEqual([])
  expect(snapshot.objects.map(({ object, file }) => [object.kind, object.metadata.name, file])).toEqual([
    ['Pod', 'checkout-7d4b9c6f5-x2vlq', 'shop/pods.json'],
    ['Secret', 'db', 'shop/secrets.json'],
  ])
  expect(snapshot.events.map(({ event }) => event)).toMatchObject([
    {
      reason: 'BackOff',
      count: 12,
      at: Date.UTC(2026, 0, 5, 10, 3),
      resource: { service: 'checkout', workload: 'Deployment/checkout', namespace: 'shop', version: '1.5.0' },
    },
    { reason: 'Scheduled', severity: 'info', at: expect.closeTo(Date.UTC(2026, 0, 5, 9, 50) + 123.456, 1) },
  ])
  expect(snapshot.logs.map(({ container }) => container)).toEqual(['app', 'proxy'])
  const [first] = snapshot.logs
  if (!first) throw new Error('there is no log')
  const entries = logRecords(first, AT)
  expect(entries).toMatchObject([
    { severity: 9, at: Date.UTC(2026, 0, 5, 10, 2, 58) },
    {
      severity: 17,
      body: 'ERROR no connection\njava.net.ConnectException: refused\n\tat shop.Db.open(Db.java:7)',
    },
  ])
  expect(JSON.stringify([snapshot.objects, snapshot.events, entries])).not.toMatch(
    /wonderland|d29uZGVybGFuZA/,
  )
})

test('texts of kubectl are objects, tables, descriptions, events and logs by what they hold', async () => {
  const snapshot = await readSnapshot(folder('kubectl'), { at: AT })
  expect(snapshot.objects.map(({ object }) => object.kind)).toEqual(['Deployment'])
  expect(snapshot.tables.map(({ rows }) => rows[0])).toMatchObject([
    { REASON: 'FailedScheduling' },
    { NAMESPACE: 'shop', NAME: 'cart-6c9f8b7d4-k2j5x', STATUS: 'ImagePullBackOff', NODE: 'node-1' },
  ])
  expect(
    snapshot.events.map(({ event }) => [event.reason, event.count, AT - event.at, event.resource.workload]),
  ).toEqual([
    ['FailedScheduling', 1, 180_000, 'Deployment/cart'],
    ['ScalingReplicaSet', 1, 3_720_000, 'Deployment/cart'],
    ['Pulling', 4, 120_000, 'Deployment/cart'],
    ['Failed', 1, 90_000, 'Deployment/cart'],
  ])
  const [description] = snapshot.descriptions
  expect(description).toMatchObject({ kind: 'pod', name: 'cart-6c9f8b7d4-k2j5x', namespace: 'shop' })
  const containers = description?.fields.find(({ name }) => name === 'Containers')
  expect(containers?.fields[0]?.fields.find(({ name }) => name === 'State')).toMatchObject({
    value: 'Waiting',
    fields: [{ name: 'Reason', value: 'ImagePullBackOff' }],
  })
  expect(snapshot.logs).toMatchObject([{ name: 'cart-6c9f8b7d4-k2j5x', container: 'app', previous: true }])
  expect(JSON.stringify(snapshot)).not.toContain('wonderland')
})

test('what can not be read is a problem of its file and the rest is read', async () => {
  const path = await mkdtemp(join(tmpdir(), 'keelway-snapshot-'))
  await writeFile(join(path, 'a.yaml'), 'a: [1')
  await writeFile(join(path, 'b.json'), '{"a":')
  await appendFile(
    join(path, 'c.yaml'),
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n---\njust: text\n',
  )
  const { problems, objects } = await readSnapshot(path, { at: AT })
  expect(problems.map(({ file, problem }) => `${file}: ${problem.slice(0, 8)}`)).toEqual([
    'a.yaml: not YAML',
    'b.json: not JSON',
  ])
  expect(objects).toHaveLength(1)
  await rm(path, { recursive: true })
})

test('any text is read', () => {
  const piece = fc.constantFrom(
    'Name: a',
    '  b: c',
    'Events:',
    'NAME  READY',
    '$ kubectl get pod',
    '{',
    '}',
    'kind: Pod',
    '---',
    '  ',
  )
  fc.assert(
    fc.property(fc.array(fc.oneof(piece, fc.string())), lines => {
      const text = lines.join('\n')
      objectsIn(text)
      for (const output of commandOutputs(text)) {
        descriptionsIn(output)
        tableIn(output)
      }
    }),
  )
})
