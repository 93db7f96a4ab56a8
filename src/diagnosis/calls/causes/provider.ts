import type { Finding } from '../../channel.ts'
import type { Evidence } from '../../diagnosis.ts'
import { isScore, saidByPeople } from '../measures.ts'
import { answeredBy, type RouteCalls, togetherMs, type Worse } from '../route-calls.ts'
import { momentOf, moved, nameOf, shiftEvidence } from '../wording.ts'
import { type CallCause, none } from './cause.ts'
import { newLabeller } from './labels.ts'

const ofProvider = ({ measure }: Worse): boolean =>
  isScore(measure) ||
  ['errors', 'timeouts', 'latency', 'output tokens', 'answers of a fallback', 'price of a token'].includes(
    measure.name,
  )

/**
 * Figures that get worse while the same release answers: nothing of ours changed, so the provider did, under the same
 * name of its model. Other routes tell: those with the same model shift too, those with others do not.
 */
export const provider: CallCause = {
  name: 'provider',
  look(route, routes) {
    const worse = route.worse.filter(one => one.with.kind === 'time' && ofProvider(one))
    const [first] = worse
    // People may be wrong; that is another cause.
    if (!first || (saidByPeople(first.measure) && newLabeller(route, first.shift.at))) return none
    const name = answeredBy(route, first.shift.at)
    if (name === '' || name.startsWith('model/')) return none
    const others = routes.filter(other => other !== route)
    const same = others.filter(other => answeredBy(other, first.shift.at) === name)
    const sameToo = same.filter(other => shiftsAt(other, first.shift.at))
    const different = others.filter(other => !same.includes(other) && other.calls.length >= 40)
    const differentToo = different.filter(other => shiftsAt(other, first.shift.at))
    const onlyPeople = worse.every(({ measure }) => saidByPeople(measure)) && hasScorers(route)
    const strength = Math.min(
      0.93,
      (onlyPeople ? 0.6 : 0.7) +
        (sameToo.length > 0 ? 0.15 : 0) +
        (different.length > 0 && differentToo.length === 0 ? 0.08 : 0) -
        (differentToo.length > 0 ? 0.3 : 0),
    )
    const told = route.events.filter(({ reason }) => reason === 'ProviderDrift')
    return {
      findings: [
        {
          rule: `provider-${kindOf(first)}`,
          cause: { kind: 'external', name },
          class: first.measure.class === 'quality' ? 'drift' : first.measure.class,
          statement: `${name} answers otherwise since ${momentOf(first.shift.at)}: on route ${nameOf(route)} ${moved(first)} while release ${first.with.release} stayed the same${sameToo.length > 0 ? `, and so did ${sameToo.map(nameOf).join(', ')} with the same model` : ''}. No change of ours is to blame; reverting a commit would not help.`,
          strength: told.length > 0 ? Math.max(strength, 0.93) : strength,
          evidence: [
            ...worse.slice(0, 5).map(one => shiftEvidence(route, one)),
            ...told.slice(0, 2).map(({ message, source }): Evidence => ({ source, detail: message })),
          ],
          against: [
            ...same
              .filter(other => !sameToo.includes(other))
              .map(other => steadyEvidence(other, 'answers with the same model and did not shift')),
            ...differentToo.map(other => steadyEvidence(other, 'answers with another model and shifted too')),
          ],
          explains: [route, ...sameToo].flatMap(one => [one.route, nameOf(one)]),
          observed: true,
        } satisfies Finding,
      ],
    }
  },
}

const steadyEvidence = (route: RouteCalls, detail: string): Evidence => ({
  source: `calls of ${nameOf(route)}`,
  detail,
})

const kindOf = ({ measure }: Worse): string =>
  isScore(measure)
    ? 'drift'
    : measure.class === 'latency'
      ? 'slow'
      : measure.class === 'cost'
        ? 'price'
        : measure.class === 'tokens'
          ? 'longer-answers'
          : 'errors'

const hasScorers = ({ calls }: RouteCalls): boolean =>
  calls.some(
    ({ feedback, scores }) => scores !== undefined || feedback.some(({ source }) => source === 'scorer'),
  )

const shiftsAt = ({ worse }: RouteCalls, at: number): boolean =>
  worse.some(one => one.with.kind === 'time' && ofProvider(one) && Math.abs(one.shift.at - at) <= togetherMs)
