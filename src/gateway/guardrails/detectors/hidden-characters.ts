import { z } from 'zod'
import type { Detector, Finding, Zone } from '../detector.ts'
import { type HiddenClass, hiddenClass } from '../injection/hidden.ts'
import { optionsOf } from './options.ts'

/** How much one run of a class says; a single mark also stands in honest text (names, emoji, right-to-left quotes). */
const weight: Readonly<Record<HiddenClass, number>> = {
  'tag-characters': 1,
  'bidi-override': 0.8,
  'bidi-embedding': 0.3,
  'zero-width': 0.3,
  'invisible-filler': 0.3,
  'variation-selectors': 0.5,
  'control-characters': 0.4,
}
/** More spans than this say nothing new. */
const MAX_FINDINGS = 64

/** Characters a reader does not see and a model does: smuggled tags (Unicode E0000), zero-width runs, bidi overrides. */
export const hiddenCharacters: Detector = {
  name: 'hidden-characters',
  summary: 'Finds characters that a person can not see and a model reads.',
  zones: ['user', 'document', 'tool', 'output'],
  threshold: (_zone: Zone) => 0.6,
  create(options) {
    optionsOf('hidden-characters', z.strictObject({}), options)
    return text => {
      const findings: Finding[] = []
      for (let i = 0; i < text.length && findings.length < MAX_FINDINGS; ) {
        const found = hiddenClass(text, i)
        if (found === null) {
          i += 1
          continue
        }
        const start = i
        let count = 0
        for (let next: HiddenClass | null = found; next === found; next = hiddenClass(text, i)) {
          count += 1
          i += (text.codePointAt(i) ?? 0) > 0xffff ? 2 : 1
        }
        // Each further character of a run adds half of what is left: runs are how payloads are carried.
        const score = 1 - (1 - weight[found]) * 0.5 ** (count - 1)
        findings.push({ score, reason: found, start, end: i })
      }
      return findings
    }
  },
}
