import { describe, expect, test } from 'vitest'
import type { Proposal } from '../../api/kinds/proposal.ts'
import { fakeBranches } from '../../git/branches.fake.ts'
import { file, raise } from './proposal.world.ts'
import { type Rendering, render } from './rendering.ts'

type Change = Proposal['spec']['changes'][number]

const signal = new AbortController().signal

function scene(files: Record<string, string>) {
  const git = fakeBranches()
  const since = git.commitFiles(files)
  return {
    git,
    since,
    render: (changes: Change[], base = since, from = since): Promise<Rendering> =>
      render(changes, base, from, {
        git,
        remote: { url: '', ref: 'main' },
        folder: './deploy/',
        namespace: 'shop',
        signal,
      }),
  }
}

const two = `${file}---
apiVersion: v1
kind: Service
metadata: { name: checkout }
spec: { ports: [{ port: 80 }] }
`
const port: Change = {
  file: 'deploy/checkout.yaml',
  object: { apiVersion: 'v1', kind: 'Service', name: 'checkout' },
  operations: [{ op: 'replace', path: '/spec/ports/0/port', value: 8080 }],
}

describe('rendering', () => {
  test('makes several changes of one file, of the right object each', async () => {
    const { render } = scene({ 'deploy/checkout.yaml': two })
    expect(await render([raise('256Mi', '512Mi'), port])).toMatchObject({
      result: 'rendered',
      files: { 'deploy/checkout.yaml': two.replace('256Mi', '512Mi').replace('port: 80', 'port: 8080') },
      objects: [
        { kind: 'Service', name: 'checkout', namespace: 'shop' },
        { kind: 'Deployment', name: 'checkout', namespace: 'shop' },
      ],
      otherFiles: [],
      outside: [],
    })
  })

  test('tells objects that come, go and move to another file', async () => {
    const { git, render, since } = scene({
      'deploy/checkout.yaml': file,
      'deploy/rows.jsonl': '{}',
      'ci.yml': 'a: 1',
    })
    const base = git.commitFiles({
      'deploy/checkout.yaml': null,
      'deploy/moved.yaml': file,
      'deploy/rows.jsonl': '[]',
    })
    const restored = ['deploy/checkout.yaml', 'deploy/moved.yaml', 'deploy/rows.jsonl'].map(path => ({
      file: path,
      restore: since,
    }))
    expect(await render(restored, base, base)).toMatchObject({
      result: 'rendered',
      files: {
        'deploy/checkout.yaml': { from: since },
        'deploy/moved.yaml': null,
        'deploy/rows.jsonl': { from: since },
      },
      objects: [],
      otherFiles: ['deploy/rows.jsonl'],
    })
    expect(
      await render([
        { file: 'deploy/.hidden.yaml', content: 'a: 1' },
        { file: 'ci.yml', operations: [{ op: 'add', path: '/b', value: 2 }] },
      ]),
    ).toMatchObject({
      outside: ['ci.yml', 'deploy/.hidden.yaml'],
    })
    expect(
      await render([{ file: 'deploy/new.yaml', content: file.replace('name: checkout', 'name: basket') }]),
    ).toMatchObject({
      objects: [{ name: 'basket', after: { metadata: { namespace: 'shop' } } }],
    })
  })

  test.each<[string, Change[], string]>([
    ['a file that is not there', [{ ...port, file: 'deploy/none.yaml' }], 'there is no file'],
    [
      'an object that is not there',
      [{ ...port, object: { apiVersion: 'v1', kind: 'Service', name: 'other' } }],
      'holds it 0 times',
    ],
    [
      'an object of another namespace',
      [{ ...port, object: { apiVersion: 'v1', kind: 'Service', name: 'checkout', namespace: 'x' } }],
      'holds it 0 times',
    ],
    [
      'two ways of changing a file',
      [port, { file: 'deploy/checkout.yaml', restore: '1'.repeat(40) }],
      'changed twice',
    ],
    [
      'an object twice',
      [{ file: 'deploy/again.yaml', content: `${file}---\n${file}` }],
      'would be there twice',
    ],
    ['what is no YAML', [{ file: 'deploy/new.yaml', content: 'a: [' }], 'no YAML'],
    [
      'operations on rows',
      [{ file: 'deploy/rows.jsonl', operations: [{ op: 'add', path: '/a', value: 1 }] }],
      'neither YAML nor JSON',
    ],
  ])('refuses %s', async (_, changes, why) => {
    const { render } = scene({ 'deploy/checkout.yaml': two, 'deploy/rows.jsonl': '{}' })
    expect(await render(changes)).toMatchObject({ result: 'unfit', why: expect.stringContaining(why) })
  })

  test.each<[string, Change[], Record<string, string | null>, Rendering['result']]>([
    [
      'something beside it changed',
      [raise('256Mi', '512Mi')],
      { 'deploy/checkout.yaml': file.replace('are enough', 'do') },
      'rendered',
    ],
    [
      'somebody did the same',
      [raise('256Mi', '512Mi')],
      { 'deploy/checkout.yaml': file.replace('256Mi', '512Mi') },
      'said',
    ],
    [
      'somebody did something else',
      [raise('256Mi', '512Mi')],
      { 'deploy/checkout.yaml': file.replace('256Mi', '1Gi') },
      'stale',
    ],
    ['the object went', [raise('256Mi', '512Mi')], { 'deploy/checkout.yaml': 'a: 1\n' }, 'unfit'],
    [
      'its new file is there',
      [{ file: 'deploy/new.yaml', content: 'a: 1\n' }],
      { 'deploy/new.yaml': 'a: 2\n' },
      'stale',
    ],
    [
      'its new file is there as wanted',
      [{ file: 'deploy/new.yaml', content: 'a: 1\n' }],
      { 'deploy/new.yaml': 'a: 1\n' },
      'said',
    ],
  ])('on a newer commit: %s', async (_, changes, later, result) => {
    const { git, render, since } = scene({ 'deploy/checkout.yaml': file })
    expect((await render(changes, git.commitFiles(later), since)).result).toBe(result)
  })

  test('writes a document anew that nobody changed since', async () => {
    const { git, render, since } = scene({ 'deploy/checkout.yaml': file, 'docs/runbook.md': 'old' })
    const change: Change[] = [{ file: 'docs/runbook.md', content: 'new' }]
    expect(await render(change)).toMatchObject({ result: 'rendered', files: { 'docs/runbook.md': 'new' } })
    const later = git.commitFiles({ 'docs/runbook.md': 'by somebody' })
    expect((await render(change, later, since)).result).toBe('stale')
  })

  test('restores what nobody changed since, and nothing else', async () => {
    const { git, render, since } = scene({ 'deploy/checkout.yaml': file })
    const bad = git.commitFiles({ 'deploy/checkout.yaml': file.replace('256Mi', '1Mi') })
    const beside = git.commitFiles({ README: 'x' })
    const change = [{ file: 'deploy/checkout.yaml', restore: since }]
    expect((await render(change, beside, bad)).result).toBe('rendered')
    const again = git.commitFiles({ 'deploy/checkout.yaml': file.replace('256Mi', '2Mi') })
    expect(await render(change, again, bad)).toMatchObject({
      result: 'stale',
      why: 'deploy/checkout.yaml was changed since: restoring it would take that back too',
    })
    expect((await render(change, git.commitFiles({ 'deploy/checkout.yaml': file }), bad)).result).toBe('said')
  })

  test('of a list that somebody else changed is stale, since places in it are numbers', async () => {
    const text = 'kind: A\napiVersion: v1\nmetadata: { name: a }\nitems: [1, 2]\n'
    const { git, render, since } = scene({ 'deploy/a.yaml': text })
    const change: Change = { file: 'deploy/a.yaml', operations: [{ op: 'remove', path: '/items/1' }] }
    const base = git.commitFiles({ 'deploy/a.yaml': text.replace('[1, 2]', '[0, 1, 2]') })
    expect(await render([change], base, since)).toMatchObject({
      result: 'stale',
      why: '/items in deploy/a.yaml was changed since',
    })
  })
})
