import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { editDistance, nearest } from './distance.ts'
import type { KnownNames } from './names.ts'
import { slotsOf } from './slots.ts'

const known: KnownNames = {
  services: ['cart', 'cart-db', 'checkout', 'payment-a', 'payment-b', 'search'],
  workloads: ['checkout', 'worker'],
  routes: ['refund-desk', 'triage'],
  prompts: ['triage'],
  releases: ['triage-4f2a9c1d00'],
  models: [],
  deliveries: ['shop'],
  providers: [],
  namespaces: ['default', 'shop', 'team-a'],
  incidents: ['checkout-3f9a2b1c04'],
}
const ordinary = new Set(['what', 'show', 'default', 'change', 'search', 'with', 'wrong', 'the', 'alert'])
const read = (text: string) => slotsOf(text, { known, when: { now: 0, zone: 'UTC' }, ordinary })
const found = (text: string) =>
  read(text).names.found.map(({ name, things }) => `${name} ${things.join('/')}`)

describe('a name', () => {
  test.each([
    ['why is checkout slow', ['checkout service/workload']],
    ['the checkout deployment', ['checkout workload/service']],
    ['CHECKOUT!', ['checkout service/workload']],
    ["checkout's errors", ['checkout service/workload']],
    ['refund desk answers badly', ['refund-desk route']],
    ['prompt triage got worse', ['triage prompt/route']],
    ['incident checkout-3f9a', ['checkout-3f9a2b1c04 incident']],
    ['checkout-3f9a2b1c04', ['checkout-3f9a2b1c04 incident']],
    ['release triage-4f2a9c1d00', ['triage-4f2a9c1d00 release']],
    ['anything in shop', ['shop namespace']],
    ['namespace default', ['default namespace']],
    ['the default alert', []],
    ['search is down', ['search service']],
    ['chekout is down', ['checkout service/workload']],
  ])('in "%s"', (text, expected) => {
    expect(found(text)).toEqual(expected)
  })

  test('that is equally near to two is asked about, not guessed', () => {
    expect(read('what is wrong with payment-c').names).toMatchObject({
      found: [],
      ambiguous: [{ written: 'payment-c', among: ['payment-a', 'payment-b'] }],
    })
  })

  test('that is not there is said, with what is near', () => {
    expect(read('what is wrong with service cargo').names.unknown).toMatchObject([
      { written: 'cargo', thing: 'service', near: ['cart', 'cart-db'] },
    ])
    expect(read('mailer-v2 is slow').names.unknown).toMatchObject([{ written: 'mailer-v2' }])
  })

  test('is not made of an ordinary word, or of any word once something is named', () => {
    expect(found('show the alert')).toEqual([])
    expect(found('serach of checkout')).toEqual(['checkout service/workload'])
  })
})

test.each([
  ['scale to 5 replicas', ['count 5']],
  ['512Mi of memory', ['quantity 512Mi']],
  ['half a gig is 512 MiB', ['quantity 512Mi']],
  ['750m', ['quantity 750m']],
  ['0.5 cores', ['quantity 0.5']],
  ['by 20%', ['share 20% more or less']],
  ['by 20 percent', ['share 20% more or less']],
  ['two more pods', ['count 2 more or less']],
  ['which one is it', []],
  ['to three', ['count 3']],
  ['version 1.2.3', []],
])('amounts of "%s"', (text, expected) => {
  const { amounts } = read(text)
  expect(
    amounts.map(({ kind, text: said, relative }) => `${kind} ${said}${relative ? ' more or less' : ''}`),
  ).toEqual(expected)
})

test('commits are hashes, and words of letters only where one is said', () => {
  const commits = (text: string) => read(text).commits.map(({ revision }) => revision)
  expect(commits('what did 4f2a9c1 change')).toEqual(['4f2a9c1'])
  expect(commits('commit deadbee')).toEqual(['deadbee'])
  expect(commits('the defaced page, 1234567 times')).toEqual([])
})

describe('distance', () => {
  const word = fc.stringMatching(/^[abc]{0,6}$/)

  test('is symmetric, zero for equal words only, and within its bound', () => {
    fc.assert(
      fc.property(word, word, (a, b) => {
        const distance = editDistance(a, b, 9)
        expect(editDistance(b, a, 9)).toBe(distance)
        expect(distance === 0).toBe(a === b)
        expect(distance).toBeLessThanOrEqual(Math.max(a.length, b.length))
        expect(editDistance(a, b, 1)).toBe(Math.min(distance, 2))
      }),
    )
  })

  test('counts a swap of neighbours once', () => {
    expect(editDistance('serach', 'search', 2)).toBe(1)
    expect(nearest('serach', ['search', 'starch'])).toEqual(['search'])
  })
})

test('hostile text is read in time and finds nothing that is not there', () => {
  const long = `${'-'.repeat(3000)} ${'a-'.repeat(3000)} ${'1'.repeat(3000)} ${'x@'.repeat(2000)}`
  const { names, times, amounts } = read(long)
  expect({ names: names.found, since: times.since, amounts }).toEqual({
    names: [],
    since: undefined,
    amounts: [],
  })
})
