import { z } from 'zod'
import type { Hypothesis } from '../../diagnosis/diagnosis.ts'
import { learntFrom, type Outcome, outcomeActions } from '../../policy/outcomes.ts'
import { causeText } from '../diagnose/diagnosis-text.ts'
import { answerFields, draftOf, nothing } from '../drafts/answer.ts'
import { deliveryPermission } from '../drafts/declared.ts'
import { deliveryOf, noDelivery } from '../drafts/documents.ts'
import { service } from '../drafts/moment.ts'
import { count, markdownText, plain, slug } from '../drafts/words.ts'
import type { Skill, SkillContext } from '../skill.ts'
import { checksFor } from './checks.ts'

const Input = z.object({
  incident: z.string().min(1).max(253).describe('Incident that it is made from.'),
  service: service(),
})

const Output = z.object({
  ...answerFields,
  file: z.string().optional().describe('Where it is kept.'),
  content: z.string().optional().describe('The runbook, in Markdown.'),
})

const marks = { begin: '<!-- keelway:begin -->', end: '<!-- keelway:end -->' } as const

/**
 * What to do when this happens again: what it looks like, checks as commands, and what worked before by the ledger. Kept
 * in Git; what people write outside of its marks stays.
 */
export const runbook: Skill<typeof Input, typeof Output> = {
  name: 'runbook',
  summary: 'Writes a runbook from a diagnosis, with checks as commands and what worked before.',
  risk: 'propose',
  input: Input,
  output: Output,
  permissions: [{ reads: 'diagnosis' }, { reads: 'repository' }, { reads: 'ledger' }, deliveryPermission],
  phrases: [
    'write a runbook for {incident}',
    'runbook for {service}',
    'document what to do when {incident} happens again',
    'what should on-call do about {service} next time',
    'make a playbook from {incident}',
    'turn {incident} into a runbook',
    'update the runbook of {service} after {incident}',
    'which steps should be followed for {incident}',
    'note down the checks for {service}',
    'create instructions for handling {incident}',
    'keep the checks of {incident} in git',
    'how would somebody else handle {incident}',
  ],
  async run(input, context) {
    const { diagnosis } = await context.diagnose({ incident: input.incident })
    const [first] = diagnosis.hypotheses
    if (diagnosis.abstained || !first)
      return nothing(
        `There is nothing to write down yet: ${plain(diagnosis.reason ?? 'nothing in the evidence looks wrong.', 400)}`,
      )
    const of = input.service ?? serviceOf(first)
    const delivery = await deliveryOf(context, [of])
    if (delivery === undefined) return nothing(noDelivery(context.namespace))
    const file = `docs/runbooks/${slug(first.class)}-${slug(of)}.md`
    const outcomes = await outcomesOf(first.class, context)
    const written = runbookText(first, of, input.incident, outcomes, context.namespace)
    const before = await context.repository.read(delivery, file)
    const content = before === undefined ? written : merged(before, written)
    if (content === before)
      return { output: { outcome: 'nothing', text: `${file} says all of it already.`, file, content } }
    const title = `${before === undefined ? 'Add' : 'Update'} runbook ${slug(first.class)} of ${plain(of, 60)}`
    const draft = draftOf({
      delivery,
      title,
      why: `So that whoever is on call next time has the checks at hand. It is made from the diagnosis of ${plain(input.incident, 253)}: ${plain(first.statement, 600)}`,
      skill: 'runbook',
      incident: input.incident,
      evidence: first.evidence
        .slice(0, 5)
        .map(one => ({ source: plain(one.source, 300), detail: plain(one.detail, 600) })),
      changes: [{ file, content }],
      expected: { signal: { incident: input.incident }, within: '24h' },
      risks: ['It is a document: nothing that runs changes.'],
    })
    const text = `${title} (${file}): ${count(checksFor(first.class, first.cause, of, context.namespace).length, 'check')}, ${count(outcomes.length, 'outcome')} of remedies.`
    return { output: { outcome: 'proposed', text, file, content }, drafts: [draft] }
  },
}

const serviceOf = ({ cause }: Hypothesis): string =>
  cause.kind === 'change' ? cause.name.slice(0, 12) : (cause.name.split('/').at(-1) ?? cause.name)

async function outcomesOf(fault: string, context: Pick<SkillContext, 'ledger'>): Promise<Outcome[]> {
  const entries = (await Promise.all(outcomeActions.map(action => context.ledger({ action })))).flat()
  const ordered = entries.sort((a, b) => a.sequence - b.sequence)
  return learntFrom(ordered).outcomes.filter(one => one.class === fault)
}

function runbookText(
  { class: fault, statement, cause, evidence, tellApart, remedy, rules }: Hypothesis,
  of: string,
  incident: string,
  outcomes: readonly Outcome[],
  namespace: string,
): string {
  const checks = checksFor(fault, cause, of, namespace)
  const lines = [
    `# ${markdownText(fault, 40)}: ${markdownText(of, 100)}`,
    '',
    marks.begin,
    `Made by keelway from incident ${markdownText(incident, 253)}. Between these marks it is written anew; write your own below them.`,
    '',
    '## What it looks like',
    '',
    markdownText(statement, 1000),
    '',
    ...evidence
      .slice(0, 5)
      .map(one => `- ${markdownText(one.source, 160)}: ${markdownText(one.detail, 300)}`),
    '',
    '## What to check',
    '',
    ...checks.flatMap(({ what, command, means }, i) => [
      `${i + 1}. ${what}. ${means}`,
      '',
      '   ```',
      `   ${command}`,
      '   ```',
      '',
    ]),
    ...(tellApart === undefined
      ? []
      : [`To tell it from what looks alike: ${markdownText(tellApart, 500)}`, '']),
    '## What to do',
    '',
    `The cause was ${markdownText(causeText(cause), 200)} (${rules
      .slice(0, 5)
      .map(rule => markdownText(rule, 80))
      .join(', ')}).`,
    '',
    '```',
    `keelway skill remediate --namespace ${slug(namespace)} --input '{"service":"${slug(of)}"}'`,
    '```',
    '',
    ...(remedy
      ? [`It would use skill ${markdownText(remedy.skill, 40)}: ${markdownText(remedy.summary, 300)}`, '']
      : []),
    '## What worked',
    '',
    ...whatWorked(outcomes),
    marks.end,
    '',
  ]
  return lines.join('\n')
}

/** How remedies of this class of fault ended, those that helped most often first. */
function whatWorked(outcomes: readonly Outcome[]): string[] {
  if (outcomes.length === 0) return ['No remedy was tried yet.', '']
  const bySkill = [...Map.groupBy(outcomes, ({ skill }) => skill)]
    .map(([skill, all]) => ({ skill, all, helped: all.filter(({ result }) => result === 'verified').length }))
    .sort((a, b) => b.helped / b.all.length - a.helped / a.all.length || (a.skill < b.skill ? -1 : 1))
  const rows = bySkill.map(({ skill, all, helped }) => {
    const times = (result: Outcome['result']) => all.filter(one => one.result === result).length
    return `| ${markdownText(skill, 40)} | ${helped} | ${times('ineffective')} | ${times('reverted')} | ${times('rejected')} |`
  })
  return [
    '| Skill | Helped | Did not help | Taken back | Not wanted |',
    '| --- | ---: | ---: | ---: | ---: |',
    ...rows,
    '',
  ]
}

/** What people wrote around the marks stays; a file without marks gets them at its end. */
function merged(before: string, written: string): string {
  const own = written.slice(written.indexOf(marks.begin), written.indexOf(marks.end) + marks.end.length)
  const [begin, end] = [before.indexOf(marks.begin), before.indexOf(marks.end)]
  if (begin < 0 || end < begin) return `${before.trimEnd()}\n\n${own}\n`
  return before.slice(0, begin) + own + before.slice(end + marks.end.length)
}
