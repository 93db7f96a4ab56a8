import type { ReviewedCall } from '../../telemetry/telemetry.ts'
import { type Calibration, calibrate } from './calibration.ts'
import { isCalibrating } from './label-queue.ts'

/** How far one scorer of a route can stand for people. */
export interface ScorerReport extends Calibration {
  scorer: string
  /** Live calls it scored. */
  scored: number
  /** Of the scores on live calls; absent without any. */
  mean?: number
  /** Labels on calls that were sought out because they are hard; they do not calibrate. */
  soughtOut: number
}

/** What people say when they say only whether an answer is right. */
export const CORRECT = 'correct'

/**
 * Compares every scorer with what people said of the same calls: under its own name where they did, else whether the
 * answer is correct. Only labels of the random share count.
 * @param recent newest answered calls with what was said of them, labelled or not
 * @param labelled all that people labelled
 */
export function scorerReports(
  recent: readonly ReviewedCall[],
  labelled: readonly ReviewedCall[],
): ScorerReport[] {
  const [newest, judged] = [recent.map(wordsOn), labelled.map(wordsOn)]
  const names = [...new Set([...newest, ...judged].flatMap(({ scorer }) => Object.keys(scorer)))].sort()
  return names.map(name => {
    const live = newest.flatMap(({ scorer }) => scorer[name] ?? [])
    const compared = judged.flatMap(({ id, scorer, person }) => {
      const [ours, theirs] = [scorer[name], person[name] ?? person[CORRECT]]
      return ours === undefined || theirs === undefined ? [] : [{ id, scorer: ours, person: theirs }]
    })
    const unbiased = compared.filter(({ id }) => isCalibrating(id))
    return {
      scorer: name,
      scored: live.length,
      ...(live.length > 0 && { mean: live.reduce((sum, score) => sum + score, 0) / live.length }),
      soughtOut: compared.length - unbiased.length,
      ...calibrate(unbiased, live),
    }
  })
}

const wordsOn = ({ id, feedback }: ReviewedCall) => ({
  id,
  scorer: lastScores(feedback.filter(({ source }) => source === 'scorer')),
  person: lastScores(feedback.filter(({ source }) => source === 'person')),
})

const lastScores = (feedback: ReviewedCall['feedback']): Record<string, number> =>
  Object.assign({}, ...feedback.toSorted((a, b) => a.at - b.at).map(({ scores }) => scores)) as Record<
    string,
    number
  >
