import fc from 'fast-check'
import { applyPatch, type Operation } from 'rfc6902'
import { describe, expect, test } from 'vitest'
import { applyJsonPatch } from './json-patch.ts'
import { applyMergePatch } from './merge-patch.ts'
import { applyStrategicMerge } from './strategic-merge.ts'

describe('JSON patch', () => {
  const token = fc.constantFrom('a', 'b', 'c~', '0', '1', '-', 'x/y')
  const pointer = fc
    .array(token, { maxLength: 3 })
    .map(tokens => tokens.map(t => `/${t.replaceAll('~', '~0').replaceAll('/', '~1')}`).join(''))
  const leaf = fc.constantFrom(1, 'x', null, true)
  const document = fc.letrec(tie => ({
    value: fc.oneof(
      { maxDepth: 3 },
      leaf,
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(
        token.filter(t => t !== '-'),
        tie('value'),
        { maxKeys: 4 },
      ),
    ),
  })).value
  const operation = fc.oneof(
    fc.record({ op: fc.constantFrom('add', 'replace', 'test'), path: pointer, value: leaf }),
    fc.record({ op: fc.constant('remove'), path: pointer }),
    fc.record({ op: fc.constantFrom('move', 'copy'), path: pointer, from: pointer }),
  ) as fc.Arbitrary<Operation>

  /** The other implementation returns some errors and throws others. */
  const refuses = (apply: () => (Error | null)[]): boolean => {
    try {
      return apply()[0] !== null
    } catch {
      return true
    }
  }

  test('it does what an independent implementation does, operation by operation', () => {
    const root = fc.dictionary(
      token.filter(t => t !== '-'),
      document,
      { maxKeys: 4 },
    )
    // Paths into the root, and those RFC 6902 leaves to implementations, are told apart elsewhere.
    const inside = operation.filter(
      op => op.path !== '' && !('from' in op && (op.from === '' || op.path.startsWith(`${op.from}/`))),
    )
    fc.assert(
      fc.property(root, inside, (before, op) => {
        const theirs = structuredClone(before)
        const refused = refuses(() => applyPatch(theirs, [structuredClone(op)]))
        let ours: unknown
        try {
          ours = applyJsonPatch(structuredClone(before), [op])
        } catch {
          ours = undefined
        }
        // The other one accepts indices and appends beyond the RFC; what it refuses, we refuse.
        if (refused) expect(ours).toBeUndefined()
        else if (ours !== undefined) expect(ours).toEqual(theirs)
      }),
      { numRuns: 2000 },
    )
  })

  test.each([
    [{ a: 1 }, [{ op: 'replace', path: '', value: { b: 2 } }], { b: 2 }],
    [{ a: [1, 3] }, [{ op: 'add', path: '/a/1', value: 2 }], { a: [1, 2, 3] }],
    [{ a: [1] }, [{ op: 'add', path: '/a/-', value: 2 }], { a: [1, 2] }],
    [{ a: { b: 1 } }, [{ op: 'move', from: '/a/b', path: '/c' }], { a: {}, c: 1 }],
    [{ a: { b: 1 } }, [{ op: 'copy', from: '/a', path: '/c' }], { a: { b: 1 }, c: { b: 1 } }],
    [{ a: { x: 1, y: 2 } }, [{ op: 'test', path: '/a', value: { y: 2, x: 1 } }], { a: { x: 1, y: 2 } }],
    // The target of a move is looked for once the value is gone (RFC 6902 §4.4).
    [
      { a: [{ x: 1 }, { y: 2 }, { z: 3 }] },
      [{ op: 'move', from: '/a/0', path: '/a/1/b' }],
      { a: [{ y: 2 }, { z: 3, b: { x: 1 } }] },
    ],
    // Names that JavaScript knows are names like any other, where a document has them.
    [
      { data: { constructor: 'v', prototype: { x: 1 } } },
      [
        { op: 'copy', from: '/data/constructor', path: '/data/toString' },
        { op: 'replace', path: '/data/prototype/x', value: 2 },
      ],
      { data: { constructor: 'v', prototype: { x: 2 }, toString: 'v' } },
    ],
    [
      { 'a/b': 1, 'm~n': 2 },
      [
        { op: 'remove', path: '/a~1b' },
        { op: 'remove', path: '/m~0n' },
      ],
      {},
    ],
  ])('%j patched by %j is %j', (before, patch, after) => {
    expect(applyJsonPatch(before, patch)).toEqual(after)
  })

  test('long lists that differ are told apart', () => {
    const list = [...Array(100_000).keys()]
    const patch = [{ op: 'test', path: '/list', value: list.map(item => item + 1) }]
    expect(() => applyJsonPatch({ list }, patch)).toThrow('the value there is another one')
  })

  test.each([
    [[{ op: 'add', path: '/a/5', value: 1 }]],
    [[{ op: 'add', path: '/a/01', value: 1 }]],
    [[{ op: 'remove', path: '/a/-' }]],
    [[{ op: 'add', path: '/none/b', value: 1 }]],
    [[{ op: 'replace', path: '/none', value: 1 }]],
    [[{ op: 'add', path: '/__proto__/polluted', value: 1 }]],
    [[{ op: 'add', path: '/constructor/prototype/polluted', value: 1 }]],
    [[{ op: 'add', path: '/a/push/polluted', value: 1 }]],
    [[{ op: 'test', path: '/toString', value: null }]],
    [[{ op: 'move', from: '/o', path: '/o/p' }]],
    [[{ op: 'move', from: '/a/0', path: '/a/1' }]],
    [[...Array(40)].map((_, i) => ({ op: 'copy', from: '/o', path: `/o/c${i}` }))],
  ])('the operation %j does not fit', patch => {
    const document = { a: [1], o: { text: 'x'.repeat(1000) } }
    expect(() => applyJsonPatch(document, patch)).toThrow('the server rejected our request')
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
    expect(([].push as { polluted?: unknown }).polluted).toBeUndefined()
  })
})

describe('merge patch', () => {
  // The cases of RFC 7396, appendix A.
  test.each([
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [
      ['a', 'b'],
      ['c', 'd'],
      ['c', 'd'],
    ],
    [{ a: 'b' }, ['c'], ['c']],
    [{ a: 'foo' }, null, null],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: 'b', c: null }, { a: 'b' }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])('%j merged with %j is %j', (target, patch, merged) => {
    expect(applyMergePatch(target, patch)).toEqual(merged)
  })

  test('merging twice is merging once, and the target stays as it was', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (target, patch) => {
        const before = JSON.stringify(target)
        const once = applyMergePatch(target, patch)
        expect(applyMergePatch(once, patch)).toEqual(once)
        expect(JSON.stringify(target)).toBe(before)
      }),
    )
  })
})

describe('strategic merge', () => {
  const owner = (uid: string, name = uid) => ({ uid, name })
  test.each([
    ['maps merge', { data: { a: '1' } }, { data: { b: '2', a: null } }, { data: { b: '2' } }],
    [
      'owners merge by uid',
      { metadata: { ownerReferences: [owner('1'), owner('2')] } },
      { metadata: { ownerReferences: [owner('2', 'new'), owner('3')] } },
      { metadata: { ownerReferences: [owner('1'), owner('2', 'new'), owner('3')] } },
    ],
    [
      'an owner is deleted',
      { metadata: { ownerReferences: [owner('1'), owner('2')] } },
      { metadata: { ownerReferences: [{ $patch: 'delete', uid: '1' }] } },
      { metadata: { ownerReferences: [owner('2')] } },
    ],
    [
      'owners are replaced',
      { metadata: { ownerReferences: [owner('1')] } },
      { metadata: { ownerReferences: [owner('3'), { $patch: 'replace' }] } },
      { metadata: { ownerReferences: [owner('3')] } },
    ],
    [
      'finalizers are a set that can be thinned and ordered',
      { metadata: { finalizers: ['a', 'b'] } },
      {
        metadata: {
          finalizers: ['c'],
          '$deleteFromPrimitiveList/finalizers': ['a'],
          '$setElementOrder/finalizers': ['c', 'b'],
        },
      },
      { metadata: { finalizers: ['c', 'b'] } },
    ],
    [
      'a map is replaced',
      { data: { a: '1' } },
      { data: { $patch: 'replace', b: '2' } },
      { data: { b: '2' } },
    ],
    [
      'keys are retained',
      { data: { a: '1', b: '2' } },
      { data: { c: '3', $retainKeys: ['c', 'b'] } },
      { data: { b: '2', c: '3' } },
    ],
    ['other lists are replaced', { x: [1, 2] }, { x: [3] }, { x: [3] }],
  ])('%s', (_, target, patch, merged) => {
    expect(applyStrategicMerge(target, patch)).toEqual(merged)
  })
})
