import fc from 'fast-check'
import { expect, test } from 'vitest'
import { codePlace } from './code-place.ts'

test.each([
  ['INFO o.c.OrderController#39 asked for 7', 'o.c.OrderController#39'],
  ['ERROR [dispatcherServlet]#175 threw', '[dispatcherServlet]#175'],
  ['  at billing/cart.py:12 in total', 'billing/cart.py:12'],
  ['server.go:80: listening', 'server.go:80'],
])('%s', (line, place) => {
  expect(codePlace(line)).toBe(place)
})

test.each([
  'at 12:30:45 all was well',
  'listening on 10.0.0.1:8080',
  'issue #12',
  'order#12 is paid',
  'db.internal:5432 refused',
  'Widget#1234567890',
  '',
])('no place in "%s"', line => {
  expect(codePlace(line)).toBeUndefined()
})

test('what is found stands in the line', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'aB1#:./ ]go'), maxLength: 200 }), line => {
      const place = codePlace(line)
      if (place !== undefined) expect(line).toContain(place)
    }),
  )
})
