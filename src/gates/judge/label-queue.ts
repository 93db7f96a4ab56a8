import type { ReviewedCall } from '../../telemetry/telemetry.ts'
import { placeOf } from './sampling.ts'

/** A call that a person should look at, and why this one. */
export interface LabelTask {
  call: ReviewedCall
  why: 'random' | 'uncertain' | 'disagreement'
}

/** Calls of this share are picked at random and for nothing else, so that labels on them measure a scorer unbiased. */
const RANDOM_SHARE = 0.2

/** Whether a label of this call may calibrate: hard calls that were sought out would make every scorer look bad. */
export const isCalibrating = (call: string): boolean => placeOf(call, 'label') < RANDOM_SHARE

/**
 * The calls that most need a person's word on `score`: half at random, the rest where a scorer is undecided or others
 * disagree with it. Mixed, so that whoever labels does not know which is which.
 * @param calls newest first
 * @param n how many at most
 */
export function labelQueue(calls: readonly ReviewedCall[], score: string, n: number): LabelTask[] {
  const open = calls.filter(call => call.recorded && !isLabelled(call, score))
  const byPlace = (a: { id: string }, b: { id: string }) => placeOf(a.id, 'label') - placeOf(b.id, 'label')
  const random: LabelTask[] = open
    .filter(({ id }) => isCalibrating(id))
    .sort(byPlace)
    .map(call => ({ call, why: 'random' }))
  const needed = open
    .filter(({ id }) => !isCalibrating(id))
    .map(call => ({ call, ...needOf(call, score) }))
    .filter(({ need }) => need > 0)
    .sort((a, b) => b.need - a.need || byPlace(a.call, b.call))
    .map(({ call, why }): LabelTask => ({ call, why }))
  const fromNeeded = Math.min(needed.length, Math.max(Math.floor(n / 2), n - random.length))
  const chosen = [...needed.slice(0, fromNeeded), ...random.slice(0, n - fromNeeded)]
  return chosen.sort(({ call: a }, { call: b }) => placeOf(a.id, 'order') - placeOf(b.id, 'order'))
}

const isLabelled = ({ feedback }: ReviewedCall, score: string): boolean =>
  feedback.some(({ source, scores }) => source === 'person' && scores?.[score] !== undefined)

/** In [0, 1]. Of other scores than the asked one only judges' count: a language of 1 and a cost of 0 agree well. */
function needOf({ feedback }: ReviewedCall, score: string): Pick<LabelTask, 'why'> & { need: number } {
  const given = feedback.flatMap(({ scores = {}, by, source }) =>
    Object.entries(scores).flatMap(([name, value]) =>
      name === score || (source === 'scorer' && by !== undefined) ? [value] : [],
    ),
  )
  const uncertain = Math.max(0, ...given.map(value => 1 - Math.abs(2 * value - 1)))
  const disagreement = given.length < 2 ? 0 : Math.max(...given) - Math.min(...given)
  return disagreement > uncertain
    ? { need: disagreement, why: 'disagreement' }
    : { need: uncertain, why: 'uncertain' }
}
