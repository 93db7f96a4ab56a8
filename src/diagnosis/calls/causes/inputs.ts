import { isScore } from '../measures.ts'
import { momentOf, moved, nameOf, shiftEvidence } from '../wording.ts'
import { type CallCause, none } from './cause.ts'

/** What clients send changed: longer inputs, overflows of the context, or drift that a Monitor saw. */
export const inputs: CallCause = {
  name: 'inputs',
  look(route) {
    const inTime = route.worse.filter(({ with: follows }) => follows.kind === 'time')
    const worse = inTime.find(({ measure }) =>
      ['input tokens', 'input tokens that are missing', 'overflows of the context'].includes(measure.name),
    )
    const drift = route.events.find(
      ({ reason, resource }) => reason === 'InputDrift' && resource.service === route.route,
    )
    const shown = worse ?? (drift && inTime.find(({ measure }) => isScore(measure)))
    if (!shown) return none
    return {
      findings: [
        {
          rule: drift ? 'input-drift' : 'other-inputs',
          cause: { kind: 'external', name: `inputs of ${nameOf(route)}` },
          class: shown.measure.class === 'quality' ? 'drift' : shown.measure.class,
          statement: `What clients send to route ${nameOf(route)} changed at ${momentOf(shown.shift.at)}: ${moved(shown)} while release ${shown.with.release} stayed the same${drift ? `, and ${drift.message}` : ''}. No change of ours is to blame.`,
          strength: drift ? 0.88 : 0.7,
          evidence: [
            shiftEvidence(route, shown),
            ...(drift ? [{ source: drift.source, detail: drift.message }] : []),
          ],
          explains: [route.route, nameOf(route)],
          observed: true,
        },
      ],
    }
  },
}
