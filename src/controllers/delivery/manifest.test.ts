import { expect, test } from 'vitest'
import { parseManifest } from './manifest.ts'

const parse = (text: string) => parseManifest('f.yaml', Buffer.from(text))
const problems = (text: string) => parse(text).problems.map(({ line, message }) => `${line}: ${message}`)
const object = (more: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n${more}`

test('each document of a file is an object, and only what a person writes is kept', () => {
  const { objects } = parse(`# a comment
apiVersion: v1
kind: ConfigMap
metadata:
  name: a
  uid: u
  resourceVersion: "5"
  creationTimestamp: null
  ownerReferences: []
  labels: { l: "1" }
  annotations: { keelway.dev/delivery: forged, mine: "1" }
data: &d { k: v }
status: { done: true }
---
---
apiVersion: v1
kind: ConfigMap
metadata: { name: b, namespace: other }
data: { k: 2026-01-01 }
`)
  expect(objects.map(({ resource, line }) => ({ ...resource, line }))).toEqual([
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'a', labels: { l: '1' }, annotations: { mine: '1' } },
      data: { k: 'v' },
      line: 2,
    },
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'b', namespace: 'other' },
      data: { k: '2026-01-01' },
      line: 16,
    },
  ])
})

test('a field is found by its line, or its nearest parent by its', () => {
  const [found] = parse(object('spec:\n  steps:\n    - a\n    - b: 1\n')).objects
  expect([
    found?.lineOf('spec.steps[1].b'),
    found?.lineOf('spec.steps[7]'),
    found?.lineOf('nothing'),
  ]).toEqual([7, 6, 1])
})

test.each([
  ['a syntax error', object('data: [1, 2\n'), /^\d: flow/i],
  ['a key twice', object('data: { a: 1, a: 2 }\n'), /^4: map keys must be unique/],
  ['an unknown tag', object('data: !!js/function "x"\n'), /^4: unresolved tag/],
  ['a number JSON can not hold', object('data:\n  a: .inf\n'), /^5: data\.a is not a number/],
  ['a prototype', object('data:\n  __proto__: { a: 1 }\n'), /^\d: .*__proto__/],
  [
    'a label that is no text',
    object('').replace('name: a', 'name: a, labels: { a: 1 }'),
    /^3: metadata\.labels must be/,
  ],
  ['a name that leads out', object('').replace('name: a', 'name: ../a'), /^3: metadata\.name has characters/],
  [
    'a namespace that leads out',
    object('').replace('name: a', 'name: a, namespace: ../a'),
    /^3: metadata\.namespace/,
  ],
  ['apiVersion without kind', 'apiVersion: v1\n', /^1: kind must be given/],
])('%s is refused with its line', (_, text, message) => {
  const [first] = problems(text)
  expect(first).toMatch(message)
})

test('aliases that grow, deep nesting and bytes that are no text are refused, quickly', () => {
  const laughs = ['a0: &a0 [x,x,x,x,x,x,x,x,x]']
  for (let i = 1; i < 10; i++)
    laughs.push(
      `a${i}: &a${i} [${Array(9)
        .fill(`*a${i - 1}`)
        .join(',')}]`,
    )
  expect(problems(object(`data:\n  ${laughs.join('\n  ')}\n`))).toEqual(['1: aliases are used too often'])
  expect(problems(object(`data: ${'['.repeat(100_000)}`))[0]).toBeDefined()
  expect(problems(object(`data: ${'['.repeat(200)}${']'.repeat(200)}\n`))[0]).toMatch(/nested/)
  expect(problems(object(`data: ${'{a: '.repeat(30_000)}${'}'.repeat(30_000)}\n`))[0]).toBeDefined()
  expect(parseManifest('f', Buffer.from([0xff, 0xfe, 0x00])).problems[0]?.message).toMatch(/not UTF-8/)
  expect(problems('a: *nowhere\n')[0]).toMatch(/alias/i)
})

test('no message quotes the file, which may hold secrets', () => {
  for (const text of [
    object('stringData: { key: hunter2, key: hunter2 }\n'),
    object('stringData:\n  key: "hunter2\n'),
    object('stringData:\n  key: hunter2\n bad: hunter2\n'),
    object('stringData: hunter2: hunter2: hunter2\n'),
    object('stringData: !hunter "hunter2"\n').replace('!hunter ', ''),
  ])
    expect(JSON.stringify(problems(text))).not.toContain('hunter2')
})
