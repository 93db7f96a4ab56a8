import type { Monitor } from '../../api/kinds/monitor.ts'
import { signTest } from '../../telemetry/drift/paired.ts'

export type Probe = NonNullable<Monitor['spec']['probe']>
type Change = NonNullable<NonNullable<NonNullable<Monitor['status']>['probe']>['scores']>[number]

/** What was answered to one question; a call that failed has no output. */
export interface ProbeAnswer {
  /** Line of the dataset. */
  line: number
  output?: string
  scores: Record<string, number | null>
  costUsd?: number
}

/** The same questions asked twice in a row: how far answers differ without anything having changed. */
export interface Baseline {
  first: ProbeAnswer[]
  second: ProbeAnswer[]
}

/** How far one text is another, from 0 to 1. */
export type Similarity = (text: string, other: string) => number

/**
 * Holds tonight's answers against the baseline. If nothing changed, tonight and the second asking are two equal draws
 * beside the first, whatever varies by chance: so tonight is less like the first than the second is in half of the
 * questions where they differ, and scores are better or worse equally often. That is tested, exactly and question by
 * question. (A permutation of two exchangeable runs; sign test.)
 */
export function compareProbes(
  { first, second }: Baseline,
  tonight: readonly ProbeAnswer[],
  { alpha, effect, scorers }: Pick<Probe, 'alpha' | 'effect' | 'scorers'>,
  similarity: Similarity,
): { rows: number; scores: Change[] } {
  const rows = tonight.flatMap((now, i) => {
    const [one, two] = [first[i], second[i]]
    if (one?.output === undefined || two?.output === undefined || now.output === undefined) return []
    const like = (answer: string) => similarity(answer, one.output ?? '')
    return [{ one, two, now, before: like(two.output), after: like(now.output) }]
  })
  const changeOf = (
    name: string,
    pairs: readonly { before: number; usual: number; now: number }[],
    worse: 'down' | 'both',
  ): Change => {
    const { pairs: differing, p } = signTest(
      pairs.map(({ before, now }) => now - before),
      worse,
    )
    const [before, now] = [mean(pairs.map(({ usual }) => usual)), mean(pairs.map(pair => pair.now))]
    const large = worse === 'down' ? before - now >= effect : Math.abs(before - now) >= effect
    return {
      name,
      before: rounded(before),
      now: rounded(now),
      pairs: differing,
      p: rounded(p),
      drifted: large && p <= alpha / (1 + scorers.length),
    }
  }
  const similar = rows.map(({ before, after }) => ({ before, usual: before, now: after }))
  return {
    rows: rows.length,
    scores: [
      changeOf('similarity', similar, 'down'),
      ...scorers.map(({ name }) =>
        changeOf(
          name,
          rows.flatMap(({ one, two, now }) => {
            const [a, b, c] = [one.scores[name], two.scores[name], now.scores[name]]
            return a == null || b == null || c == null ? [] : [{ before: b, usual: (a + b) / 2, now: c }]
          }),
          'both',
        ),
      ),
    ],
  }
}

const mean = (values: readonly number[]): number =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length
const rounded = (value: number): number => Number(value.toPrecision(3))
