import { expect, test } from 'vitest'
import { inRange, rangeIn } from './time-range.ts'

const now = Date.parse('2025-06-19T08:12:45Z') // a Thursday
const span = (from: string, to: string) => ({ kind: 'span', from: Date.parse(from), to: Date.parse(to) })

test.each([
  ['why was it slow between 10 and 11?', { kind: 'daily', fromMinute: 600, toMinute: 660 }],
  ['errors from 9:30 pm to 10 pm', { kind: 'daily', fromMinute: 1290, toMinute: 1320 }],
  ['between 03:00 and 03:05 on 2025-06-01', span('2025-06-01T03:00Z', '2025-06-01T03:06Z')],
  ['what happened on 2025-05-02?', span('2025-05-02T00:00Z', '2025-05-03T00:00Z')],
  ['between 2025-05-02 and 2025-05-04', span('2025-05-02T00:00Z', '2025-05-05T00:00Z')],
  ['errors last December', span('2024-12-01T00:00Z', '2025-01-01T00:00Z')],
  ['errors in May', span('2025-05-01T00:00Z', '2025-06-01T00:00Z')],
  ['errors in December 2023', span('2023-12-01T00:00Z', '2024-01-01T00:00Z')],
  ['failures yesterday', span('2025-06-18T00:00Z', '2025-06-19T00:00Z')],
  ['in the last 2 hours', span('2025-06-19T06:12:45Z', '2025-06-20T08:12:45Z')],
  ['since Monday', span('2025-06-16T00:00Z', '2025-06-20T08:12:45Z')],
  ['what is wrong with shop?', undefined],
  ['scale from 2 replicas to 3', undefined],
])('%s', (question, range) => {
  expect(rangeIn(question, now)).toEqual(range)
})

test('without a present there are no relative times', () => {
  expect(rangeIn('errors yesterday', undefined)).toBeUndefined()
})

test('times of the day may go over midnight', () => {
  const range = rangeIn('between 23:00 and 1:00', now)
  const within = (text: string) => range && inRange(range, Date.parse(text))
  expect([within('2025-01-01T23:30Z'), within('2025-01-02T00:59Z'), within('2025-01-02T12:00Z')]).toEqual([
    true,
    true,
    false,
  ])
})
