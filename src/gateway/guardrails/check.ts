import type { AnswerContent } from '../canonical/answer.ts'
import type { CanonicalRequest } from '../canonical/request.ts'
import type { Finding } from './detector.ts'

/**
 * SERVE: what looks at a whole answer together with its request. A check is one file in `checks/` exporting one object
 * and one line in its `index.ts`. Like a detector it is pure and never throws on content.
 */
export interface Check {
  name: string
  /** One sentence for docs and errors. */
  summary: string
  /** Scores at or above it count as found when a rule says nothing else. */
  threshold: number
  /** @throws DetectorError when an option is missing, wrong or beyond a limit */
  create(options: Readonly<Record<string, unknown>>): Inspect
}

export type Inspect = (answer: AnswerContent, request: CanonicalRequest) => readonly Finding[]
