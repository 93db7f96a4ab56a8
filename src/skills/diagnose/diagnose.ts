import { z } from 'zod'
import { answerFields } from '../drafts/answer.ts'
import { momentOf, service, since } from '../drafts/moment.ts'
import type { Skill } from '../skill.ts'
import { diagnosisFields, diagnosisOutput } from './diagnosis-shape.ts'
import { diagnosisText } from './diagnosis-text.ts'

const Input = z.object({
  incident: z.string().min(1).max(253).optional().describe('Incident to diagnose.'),
  service: service(),
  since: since(),
})

const Output = z.object({ ...answerFields, ...diagnosisFields })

/** What is looked at when nobody says since when. */
const usual = '2h'

/** What is wrong, where and why, with the evidence, the likeliest cause first; or that nothing is. */
export const diagnose: Skill<typeof Input, typeof Output> = {
  name: 'diagnose',
  summary: 'Says what is wrong, where and why, with the evidence, the likeliest cause first.',
  risk: 'read',
  input: Input,
  output: Output,
  permissions: [{ reads: 'diagnosis' }],
  phrases: [
    'what is wrong with {service}',
    'why is {service} slow since {since}',
    'diagnose {incident}',
    'diagnose {service}',
    'what caused {incident}',
    'why does {service} fail',
    '{service} returns errors, why',
    'root cause of {incident}',
    'what broke {service} after {since}',
    'investigate {service} since {since}',
    'is anything wrong since {since}',
    'find the reason for the outage of {service}',
    'why are requests to {service} timing out',
    'look into {incident}',
  ],
  async run({ incident, service: named, since: from }, context) {
    const of =
      incident === undefined
        ? { since: momentOf(from ?? usual, context.now), ...(named !== undefined && { service: named }) }
        : { incident }
    context.step(incident === undefined ? `diagnosing ${named ?? 'the namespace'}` : `diagnosing ${incident}`)
    const { diagnosis } = await context.diagnose(of)
    const outcome = diagnosis.hypotheses.length === 0 ? 'nothing' : 'answered'
    return { output: { ...diagnosisOutput(diagnosis), text: diagnosisText(diagnosis), outcome } }
  },
}
