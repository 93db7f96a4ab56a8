import { ProposalDraft } from '../api/kinds/proposal.ts'
import type { Hypothesis } from '../diagnosis/diagnosis.ts'
import { mayPropose, mayRun } from './guardian.ts'
import type { SkillRun } from './orchestrator.ts'
import { AUTOMATION, findProposed, propose } from './proposing.ts'
import { contextOf, factsOf, type Result, type Run } from './run.ts'
import type { Skill, SkillAnswer } from './skill.ts'
import type { Understood } from './understand.ts'

const most = { drafts: 10, why: 10_000, evidence: 20 } as const

/**
 * Runs one skill when the guardian lets it, and makes the best draft that it lets through a Proposal.
 * @param about what is taken to be wrong; it stands in the Proposal, and its outcome is counted by it
 */
export async function runSkill(run: Run, understood: Understood, about?: Hypothesis): Promise<Result> {
  const { skill, input, namespace, sentence, notes, by } = understood
  const base = {
    understood: sentence,
    readBy: by,
    notes,
    skill: skill.name,
    input,
    proposals: [],
    refused: [],
  } as const
  run.step(`plan: run ${skill.name}${skill.risk === 'propose' ? ', then propose what it wants changed' : ''}`)
  const facts = await factsOf(run, namespace)
  const decision = mayRun(skill, facts)
  if (!decision.allowed)
    return {
      ...base,
      outcome: 'refused',
      text: `Not done: ${decision.reason}. Instead: ${decision.instead}.`,
    }
  run.step(`execute: ${skill.name}`)
  const { text, output, drafts } = checkedAnswer(
    skill,
    await skill.run(input, contextOf(run, skill, namespace)),
    run.parts.skills,
  )
  return {
    ...base,
    outcome: 'answered',
    text,
    output,
    ...(await made(
      run,
      drafts.map(draft => restingOn(draft, about)),
      namespace,
    )),
  }
}

/** A draft with the diagnosis that it rests on, where the skill did not look itself. */
function restingOn(draft: ProposalDraft, about: Hypothesis | undefined): ProposalDraft {
  if (!about || draft.hypothesis) return draft
  const { statement, class: fault, rules, confidence, evidence } = about
  return {
    ...draft,
    why: `${statement}\n\n${draft.why}`.slice(0, most.why),
    hypothesis: { statement, class: fault, rules: rules.slice(0, 20), confidence },
    evidence: [...evidence, ...draft.evidence].slice(0, most.evidence).map(({ source, detail }) => ({
      source: source.slice(0, 1024),
      detail: detail.slice(0, 4000),
    })),
  }
}

/** @throws Error when a skill breaks its own contract */
function checkedAnswer(
  skill: Skill,
  { output, drafts = [] }: SkillAnswer<unknown>,
  skills: readonly Skill[],
) {
  const parsed = skill.output.safeParse(output)
  if (!parsed.success)
    throw new Error(
      `skill ${skill.name} gave an answer that its schema does not allow: ${firstIssue(parsed.error)}`,
    )
  if (skill.risk === 'read' && drafts.length > 0)
    throw new Error(`skill ${skill.name} has risk read and wants something changed`)
  const checked = drafts.slice(0, most.drafts).map(draft => {
    // One that lets others draft names whose draft it is: outcomes are counted by that.
    const maker = skills.find(({ name, risk }) => name === draft.skill && risk === 'propose') ?? skill
    const known = ProposalDraft.safeParse({ ...draft, skill: maker.name })
    if (!known.success)
      throw new Error(`skill ${skill.name} drafted a proposal that can not be: ${firstIssue(known.error)}`)
    return known.data
  })
  const { text } = parsed.data as { text?: unknown }
  return { output: parsed.data, text: typeof text === 'string' ? text : '', drafts: checked }
}

const firstIssue = ({
  issues: [issue],
}: {
  issues: readonly { path: readonly PropertyKey[]; message: string }[]
}): string => (issue ? `${issue.path.map(String).join('.')}: ${issue.message}` : 'no reason')

/** Drafts are ways to the same end, the best first: one becomes a Proposal. */
async function made(
  run: Run,
  drafts: readonly ProposalDraft[],
  namespace: string,
): Promise<Pick<SkillRun, 'proposals' | 'refused'>> {
  const refused: SkillRun['refused'][number][] = []
  for (const draft of drafts) {
    const known = await knownOf(run, draft, namespace)
    if (known) return { proposals: [known], refused }
    // Read anew: another run may have proposed in the meantime.
    const decision = mayPropose(draft, await factsOf(run, namespace), {
      now: run.now,
      namespace,
      unasked: run.asker.user === AUTOMATION,
    })
    if (!decision.allowed) {
      run.step(`guardian: not proposed, ${decision.reason}`)
      refused.push({ title: draft.title, reason: decision.reason, instead: decision.instead })
      continue
    }
    const proposed = await run.tape.take('propose', [namespace, draft], () =>
      propose({ ...run.asker, automation: run.parts.client }, namespace, draft),
    )
    run.step(`propose: ${proposed.name}${proposed.created ? '' : ', which was there already'}`)
    return { proposals: [proposed], refused }
  }
  return { proposals: [], refused }
}

/** The open Proposal of an equal draft: asking twice makes one, and is no reason to be refused. */
async function knownOf({ tape, parts, step }: Run, draft: ProposalDraft, namespace: string) {
  const known = await tape.take('proposed', [namespace, draft], () =>
    findProposed(parts.client, namespace, draft),
  )
  if (known) step(`propose: ${known.name} was there already`)
  return known
}
