/**
 * SERVE: what looks at one text and says what it found. A detector is one file exporting one object, one line in
 * `index.ts`, and passes `detector.contract.ts`. It is pure and synchronous: the same text has the same findings on
 * any machine, no text however large or malformed makes it throw, and it takes time linear in the text.
 * Whether anything is done about a finding is decided elsewhere: a verdict is not an action.
 */

/** Where a text comes from, and so how far it is trusted: detectors and thresholds differ by it. */
export const zones = ['user', 'document', 'tool', 'output'] as const
export type Zone = (typeof zones)[number]

export interface Finding {
  /** In [0, 1]: how sure the detector is. Comparable within one detector and zone only. */
  score: number
  /** What was found, as a class such as `role-mimicry` or `EMAIL_ADDRESS`; never the text itself. */
  reason: string
  /** Where, in UTF-16 units of the text; detectors of whole texts have none. */
  start?: number
  end?: number
}

/** Looks at one text of a zone. Made once per rule, called for many texts. */
export type Detect = (text: string, zone: Zone) => readonly Finding[]

export interface Detector<Options = unknown> {
  name: string
  /** One sentence for docs and errors. */
  summary: string
  /** The zones it makes sense in. */
  zones: readonly Zone[]
  /** It judges a text as a whole, so that parts of a stream tell it nothing. */
  whole?: true
  /** Scores at or above it count as found when a rule says nothing else, by zone. */
  threshold(zone: Zone): number
  /** @throws DetectorError when an option is missing, wrong or beyond a limit */
  create(options: Options): Detect
}

/** Options of a detector that can not be used: which, and what to do. */
export class DetectorError extends Error {
  override readonly name = 'DetectorError'
}
