import type { SymptomKind } from '../symptoms/symptom.ts'

export interface Fixture {
  path: string
  diff: string
}

/** Edits of a class, with a symptom that it must be able to cause, and edits that only look like it. */
export interface ClassFixtures {
  is: readonly (Fixture & { causes: SymptomKind })[]
  isNot: readonly Fixture[]
}
