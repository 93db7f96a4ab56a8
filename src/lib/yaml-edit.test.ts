import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { type Edit, EditError, edited, sameValue } from './json-edit.ts'
import { editYaml, valuesOf } from './yaml-edit.ts'

const deployment = `# Owned by the shop team.
apiVersion: apps/v1
kind: Deployment
metadata:
  name: checkout   # as in the catalogue
  labels: {app: checkout, tier: "front"}
spec:
  replicas: 2

  template:
    spec:
      containers:
      # the server
      - name: server
        image: 'shop/checkout:1.4'   # pinned
        args: [--port, "8080"]
        resources:
          limits:
            memory: 256Mi
            cpu: "1"
      - name: proxy
        image: envoy
---
# The Service in front.
apiVersion: v1
kind: Service
metadata: {name: checkout}
spec:
    ports:
        - port: 80
`

const isDeployment = (value: unknown) => (value as { kind?: string } | null)?.kind === 'Deployment'
const isService = (value: unknown) => (value as { kind?: string } | null)?.kind === 'Service'

/** Lines that differ, as a diff shows them. */
function changed(before: string, after: string): string[] {
  const [a, b] = [before.split('\n'), after.split('\n')]
  let head = 0
  while (head < Math.min(a.length, b.length) && a[head] === b[head]) head++
  let tail = 0
  while (tail < Math.min(a.length, b.length) - head && a.at(-1 - tail) === b.at(-1 - tail)) tail++
  return [
    ...a.slice(head, a.length - tail).map(line => `-${line}`),
    ...b.slice(head, b.length - tail).map(line => `+${line}`),
  ]
}

const container = '/spec/template/spec/containers/0'

describe('an edit', () => {
  test.each<[string, Edit, string[]]>([
    [
      'replaces a number',
      { op: 'replace', path: '/spec/replicas', value: 5 },
      ['-  replicas: 2', '+  replicas: 5'],
    ],
    [
      'keeps the quotes and the comment behind',
      { op: 'replace', path: `${container}/image`, value: 'shop/checkout:1.3' },
      ["-        image: 'shop/checkout:1.4'   # pinned", "+        image: 'shop/checkout:1.3'   # pinned"],
    ],
    [
      'quotes what would be read as a number',
      { op: 'replace', path: `${container}/resources/limits/memory`, value: '512' },
      ['-            memory: 256Mi', '+            memory: "512"'],
    ],
    [
      'replaces within braces',
      { op: 'replace', path: '/metadata/labels/tier', value: 'back' },
      ['-  labels: {app: checkout, tier: "front"}', '+  labels: {app: checkout, tier: "back"}'],
    ],
    [
      'adds a member behind the last one',
      { op: 'add', path: `${container}/resources/requests`, value: { memory: '128Mi' } },
      ['+          requests:', '+            memory: 128Mi'],
    ],
    [
      'adds an item where lists are not indented',
      { op: 'add', path: '/spec/template/spec/containers/-', value: { name: 'log', args: ['-v'] } },
      ['+      - name: log', '+        args:', '+        - -v'],
    ],
    [
      'adds an item before another',
      { op: 'add', path: '/spec/template/spec/containers/1', value: { name: 'log' } },
      ['+      - name: log'],
    ],
    [
      'removes a member',
      { op: 'remove', path: `${container}/resources/limits/cpu` },
      ['-            cpu: "1"'],
    ],
    [
      'removes an item',
      { op: 'remove', path: '/spec/template/spec/containers/1' },
      ['-      - name: proxy', '-        image: envoy'],
    ],
    [
      'replaces a value by a map',
      { op: 'replace', path: '/spec/replicas', value: { min: 1 } },
      ['-  replicas: 2', '+  replicas:', '+    min: 1'],
    ],
    [
      'replaces an item',
      { op: 'replace', path: '/spec/template/spec/containers/1', value: { name: 'x' } },
      ['-      - name: proxy', '-        image: envoy', '+      - name: x'],
    ],
  ])('%s', (_, edit, lines) => {
    expect(changed(deployment, editYaml(deployment, isDeployment, [edit]))).toEqual(lines)
  })

  test('within braces that add a member writes that document anew and leaves the other as it is', () => {
    const edit: Edit = { op: 'add', path: '/metadata/labels/x', value: 'y' }
    const after = editYaml(deployment, isDeployment, [edit])
    expect(after).toContain('labels: {app: checkout, tier: "front", x: y}')
    for (const kept of ['# Owned by the shop team.', '# as in the catalogue', '# the server', '# pinned'])
      expect(after).toContain(kept)
    expect(after.endsWith(deployment.slice(deployment.indexOf('---\n# The Service')))).toBe(true)
  })

  test('of the second document leaves the first', () => {
    const edit: Edit = { op: 'add', path: '/spec/ports/-', value: { port: 443 } }
    const after = editYaml(deployment, isService, [edit])
    expect(changed(deployment, after)).toEqual(['+        - port: 443'])
  })

  test('of a prompt keeps the block', () => {
    const text = 'a:\n  content: |\n    Be brief.\n    Be kind.\n  next: 1\n'
    const edits: Edit[] = [{ op: 'replace', path: '/a/content', value: 'Be brief.\n\nState the policy.\n' }]
    expect(editYaml(text, () => true, edits)).toBe(
      'a:\n  content: |\n    Be brief.\n\n    State the policy.\n  next: 1\n',
    )
  })

  test('fills an empty value, an empty map and a file without a last line break', () => {
    expect(editYaml('a:\nb: 1', () => true, [{ op: 'replace', path: '/a', value: 2 }])).toBe('a: 2\nb: 1')
    expect(editYaml('a: {}\n', () => true, [{ op: 'add', path: '/a/b', value: 2 }])).toBe('a: {b: 2}\n')
    expect(editYaml('b: 1', () => true, [{ op: 'add', path: '/c', value: 2 }])).toBe('b: 1\nc: 2')
  })

  test('of JSON stays JSON', () => {
    const text = '{\n  "a": 1,\n  "b": [1, 2]\n}\n'
    const after = editYaml(text, () => true, [
      { op: 'replace', path: '/a', value: 'x' },
      { op: 'add', path: '/b/-', value: 3 },
    ])
    expect(JSON.parse(after)).toEqual({ a: 'x', b: [1, 2, 3] })
  })

  test('of what an anchor shares changes the one place only', () => {
    const text = 'a: &x\n  m: 1\nb: *x\n'
    expect(editYaml(text, () => true, [{ op: 'replace', path: '/a/m', value: 2 }])).toBe(
      'a: &x\n  m: 2\nb:\n  m: 1\n',
    )
    expect(editYaml(text, () => true, [{ op: 'replace', path: '/b', value: 2 }])).toBe(
      'a: &x\n  m: 1\nb: 2\n',
    )
  })

  test('that does not fit says which and why; a test that fails is stale', () => {
    const attempt = (...edits: Edit[]) => {
      try {
        return editYaml(deployment, isDeployment, edits)
      } catch (error) {
        return error as EditError
      }
    }
    expect(attempt({ op: 'replace', path: '/spec/gone', value: 1 })).toMatchObject({
      stale: false,
      message: 'operation 1 (replace /spec/gone): there is no such place',
    })
    expect(
      attempt(
        { op: 'replace', path: '/spec/replicas', value: 3 },
        { op: 'test', path: '/spec/replicas', value: 2 },
      ),
    ).toMatchObject({ stale: true, message: expect.stringContaining('operation 2') })
    expect(attempt({ op: 'add', path: '/__proto__/x', value: 1 })).toBeInstanceOf(EditError)
    expect(attempt({ op: 'add', path: '/spec/template/spec/containers/9', value: 1 })).toBeInstanceOf(
      EditError,
    )
    expect(() => editYaml(deployment, () => true, [])).toThrow('the file holds it 2 times')
    expect(() => editYaml(deployment, () => false, [])).toThrow('the file does not hold it')
    expect(() => editYaml('a: [', () => true, [])).toThrow('the file is no YAML')
    expect(() => editYaml('['.repeat(20_000), () => true, [])).toThrow(EditError)
  })

  test('a value that looks like YAML stays a value', () => {
    const hostile = 'x\nkind: Secret\n---\nevil: 1 # "\t'
    const after = editYaml(deployment, isDeployment, [
      { op: 'replace', path: '/metadata/name', value: hostile },
    ])
    expect(valuesOf(after)).toHaveLength(2)
    expect((valuesOf(after)[0] as { metadata: { name: string } }).metadata.name).toBe(hostile)
  })
})

const name = fc.constantFrom('a', 'b', 'c d', '1', 'x/y', 'null', '~t', '- z')
const scalar = fc.oneof(
  fc.constantFrom('', 'text', 'true', '12', 'a: b', '# c', ' x ', 'one\ntwo\n', '*y', '{', "it's", '|'),
  fc.integer({ min: -9, max: 9 }),
  fc.boolean(),
  fc.constant(null),
)
const { value } = fc.letrec<{ value: unknown }>(tie => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalar,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(name, tie('value'), { maxKeys: 3 }),
  ),
}))

function pathsOf(of: unknown, path = ''): string[] {
  if (typeof of !== 'object' || of === null) return [path]
  const members = Object.entries(of).flatMap(([key, member]) =>
    pathsOf(member, `${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`),
  )
  return [path, ...(Array.isArray(of) ? [`${path}/-`] : [`${path}/new`]), ...members]
}

test('whatever the document and the edit, the text says what the edit makes of the value, and others stay', () => {
  fc.assert(
    fc.property(
      fc.dictionary(name, value, { minKeys: 1, maxKeys: 4 }),
      fc.constantFrom(2, 4),
      fc.boolean(),
      fc.nat(),
      fc.constantFrom('add' as const, 'remove' as const, 'replace' as const),
      value,
      (before, indent, indentSeq, pick, op, next) => {
        const text = `# top\nother: 1 # kept\n---\n${stringify(before, { indent, indentSeq })}---\nlast: [1,  2]\n`
        const paths = pathsOf(before)
        const edit: Edit = { op, path: paths[pick % paths.length] ?? '', value: next }
        let wanted: unknown
        try {
          wanted = edited(before, [edit])
        } catch {
          return
        }
        const after = editYaml(text, found => sameValue(found, before), [edit])
        expect(valuesOf(after)).toEqual([{ other: 1 }, wanted, { last: [1, 2] }])
        expect(after.startsWith('# top\nother: 1 # kept\n---\n')).toBe(true)
        expect(after.endsWith('---\nlast: [1,  2]\n')).toBe(true)
      },
    ),
    { numRuns: 600 },
  )
})
