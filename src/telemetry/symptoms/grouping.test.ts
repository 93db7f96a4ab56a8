import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { EventRecord } from '../signals/signal.ts'
import { event } from '../signals/signal-store.fake.ts'
import { type Episode, episodesOf } from './episode.ts'
import { group, type KnownIncident } from './grouping.ts'
import { relatedBy } from './neighbourhood.ts'

const minute = 60_000
const now = 1_750_000_000_000
const related = relatedBy([
  { from: 'web', to: 'cart' },
  { from: 'cart', to: 'database' },
  { from: 'search', to: 'database' },
])
const home = { now, related, homeOf: () => 'default' }

const episode = (key: string, given: Partial<Episode> = {}): Episode => ({
  key,
  source: 'alert',
  reason: 'HighErrorRate',
  service: 'cart',
  severity: 'page',
  message: '7 % fail',
  since: now - minute,
  ...given,
})

const anomaly = (key: string, score: number, given: Partial<Episode> = {}): Episode =>
  episode(key, { source: 'anomaly', severity: 'ticket', score, ...given })

const groupsOf = (episodes: readonly Episode[], incidents: readonly KnownIncident[] = []) =>
  group(episodes, incidents, home).opened.map(({ symptoms }) => symptoms.map(({ key }) => key))

describe('symptoms', () => {
  test('of services that call each other are one incident; what two others call is no bridge', () => {
    const found = groupsOf([
      episode('a', { service: 'web' }),
      episode('b', { service: 'cart' }),
      episode('c', { service: 'search' }),
    ])
    expect(found).toEqual([['a', 'b'], ['c']])
  })

  test('meet at a service that both call when it has symptoms of its own', () => {
    const services = ['cart', 'database', 'search']
    expect(groupsOf(services.map(service => episode(service, { service })))).toEqual([services])
  })

  test('of one name in two namespaces are two incidents', () => {
    const found = groupsOf([episode('a', { namespace: 'live' }), episode('b', { namespace: 'staging' })])
    expect(found).toEqual([['a'], ['b']])
  })

  test('of unknown services are incidents of their own', () => {
    expect(groupsOf([episode('a', { service: '' }), episode('b', { service: '' })])).toEqual([['a'], ['b']])
  })

  test('that are anomalies open an incident when one is very strange or three agree', () => {
    expect(groupsOf([anomaly('a', 0.6), anomaly('b', 0.62, { service: 'web' })])).toEqual([])
    expect(groupsOf([anomaly('a', 0.72)])).toEqual([['a']])
    const three = [anomaly('a', 0.56), anomaly('b', 0.57), anomaly('c', 0.58, { service: 'web' })]
    expect(groupsOf(three)).toEqual([['a', 'b', 'c']])
    expect(groupsOf([...three.slice(0, 2), anomaly('d', 0.58, { service: 'search' })])).toEqual([])
  })

  test('that are weak anomalies join what is open', () => {
    expect(groupsOf([episode('a'), anomaly('b', 0.56)])).toEqual([['a', 'b']])
  })

  test('that come when an incident has long been quiet are another one', () => {
    const open: KnownIncident = {
      id: 'default/x',
      home: 'default',
      startedAt: now - 180 * minute,
      symptoms: [episode('a', { since: now - 180 * minute, until: now - 60 * minute })],
    }
    expect(groupsOf([episode('b')], [open])).toEqual([['b']])
  })
})

/** A system with controllers that do what they are told, as far as grouping can see. */
function simulated() {
  const incidents = new Map<string, KnownIncident & { severity?: string }>()
  return {
    incidents,
    look(told: readonly EventRecord[], at: number) {
      for (const incident of incidents.values()) {
        const last = Math.max(...incident.symptoms.map(({ until = Infinity }) => until))
        if (incident.closedAt === undefined && at >= last + 15 * minute) incident.closedAt = at
      }
      const { opened, changed } = group(episodesOf(told), [...incidents.values()], { ...home, now: at })
      for (const { home, symptoms } of opened) {
        const first = symptoms[0] as Episode
        const id = `${first.key}@${first.since}`
        if (!incidents.has(id)) incidents.set(id, { id, home, startedAt: first.since, symptoms })
      }
      for (const { id, symptoms } of changed) {
        const { closedAt, ...rest } = incidents.get(id) as KnownIncident
        const back = symptoms.some(({ key, since, until }) => {
          const before = rest.symptoms.find(symptom => symptom.key === key)
          return until === undefined && (before === undefined || since > before.since)
        })
        incidents.set(id, { ...rest, symptoms, ...(back || closedAt === undefined ? {} : { closedAt }) })
      }
      return opened.length + changed.length
    },
  }
}

/** Symptoms that come and go: what is told of them, in order. */
const course = fc
  .array(
    fc.record({
      key: fc.constantFrom('a', 'b', 'c', 'd'),
      service: fc.constantFrom('web', 'cart', 'search', ''),
      minutes: fc.integer({ min: 1, max: 90 }),
      ends: fc.boolean(),
    }),
    { minLength: 1, maxLength: 25 },
  )
  .map(steps => {
    let at = now
    const places = new Map<string, string>()
    return steps.map(({ key, service, minutes, ends }): EventRecord => {
      at += minutes * minute
      places.set(key, places.get(key) ?? service)
      const resource = { service: places.get(key) ?? '' }
      return event(key, { source: 'alert', severity: 'error', resource, at, ...(ends ? { until: at } : {}) })
    })
  })

test('however often and in whatever order symptoms are told, no incident is opened twice', () => {
  fc.assert(
    fc.property(course, fc.array(fc.nat()), fc.array(fc.boolean()), (told, shuffles, looks) => {
      const system = simulated()
      const seen: EventRecord[] = []
      told.forEach((one, i) => {
        // Told now, perhaps before one that is older, perhaps again.
        seen.splice((shuffles[i] ?? 0) % (seen.length + 1), 0, one)
        if ((shuffles[i] ?? 0) % 3 === 0) seen.push(one)
        if (looks[i] !== false) {
          system.look(seen, one.at + 5000)
          // A look that was cut short, or another process: what is done again changes nothing.
          expect(system.look(seen.toReversed(), one.at + 5000)).toBe(0)
        }
        const going = episodesOf(seen).filter(({ until }) => until === undefined)
        const open = [...system.incidents.values()].filter(({ closedAt }) => closedAt === undefined)
        const keys = open.flatMap(({ symptoms }) => symptoms.map(({ key }) => key))
        expect(new Set(keys).size, 'a symptom is in one open incident').toBe(keys.length)
        if (looks[i] !== false)
          for (const { key } of going) expect(keys, 'what goes on is in an open incident').toContain(key)
      })
    }),
    { numRuns: 300 },
  )
})

test('an alert that fires again is the same symptom', () => {
  const fired = (at: number, until?: number) =>
    event(`alert/5a1c/${at}`, {
      source: 'alert',
      severity: 'error',
      at: until ?? at,
      ...(until === undefined ? {} : { until }),
    })
  const again = now + 20 * minute
  const episodes = episodesOf([fired(now), fired(now, now + minute), fired(again)])
  expect(episodes.map(({ key, since, until }) => [key, since, until])).toEqual([
    ['alert/5a1c', now, now + minute],
    ['alert/5a1c', again, undefined],
  ])
})

test('episodes are the same in whatever order and however often they are told', () => {
  fc.assert(
    fc.property(course, fc.infiniteStream(fc.nat()), (told, numbers) => {
      const shuffled = [...told, ...told.slice(0, 5)]
        .map(one => ({ one, order: numbers.next().value ?? 0 }))
        .sort((a, b) => a.order - b.order)
        .map(({ one }) => one)
      expect(episodesOf(shuffled)).toEqual(episodesOf(told))
    }),
  )
})
