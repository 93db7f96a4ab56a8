import { z } from 'zod'
import type { ProposalDraft } from '../../api/kinds/proposal.ts'
import { causeText } from '../diagnose/diagnosis-text.ts'
import { answerFields, draftOf, nothing, refused } from '../drafts/answer.ts'
import { answerOfEdits, edits } from '../drafts/edits.ts'
import { incident, momentOf, service, since } from '../drafts/moment.ts'
import { ObjectName } from '../drafts/object-name.ts'
import { percentText, plain } from '../drafts/words.ts'
import type { Permission, Skill, SkillAnswer, SkillContext } from '../skill.ts'
import { type RemedyCandidate, type RemedyOrder, remediesOf } from './remedies.ts'

const Input = z.object({
  incident: incident(),
  service: service(),
  since: since(),
  skills: z
    .array(z.string().max(64))
    .max(50)
    .optional()
    .describe('Skills that may be used; without it all that propose.'),
  object: ObjectName.optional().describe('Object that edits are of.'),
  edits: edits(),
})

const Output = z.object({
  ...answerFields,
  skill: z.string().optional().describe('Skill whose remedy it is.'),
  statement: z.string().optional().describe('What is taken to be wrong.'),
  tried: z
    .array(
      z.object({
        skill: z.string().describe('Skill.'),
        result: z.string().describe('Why it has no remedy.'),
      }),
    )
    .default([])
    .describe('What was tried before.'),
})

/** What edits of a diagnosis may be about. */
const allowed = /^\/(spec|data|rules|subjects|roleRef|webhooks)(\/|$)/
const most = { tried: 5, statement: 600 } as const

/**
 * Diagnoses, and lets the skill that can mend the likeliest cause say what it would change.
 * @param remedies skills that it may use
 * @param order which remedy to try first, where outcomes taught something; as the diagnosis has them without it
 */
export function remediate(
  remedies: readonly Skill[],
  order: RemedyOrder = all => all,
): Skill<typeof Input, typeof Output> {
  const known = new Map(remedies.filter(({ risk }) => risk === 'propose').map(skill => [skill.name, skill]))
  return {
    name: 'remediate',
    summary: 'Finds out what is wrong and proposes the change of Git that mends it.',
    risk: 'propose',
    input: Input,
    output: Output,
    permissions: together(remedies),
    phrases: [
      'fix {service}',
      'fix {incident}',
      'repair {service}',
      'what should we do about {incident}',
      'propose a fix for {incident}',
      'make {service} work again',
      'remediate {incident}',
      'solve the problem with {service} since {since}',
      'heal {service}',
      'mend what broke {service}',
      'get {service} back up',
      'resolve {incident} with a proposal',
      'can you fix what is wrong since {since}',
    ],
    async run(input, context) {
      const { incident: of } = input
      if (input.edits)
        return answerOfEdits(
          { skill: 'remediate', object: input.object, edits: input.edits, incident: of, allowed },
          context,
        )
      const { diagnosis } = await context.diagnose(
        of === undefined
          ? {
              since: momentOf(input.since ?? '2h', context.now),
              ...(input.service !== undefined && { service: input.service }),
            }
          : { incident: of },
      )
      const [first] = diagnosis.hypotheses
      if (diagnosis.abstained || !first)
        return nothing(
          `${plain(diagnosis.reason ?? 'Nothing in the evidence looks wrong.', 600)} Nothing is proposed.`,
        )
      const statement = plain(first.statement, most.statement)
      if (first.cause.kind === 'external')
        return refused(
          `${statement} That is outside of what Git says (${causeText(first.cause)}), so nothing is changed here.`,
        )
      const candidates = order(remediesOf(diagnosis)).filter(
        ({ skill }) => input.skills?.includes(skill) ?? true,
      )
      const { answer, tried } = await firstThatMends(candidates, known, of, context)
      if (answer) return answer
      const why = tried.map(({ skill, result }) => `${skill}: ${plain(result, 200)}`).join('; ')
      return {
        output: {
          outcome: 'nothing',
          statement: first.statement,
          tried,
          text: `${statement} No skill has a remedy for it${why === '' ? '' : ` (${why})`}. A person has to decide.`,
        },
      }
    },
  }
}

/** Tries remedies in their order until one has a draft. */
async function firstThatMends(
  candidates: readonly RemedyCandidate[],
  known: ReadonlyMap<string, Skill>,
  incidentName: string | undefined,
  context: SkillContext,
): Promise<{ answer?: SkillAnswer<z.input<typeof Output>>; tried: Tried[] }> {
  const tried: Tried[] = []
  for (const candidate of candidates.slice(0, most.tried)) {
    const { hypothesis } = candidate
    const skill = known.get(candidate.skill)
    const input = { ...(incidentName !== undefined && { incident: incidentName }), ...candidate.input }
    const parsed = skill?.input.safeParse(input)
    if (!skill || !parsed?.success) {
      const result = skill ? 'the diagnosis does not say enough for it' : 'there is no such skill'
      tried.push({ skill: candidate.skill, result })
      continue
    }
    context.step(`trying ${candidate.skill}: ${plain(candidate.summary, 120)}`)
    const { output, drafts = [] } = await skill.run(parsed.data, context)
    const said = textOf(output)
    if (drafts.length === 0) tried.push({ skill: skill.name, result: said })
    else {
      const { statement, confidence } = hypothesis
      const text = `${plain(statement, most.statement)} (${percentText(confidence)} sure). ${said}`
      return {
        tried,
        answer: {
          output: { outcome: 'proposed', skill: skill.name, statement, tried, text },
          drafts: drafts.map(draft => withDiagnosis(draft, candidate, incidentName)),
        },
      }
    }
  }
  return { tried }
}

interface Tried {
  skill: string
  result: string
}

/** What it rests on, so that people and the ledger see it. */
function withDiagnosis(
  draft: ProposalDraft,
  { hypothesis }: RemedyCandidate,
  incidentName: string | undefined,
): ProposalDraft {
  const { statement, class: fault, rules, confidence, evidence } = hypothesis
  return draftOf({
    ...draft,
    why: `${plain(statement, most.statement)} ${draft.why}`,
    hypothesis: {
      statement: plain(statement, 4000),
      class: fault,
      rules: rules.slice(0, 20).map(rule => rule.slice(0, 128)),
      confidence,
    },
    evidence: [
      ...evidence.map(one => ({ source: plain(one.source, 1024), detail: plain(one.detail, 1000) })),
      ...draft.evidence,
    ],
    ...(incidentName !== undefined && {
      incident: incidentName,
      expected: { ...draft.expected, signal: { incident: incidentName } },
    }),
  })
}

function together(remedies: readonly Skill[]): Permission[] {
  const all = [{ reads: 'diagnosis' } as const, ...remedies.flatMap(({ permissions }) => permissions)]
  return [...new Map(all.map(one => [JSON.stringify(one), one])).values()]
}

const textOf = (output: unknown): string =>
  typeof output === 'object' && output !== null && 'text' in output && typeof output.text === 'string'
    ? output.text
    : ''
