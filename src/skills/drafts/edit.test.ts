import fc from 'fast-check'
import { applyPatch } from 'rfc6902'
import { describe, expect, test } from 'vitest'
import type { Resource } from '../../api/kind.ts'
import { parseQuantity } from '../../lib/quantity.ts'
import { differences, operationsFor } from './difference.ts'
import { Edit, type Operation } from './edit.ts'
import { objectsIn } from './objects-in.ts'
import { pointer, valueAt } from './pointer.ts'
import { cpuText, memoryText } from './quantity.ts'

const object = (spec: unknown): Resource => ({
  apiVersion: 'v1',
  kind: 'Thing',
  metadata: { name: 'a' },
  spec,
})
/** Problems of applying operations, and the object then. */
const applied = (before: Resource, operations: readonly Operation[]) => {
  const after = structuredClone(before)
  const problems = applyPatch(after, operations as Parameters<typeof applyPatch>[1]).filter(Boolean)
  return { after, problems: problems.map(String) }
}

describe('an edit', () => {
  test('makes parents that are missing or empty, and tests what was there', () => {
    const before = objectsIn(
      'apiVersion: v1\nkind: Thing\nmetadata: { name: a }\nspec:\n  resources:\n  list: [{ name: x }]\n',
    )[0]
    if (!before) throw new Error('no object')
    const edit = new Edit(before).set('/spec/resources/limits/memory', '1Gi').set('/spec/list/0/deep/er', 1)
    expect(edit.operations).toEqual([
      { op: 'test', path: '/spec/resources', value: null },
      { op: 'test', path: '/spec/list/0', value: { name: 'x' } },
      { op: 'replace', path: '/spec/resources', value: {} },
      { op: 'add', path: '/spec/resources/limits', value: {} },
      { op: 'add', path: '/spec/resources/limits/memory', value: '1Gi' },
      { op: 'add', path: '/spec/list/0/deep', value: {} },
      { op: 'add', path: '/spec/list/0/deep/er', value: 1 },
    ])
    const { after, problems } = applied(before, edit.operations)
    expect(problems).toEqual([])
    expect(after.spec).toEqual({
      resources: { limits: { memory: '1Gi' } },
      list: [{ name: 'x', deep: { er: 1 } }],
    })
  })

  test('does nothing where nothing changes', () => {
    expect(new Edit(object({ a: 1 })).set('/spec/a', 1).remove('/spec/b').empty).toBe(true)
  })

  const key = fc.constantFrom('a', 'b', 'c/d', 'e~f')
  const plain = { noNullPrototype: true }
  const inner = fc.oneof(fc.integer(), fc.dictionary(key, fc.integer(), plain), fc.constant(null))
  const spec = fc.dictionary(key, inner, plain)

  test('sets any field so that it says the value, and is void when Git says something else', () => {
    fc.assert(
      fc.property(spec, key, key, fc.integer(), (content, first, second, value) => {
        const before = object(content)
        const outer = valueAt(before, pointer('spec', first))
        fc.pre(typeof outer !== 'number')
        const path = pointer('spec', first, second)
        const edit = new Edit(before).set(path, value)
        const { after, problems } = applied(before, edit.operations)
        expect(problems).toEqual([])
        expect(valueAt(after, path)).toBe(value)
        if (edit.empty) return
        expect(edit.operations[0]?.op).toBe('test')
        const other = { ...before, metadata: { name: 'b' }, spec: { other: true } }
        expect(applied(other, edit.operations).problems).not.toEqual([])
      }),
    )
  })

  test('differences lead from one object to the other and back', () => {
    fc.assert(
      fc.property(spec, spec, (a, b) => {
        const [before, after] = [object(a), object(b)]
        const found = differences(before, after)
        const there = applied(before, operationsFor(before, found))
        expect(there.problems).toEqual([])
        expect(there.after).toEqual(after)
        const inverse = found.map(({ path, before: was, after: is }) => ({ path, before: is, after: was }))
        const back = applied(after, operationsFor(after, inverse))
        expect(back.after).toEqual(before)
      }),
    )
  })
})

test('quantities are read as Kubernetes reads them, and written so that nothing is lost', () => {
  for (const [text, value] of [
    ['250m', 0.25],
    ['2', 2],
    ['1.5', 1.5],
    ['512Mi', 512 * 2 ** 20],
    ['2G', 2e9],
    ['1e3', 1000],
    ['1E', 1e18],
    [' 1', undefined],
    ['1MB', undefined],
    ['', undefined],
  ] as const)
    expect(parseQuantity(text)).toBe(value)
  fc.assert(
    fc.property(fc.double({ min: 0.001, max: 1e6, noNaN: true }), amount => {
      const cores = parseQuantity(cpuText(amount)) ?? 0
      expect(cores).toBeGreaterThanOrEqual(amount - 1e-8)
      expect(cores).toBeLessThanOrEqual(amount + 0.001 + 1e-9)
      const bytes = parseQuantity(memoryText(amount * 2 ** 20)) ?? 0
      expect(bytes).toBeGreaterThanOrEqual(amount * 2 ** 20 * (1 - 1e-8))
    }),
  )
})
