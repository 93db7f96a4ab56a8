import { expect, test } from 'vitest'
import { ConfigMap } from '../api/kinds/core.ts'
import { parseSelector } from './selectors.ts'

const selects = (labelSelector: string, labels: Record<string, string>): boolean =>
  parseSelector(ConfigMap, new URLSearchParams({ labelSelector })).matches?.({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'a', labels },
  }) ?? true

test.each([
  ['a', { a: '' }, { b: '' }],
  ['!a', { b: '' }, { a: '' }],
  ['a=b', { a: 'b' }, { a: 'c' }],
  ['a==b', { a: 'b' }, {}],
  ['a!=b', {}, { a: 'b' }],
  ['a in (b, c)', { a: 'c' }, { a: 'd' }],
  ['a in (b,c)', { a: 'b' }, {}],
  ['a notin (b,c)', {}, { a: 'b' }],
  ['a in (),b', { a: '', b: '' }, { b: '' }],
  ['a>3', { a: '10' }, { a: '3' }],
  ['a<3', { a: '-1' }, { a: 'x' }],
  ['a=b,!c,x.io/d in (e)', { a: 'b', 'x.io/d': 'e' }, { a: 'b', c: '', 'x.io/d': 'e' }],
  ['a=', { a: '' }, { a: 'b' }],
])('the label selector %s selects %j and not %j', (selector, yes, no) => {
  expect([selects(selector, yes), selects(selector, no)]).toEqual([true, false])
})

test.each(['a b', 'a in b', 'a=b=c', '=b', 'a>b', 'a in (b', 'a,,b', '$x', 'a=-'])(
  'the label selector %s is refused',
  selector => {
    expect(() => selects(selector, {})).toThrow('unable to parse requirement')
  },
)
