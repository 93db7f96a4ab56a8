import fc from 'fast-check'
import { expect, test } from 'vitest'
import { momentAt, wallTime } from './calendar.ts'
import { timesIn } from './times.ts'
import { tokensOf } from './tokens.ts'

/** A Wednesday. */
const now = Date.parse('2026-03-11T15:30:00Z')
const timesOf = (text: string, zone = 'UTC', at = now) => {
  const { since, until, duration } = timesIn(tokensOf(text), { now: at, zone })
  const iso = (time: number | undefined) => time !== undefined && new Date(time).toISOString().slice(0, 16)
  return [iso(since) || '-', iso(until) || '-', duration === undefined ? '-' : `${duration / 60_000}m`].join(
    ' ',
  )
}

test.each([
  ['since noon', '2026-03-11T12:00 - -'],
  ['since 10:14', '2026-03-11T10:14 - -'],
  ['since 23:50', '2026-03-10T23:50 - -'],
  ['since 3pm', '2026-03-11T15:00 - -'],
  ['since 3 p.m. sharp', '2026-03-11T15:00 - -'],
  ['since midnight', '2026-03-11T00:00 - -'],
  ['since 12am', '2026-03-11T00:00 - -'],
  ['yesterday 14:00 to 15:00', '2026-03-10T14:00 2026-03-10T15:00 -'],
  ['from yesterday 22:00 until 01:00', '2026-03-10T22:00 2026-03-11T01:00 -'],
  ['between 9 and 11', '2026-03-11T09:00 2026-03-11T11:00 -'],
  ['14:00-14:30 please', '2026-03-11T14:00 2026-03-11T14:30 -'],
  ['from 10:00 to now', '2026-03-11T10:00 - -'],
  ['for 2h', '2026-03-11T13:30 - 120m'],
  ['for the last 90 minutes', '2026-03-11T14:00 - 90m'],
  ['last 30 minutes', '2026-03-11T15:00 - 30m'],
  ['in the past hour', '2026-03-11T14:30 - 60m'],
  ['over the last 1h30m', '2026-03-11T14:00 - 90m'],
  ['half an hour ago', '2026-03-11T15:00 - -'],
  ['since two hours', '2026-03-11T13:30 - 120m'],
  ['a couple of hours ago', '2026-03-11T13:30 - -'],
  ['since yesterday', '2026-03-10T00:00 - -'],
  ['yesterday', '2026-03-10T00:00 2026-03-11T00:00 -'],
  ['today', '2026-03-11T00:00 - -'],
  ['this week', '2026-03-09T00:00 - -'],
  ['last week', '2026-03-02T00:00 2026-03-09T00:00 -'],
  ['last night', '2026-03-10T18:00 2026-03-11T06:00 -'],
  ['on monday', '2026-03-09T00:00 2026-03-10T00:00 -'],
  ['since last wednesday', '2026-03-04T00:00 - -'],
  ['since friday 17:00', '2026-03-06T17:00 - -'],
  ['at 10:14 on monday', '2026-03-09T10:14 - -'],
  ['since march 5', '2026-03-05T00:00 - -'],
  ['since 24th dec 18:00', '2025-12-24T18:00 - -'],
  ['on 2026-03-01', '2026-03-01T00:00 2026-03-02T00:00 -'],
  ['since 2026-03-10T08:00:00+02:00', '2026-03-10T06:00 - -'],
  ['until 11:00', '- 2026-03-11T11:00 -'],
  ['since 9:00 until 10:00', '2026-03-11T09:00 2026-03-11T10:00 -'],
  ['after the deploy', '- - -'],
  ['port 8080 returns 500', '- - -'],
  ['version 1.2.3 is at 99%', '- - -'],
  ['since 25:00', '- - -'],
  ['5 replicas for cart', '- - -'],
])('"%s" is %s', (text, expected) => {
  expect(timesOf(text)).toBe(expected)
})

test('times of the day are those of who asks', () => {
  expect(timesOf('since noon', 'Europe/Berlin')).toBe('2026-03-11T11:00 - -')
  expect(timesOf('since noon', 'America/New_York')).toBe('2026-03-10T16:00 - -')
  expect(timesOf('yesterday', 'Asia/Kolkata')).toBe('2026-03-09T18:30 2026-03-10T18:30 -')
  // Clocks went forward in the night before: the day has 23 hours.
  expect(timesOf('today', 'Europe/Berlin', Date.parse('2026-03-29T15:00:00Z'))).toBe('2026-03-28T23:00 - -')
  expect(timesOf('since 02:30', 'Europe/Berlin', Date.parse('2026-03-29T15:00:00Z'))).toBe(
    '2026-03-29T01:30 - -',
  )
})

test('a moment and what clocks show at it belong together, in every zone', () => {
  const zones = [
    'UTC',
    'Europe/Berlin',
    'America/St_Johns',
    'Australia/Lord_Howe',
    'Pacific/Apia',
    'Asia/Kathmandu',
  ]
  fc.assert(
    fc.property(fc.constantFrom(...zones), fc.integer({ min: 0, max: 2 ** 31 }), (zone, seconds) => {
      const shown = wallTime(seconds * 1000, zone)
      const back = momentAt(shown, zone)
      expect(wallTime(back, zone)).toEqual(shown)
      // Of an hour that comes twice the first is meant.
      expect(seconds * 1000 - back === 0 || seconds * 1000 - back <= 3_600_000).toBe(true)
    }),
  )
})

test('whatever is said, a time that is found is a number and a beginning is before its end', () => {
  const word = fc.constantFrom(
    ...[
      'since',
      'from',
      'to',
      'until',
      'between',
      'and',
      'last',
      'past',
      'for',
      '10:14',
      '3pm',
      'noon',
      'monday',
      'ago',
    ],
    ...[
      'yesterday',
      'this',
      'week',
      'half',
      'an',
      'hour',
      '30',
      'minutes',
      '2h',
      'march',
      '5',
      '-',
      'at',
      'on',
      'night',
    ],
  )
  fc.assert(
    fc.property(fc.array(word, { maxLength: 10 }), words => {
      const { since, until } = timesIn(tokensOf(words.join(' ')), { now, zone: 'Europe/Berlin' })
      for (const time of [since, until]) expect(time === undefined || Number.isFinite(time)).toBe(true)
    }),
    { numRuns: 500 },
  )
})
