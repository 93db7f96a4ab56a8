import { z } from 'zod'
import { Incident } from '../../api/kinds/incident.ts'
import { Proposal } from '../../api/kinds/proposal.ts'
import type { Diagnosis } from '../../diagnosis/diagnosis.ts'
import { causeText } from '../diagnose/diagnosis-text.ts'
import { answerFields, draftOf, nothing, refused } from '../drafts/answer.ts'
import { deliveryPermission } from '../drafts/declared.ts'
import { deliveryOf, noDelivery } from '../drafts/documents.ts'
import { lengthText, markdownText, percentText, plain, slug, timeText } from '../drafts/words.ts'
import type { Skill, SkillContext } from '../skill.ts'
import { type Impact, impactOf } from './impact.ts'
import { type Moment, type Times, timelineOf, timesOf } from './timeline.ts'

const Input = z.object({
  incident: z.string().min(1).max(253).describe('Incident that it is about; it has to be over.'),
})

const Output = z.object({
  ...answerFields,
  file: z.string().optional().describe('Where it is kept.'),
  content: z.string().optional().describe('The postmortem, in Markdown.'),
})

/** What is known of an incident, for words. */
interface Known {
  incident: Incident
  times: Times
  timeline: readonly Moment[]
  impact: readonly Impact[]
  diagnosis: Diagnosis
  proposals: readonly Proposal[]
}

const slow = { detect: 10 * 60_000, acknowledge: 15 * 60_000 } as const

/**
 * A postmortem without blame from what is recorded: timeline, impact in numbers, cause with evidence, what went well and
 * badly by times, and actions (Site Reliability Engineering, chapter 15, "Postmortem Culture").
 */
export const postmortem: Skill<typeof Input, typeof Output> = {
  name: 'postmortem',
  summary: 'Writes a postmortem of an incident: timeline, impact, cause with evidence, and actions.',
  risk: 'propose',
  input: Input,
  output: Output,
  permissions: [
    { reads: 'diagnosis' },
    { reads: 'signals' },
    { reads: 'ledger' },
    { reads: 'repository' },
    deliveryPermission,
    { objects: 'keelway.dev/v1alpha1/Incident' },
    { objects: 'keelway.dev/v1alpha1/Proposal' },
  ],
  phrases: [
    'write the postmortem of {incident}',
    'postmortem for {incident}',
    'draft a post-incident review for {incident}',
    'what was the impact of {incident}',
    'timeline of {incident}',
    'summarise what happened in {incident}',
    'incident report for {incident}',
    'retrospective of {incident}',
    'how long did {incident} last and who was hit',
    'what went well and badly during {incident}',
    'prepare the review meeting of {incident}',
    'lessons learned from {incident}',
  ],
  async run(input, context) {
    const found = await context.objects.find(Incident, input.incident, context.namespace)
    if (!found)
      return nothing(`There is no Incident ${plain(input.incident)} in namespace ${context.namespace}.`)
    const times = timesOf(found)
    if (times.endedAt === undefined && found.status?.phase !== 'Closed')
      return refused(
        `Incident ${found.metadata.name} is not over (${found.status?.phase ?? 'Open'}). First end it; a postmortem of what goes on would be wrong.`,
      )
    context.step(`reading what happened in ${found.metadata.name}`)
    const known = await knownOf(found, times, context)
    const delivery = await deliveryOf(context, found.spec.services)
    const content = contentOf(known)
    const file = `docs/postmortems/${timeText(times.startedAt).slice(0, 10)}-${slug(found.metadata.name)}.md`
    if (delivery === undefined) return nothing(noDelivery(context.namespace))
    if ((await context.repository.read(delivery, file)) !== undefined)
      return {
        output: {
          outcome: 'nothing',
          text: `${file} is there already; people have written on it, so it stays.`,
          file,
        },
      }
    const title = `Add postmortem of ${plain(found.metadata.name, 80)}`
    const summary = summaryOf(known)
    const draft = draftOf({
      delivery,
      title,
      why: `${summary} The draft holds what is recorded; whoever was there completes it.`,
      skill: 'postmortem',
      incident: found.metadata.name,
      changes: [{ file, content }],
      expected: { signal: { incident: found.metadata.name }, within: '24h' },
      risks: [
        'It is a document: nothing that runs changes. Read it before it is merged, for names of people and customers.',
      ],
    })
    return {
      output: { outcome: 'proposed', text: `${title} (${file}). ${summary}`, file, content },
      drafts: [draft],
    }
  },
}

async function knownOf(incident: Incident, times: Times, context: SkillContext): Promise<Known> {
  const { name, namespace = context.namespace } = incident.metadata
  const until = times.endedAt ?? context.now
  const window = { from: times.startedAt - 2 * 3_600_000, to: Math.max(until, times.startedAt) + 60_000 }
  const proposals = (await context.objects.list(Proposal, namespace)).filter(
    ({ spec }) => spec.incident === name,
  )
  const subjects = [
    `Incident/${namespace}/${name}`,
    ...proposals.map(({ metadata }) => `Proposal/${namespace}/${metadata.name}`),
  ]
  const entries = (await Promise.all(subjects.map(subject => context.ledger({ subject })))).flat()
  const services = new Set(incident.spec.services)
  const changes = (await context.signals.changes({ window, limit: 500 })).filter(
    ({ resource }) => services.has(resource.service) || resource.namespace === namespace,
  )
  const { diagnosis } = await context.diagnose({ incident: name })
  return {
    incident,
    times,
    diagnosis,
    proposals,
    timeline: timelineOf(incident, entries, changes.slice(-20)),
    impact: await impactOf(incident.spec.services, times, context),
  }
}

function summaryOf({ incident, times, impact, diagnosis }: Known): string {
  const length = times.endedAt === undefined ? 'an unknown time' : lengthText(times.endedAt - times.startedAt)
  const failed = impact.reduce((sum, one) => sum + one.failed, 0)
  const [first] = diagnosis.hypotheses
  const cause =
    diagnosis.abstained || !first ? 'The cause is not known.' : `Cause: ${plain(first.statement, 400)}`
  return `${plain(incident.spec.title, 160)} lasted ${length}${impact.length === 0 ? '' : ` and ${Math.round(failed)} requests more than usual failed`}. ${cause}`
}

function contentOf(known: Known): string {
  const { incident, timeline, impact, proposals } = known
  return [
    `# ${markdownText(incident.spec.title, 200)}`,
    '',
    `Incident ${markdownText(incident.metadata.name, 253)}, ${incident.spec.severity}. This is a draft from what is recorded; nobody is to blame.`,
    '',
    '## Summary',
    '',
    markdownText(summaryOf(known), 1200),
    '',
    '## Impact',
    '',
    ...(impact.length === 0
      ? ['No requests of its services are known, so the impact is not measured.']
      : [
          '| Service | Requests | Failed | Failed usually | p95 | p95 usually |',
          '| --- | ---: | ---: | ---: | ---: | ---: |',
          ...impact.map(impactRow),
        ]),
    '',
    '## Timeline (UTC)',
    '',
    ...timeline.map(({ at, what }) => `- ${timeText(at)} ${markdownText(what, 500)}`),
    '',
    '## Cause',
    '',
    ...causeLines(known),
    '',
    '## What went well',
    '',
    ...listOr(wentWell(known), 'Nothing that is recorded.'),
    '',
    '## What went badly',
    '',
    ...listOr(wentBadly(known), 'Nothing that is recorded.'),
    '',
    '## Actions',
    '',
    ...actions(known).map(action => `- [ ] ${action}`),
    ...proposals.map(
      ({ metadata, spec, status }) =>
        `- Proposal ${markdownText(metadata.name, 253)} (${status?.phase ?? 'new'}): ${markdownText(spec.title, 120)}`,
    ),
    '',
  ].join('\n')
}

const impactRow = ({ service, requests, errorRatio, usualErrorRatio, p95Ms, usualP95Ms }: Impact): string =>
  `| ${markdownText(service, 80)} | ${Math.round(requests)} | ${percentText(errorRatio)} | ${percentText(usualErrorRatio)} | ${Math.round(p95Ms)} ms | ${Math.round(usualP95Ms)} ms |`

function causeLines({ diagnosis: { abstained, reason, hypotheses, rejected } }: Known): string[] {
  const [first] = hypotheses
  if (abstained || !first) return [markdownText(reason ?? 'It is not known.', 600)]
  return [
    `${markdownText(first.statement, 1000)} (${markdownText(causeText(first.cause), 200)}, ${percentText(first.confidence)} sure)`,
    '',
    ...first.evidence
      .slice(0, 8)
      .map(one => `- ${markdownText(one.source, 160)}: ${markdownText(one.detail, 400)}`),
    ...first.against
      .slice(0, 4)
      .map(one => `- Against it: ${markdownText(one.source, 160)}: ${markdownText(one.detail, 400)}`),
    ...rejected
      .slice(0, 4)
      .map(one => `- Not ${markdownText(causeText(one.cause), 160)}: ${markdownText(one.reason, 300)}`),
  ]
}

function wentWell({ times, proposals, diagnosis }: Known): string[] {
  const { startedAt, openedAt, acknowledgedAt } = times
  return [
    ...(openedAt !== undefined && openedAt - startedAt <= slow.detect
      ? [`It was noticed ${lengthText(openedAt - startedAt)} after it began.`]
      : []),
    ...(openedAt !== undefined &&
    acknowledgedAt !== undefined &&
    acknowledgedAt - openedAt <= slow.acknowledge
      ? [`Somebody was at it ${lengthText(acknowledgedAt - openedAt)} later.`]
      : []),
    ...(proposals.some(({ status }) => status?.phase === 'Verified')
      ? ['A proposal mended it, and that was verified.']
      : []),
    ...(!diagnosis.abstained && (diagnosis.hypotheses[0]?.confidence ?? 0) >= 0.8
      ? ['The evidence was enough to name the cause.']
      : []),
  ]
}

function wentBadly({ incident, times, proposals, diagnosis }: Known): string[] {
  const { startedAt, openedAt, acknowledgedAt } = times
  const reopened = incident.status?.reopened ?? 0
  return [
    ...(openedAt !== undefined && openedAt - startedAt > slow.detect
      ? [`It was noticed only ${lengthText(openedAt - startedAt)} after it began.`]
      : []),
    ...(openedAt !== undefined && acknowledgedAt === undefined ? ['Nobody said that they are at it.'] : []),
    ...(openedAt !== undefined && acknowledgedAt !== undefined && acknowledgedAt - openedAt > slow.acknowledge
      ? [`It took ${lengthText(acknowledgedAt - openedAt)} until somebody was at it.`]
      : []),
    ...(reopened > 0
      ? [`It came back ${reopened === 1 ? 'once' : `${reopened} times`} after it had closed.`]
      : []),
    ...proposals
      .filter(({ status }) => status?.phase === 'Ineffective' || status?.phase === 'Reverted')
      .map(({ spec }) => `A change did not help: ${markdownText(spec.title, 120)}.`),
    ...(diagnosis.abstained ? ['The evidence was not enough to name a cause.'] : []),
  ]
}

function actions({ diagnosis, times, incident }: Known): string[] {
  const [first] = diagnosis.hypotheses
  const late = times.openedAt !== undefined && times.openedAt - times.startedAt > slow.detect
  return [
    ...(first?.remedy
      ? [
          `Mend the cause: ${markdownText(first.remedy.summary, 300)} (skill ${markdownText(first.remedy.skill, 40)})`,
        ]
      : []),
    ...(late
      ? [`Be told sooner: keelway skill suggest-alert --set incident=${slug(incident.metadata.name)}`]
      : []),
    `Write down what to check: keelway skill runbook --set incident=${slug(incident.metadata.name)}`,
    ...(diagnosis.abstained ? ['Find out which signal was missing, and have it sent.'] : []),
  ]
}

const listOr = (items: readonly string[], otherwise: string): string[] =>
  items.length === 0 ? [otherwise] : items.map(item => `- ${item}`)
