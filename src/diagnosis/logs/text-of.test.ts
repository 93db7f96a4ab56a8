import { expect, test } from 'vitest'
import { shown } from './line.ts'
import { distanceOf, nearestCommand } from './nearest-command.ts'
import { decisive, innermost, textOf } from './text-of.ts'

test('the innermost cause of a trace is the last of its causes', () => {
  const java =
    'a.B: outer\n\tat x.Y.z(Y.java:1)\nCaused by: c.D: middle\n\tat q\nCaused by: e.F: inner\n\tat r'
  expect(innermost(java)).toBe('e.F: inner')
  expect(decisive(java)).toBe('a.B: outer | e.F: inner')
  const python =
    'Job failed\nTraceback (most recent call last):\n  File "a.py", line 1, in f\n    g()\nValueError: bad price'
  expect(decisive(python)).toBe('Job failed | ValueError: bad price')
  expect(decisive('Traceback (most recent call last):\n  File "a.py", line 1\nKeyError: \'X\'')).toBe(
    "KeyError: 'X'",
  )
  expect(decisive('Network Exception:\nhost db:1 refused')).toBe('Network Exception: | host db:1 refused')
})

test('attributes that tell what went wrong are part of the text', () => {
  const text = textOf({
    body: 'failed',
    attributes: { 'error.message': 'no route', client: 'x', note: 'again' },
  })
  expect(text).toBe('failed\nno route\nagain')
})

test('what is shown has no escapes, controls or line ends, and an end', () => {
  expect(shown('\u001b[1;31mred\u001b[0m\n\u202etext\u0000', 50)).toBe('red text')
  expect(shown('abcdef', 4)).toBe('abc…')
})

test('a slip of the hand leads to the command that was meant', () => {
  expect(['wge', 'crul', 'pyhton', 'kubeclt', 'curl', 'myserver'].map(nearestCommand)).toEqual([
    ...['wget', 'curl', 'python', 'kubectl', undefined, undefined],
  ])
  expect([distanceOf('abc', 'acb'), distanceOf('abc', 'abc'), distanceOf('', 'ab')]).toEqual([1, 0, 2])
})
