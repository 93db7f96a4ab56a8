import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Detector, DetectorError, type Zone, zones } from './detector.ts'

/** What every detector must do, given texts it finds something in and near misses it must leave alone. */
export interface DetectorCase<Options> {
  detector: Detector<Options>
  /** Options that make sense for the texts below. */
  options: Options
  found: readonly { text: string; zone: Zone; reason: string }[]
  /** Texts that look like a finding and are none. */
  clean: readonly { text: string; zone: Zone }[]
  /** Options that must be refused, each for its own reason. */
  refused?: readonly Options[]
}

/** Grows without bound in a scan that backtracks, looks far ahead or goes over the text once a match. */
const hostile: readonly string[] = [
  'a',
  ' ',
  '1',
  '1 ',
  '(',
  'a@',
  'a.',
  '-',
  ':',
  '<a ',
  '{"',
  'password=',
  'Aa ',
  '\u200b',
  '\ud800',
]
const hostileUnits = 100_000
/** A linear detector needs some 50 ms, on a busy machine several times that; a quadratic one minutes. */
const hostileMs = 2_000

export function detectorContract<Options>(given: DetectorCase<Options>): void {
  const { detector, options, found, clean, refused = [] } = given
  const detect = detector.create(options)
  const counted = (text: string, zone: Zone) =>
    detect(text, zone).filter(({ score }) => score >= detector.threshold(zone))

  describe(`detector ${detector.name}`, () => {
    test('has a name, a summary, zones and thresholds', () => {
      expect(detector.name).toMatch(/^[a-z]+(-[a-z]+)*$/)
      expect(detector.summary).toMatch(/^[A-Z].*\.$/)
      expect(detector.zones.length).toBeGreaterThan(0)
      for (const zone of zones) {
        expect(detector.threshold(zone)).toBeGreaterThan(0)
        expect(detector.threshold(zone)).toBeLessThanOrEqual(1)
      }
    })

    test.each(found)('finds $reason in $zone text: $text', ({ text, zone, reason }) => {
      expect(counted(text, zone).map(finding => finding.reason)).toContain(reason)
    })

    test.each(clean)('leaves $zone text alone: $text', ({ text, zone }) => {
      expect(counted(text, zone)).toEqual([])
    })

    test('finds the same in the same text, whatever it saw before', () => {
      const texts = [...found, ...clean]
      const first = texts.map(({ text, zone }) => detect(text, zone))
      const again = texts.toReversed().map(({ text, zone }) => detect(text, zone))
      const fresh = detector.create(options)
      expect(again.reverse()).toEqual(first)
      expect(texts.map(({ text, zone }) => fresh(text, zone))).toEqual(first)
    })

    test('says what was found by class, score and place, whatever the text', () => {
      const words = [...found, ...clean].flatMap(({ text }) => text.split(/(?<= )/))
      const piece = fc.oneof(fc.constantFrom(...words), fc.string({ unit: 'binary' }), fc.string())
      const text = fc.array(piece, { maxLength: 8 }).map(pieces => pieces.join(''))
      fc.assert(
        fc.property(text, fc.constantFrom(...detector.zones), (text, zone) => {
          for (const { score, reason, start, end } of detect(text, zone)) {
            expect(score).toBeGreaterThanOrEqual(0)
            expect(score).toBeLessThanOrEqual(1)
            expect(reason).toMatch(/^[A-Za-z][A-Za-z0-9_:-]*$/)
            expect(start === undefined).toBe(end === undefined)
            if (start === undefined || end === undefined) continue
            expect(start).toBeGreaterThanOrEqual(0)
            expect(end).toBeGreaterThan(start)
            expect(end).toBeLessThanOrEqual(text.length)
          }
        }),
        { numRuns: 100 },
      )
    })

    test.each(hostile)('takes time linear in a text of nothing but %j', unit => {
      const text = unit.repeat(Math.ceil(hostileUnits / unit.length))
      const began = performance.now()
      for (const zone of detector.zones) detect(text, zone)
      expect(performance.now() - began).toBeLessThan(hostileMs)
    })

    if (refused.length > 0)
      test.each(refused.map(wrong => [wrong]))('refuses options %j with a sentence', wrong => {
        expect(() => detector.create(wrong)).toThrow(DetectorError)
        expect(() => detector.create(wrong)).toThrow(detector.name)
      })
  })
}
