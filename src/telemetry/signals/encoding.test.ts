import { expect, test } from 'vitest'
import { Dictionaries } from './dictionary.ts'
import { attributesText, Encoding } from './encoding.ts'
import { change, log, point, span } from './signal-store.fake.ts'
import { wordTemplate } from './template-of.ts'

const context = () => ({
  dictionaries: new Dictionaries(),
  templateOf: wordTemplate,
  newest: new Map(),
  batch: 1,
})

test('whatever a signal holds, its row is bounded', () => {
  const long = 'x'.repeat(1e6)
  const attributes = Object.fromEntries(
    Array.from({ length: 1000 }, (_, i) => [`${i}${long.slice(0, 999)}`, long]),
  )
  const encoding = new Encoding()
  const resource = { service: long, version: long }
  const common = { resource, attributes }
  for (const signal of [
    span(long, {
      ...common,
      name: long,
      peer: long,
      events: Array.from({ length: 99 }, () => ({ at: 0, name: long, attributes })),
    }),
    log(long, common),
    point(long, 1, common),
    change(long, {
      ...common,
      message: long,
      files: Array.from({ length: 9999 }, () => ({ path: long, diff: long })),
    }),
  ])
    encoding.add(signal, context())
  const lengths = encoding
    .batches()
    .map(({ table, columns }) => [table, JSON.stringify(columns).length] as const)
  expect(Object.fromEntries(lengths)).toEqual({
    spans: expect.any(Number),
    logs: expect.any(Number),
    points: expect.any(Number),
    changes: expect.any(Number),
  })
  for (const [table, length] of lengths) expect(length).toBeLessThan(table === 'changes' ? 4e6 : 2e6)
})

test('attributes that are too many or too long are cut to JSON that can be read', () => {
  const many = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`key-${i}`, 'v'.repeat(2000)]))
  const text = attributesText(many) ?? ''
  expect(text.length).toBeLessThanOrEqual(8192)
  expect(JSON.parse(text)).toMatchObject({ 'key-0': 'v'.repeat(1024) })
  expect(attributesText({})).toBeNull()
  expect(attributesText({ a: 1, b: true })).toBe('{"a":1,"b":true}')
})

test('names beyond the limit share one number', () => {
  const dictionaries = new Dictionaries()
  const numbers = new Set(Array.from({ length: 100_050 }, (_, i) => dictionaries.name(`GET /${i}`)))
  expect(numbers.size).toBe(100_001)
  expect(dictionaries.name('GET /0')).toBe(1)
})
