import type { FaultClass } from '../../diagnosis.ts'
import type { Edit } from '../diff/edit.ts'
import type { SymptomKind } from '../symptoms/symptom.ts'

/** How well an edit of a class explains each kind of symptom, 0 to 1; those that it can not cause are absent. */
export type Produces = Readonly<Partial<Record<SymptomKind, number>>>

/** One kind of thing that a change can do to a system; one file for each family. Pure, by the diff alone. */
export interface DiffClass {
  name: string
  fault: FaultClass
  find(edit: Edit): readonly Hit[]
}

export interface Hit {
  /** What it does, in words that follow "it": `lowers maxConns from 50 to 10`. */
  says: string
  file: string
  /** 0 to 1: how surely and how much. */
  strength: number
  produces: Produces
  /** The words by which the hit counts, when only those and not the whole diff must be those of the evidence. */
  about?: string
}

/** The lines as they are quoted. */
export const quoted = (line: string): string => `\`${line.length > 90 ? `${line.slice(0, 87)}…` : line}\``
