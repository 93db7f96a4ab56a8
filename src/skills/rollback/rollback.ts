import { z } from 'zod'
import type { ProposalDraft } from '../../api/kinds/proposal.ts'
import type { Commit } from '../../git/git.ts'
import { answerFields, draftOf, nothing, refused } from '../drafts/answer.ts'
import { deliveryPermission } from '../drafts/declared.ts'
import { incident, service } from '../drafts/moment.ts'
import { ObjectName } from '../drafts/object-name.ts'
import { count, plain, short } from '../drafts/words.ts'
import { type ChangedFile, changedFiles, changedObjects } from '../evidence/commit-changes.ts'
import { type WantedChange, wantedChange } from '../evidence/wanted-change.ts'
import type { Skill, SkillContext } from '../skill.ts'
import { keptText, rollbackOf } from './what-to-restore.ts'

const Input = z.object({
  commit: z.string().max(64).optional().describe('Commit to take back; seven digits of it do.'),
  change: z
    .string()
    .max(512)
    .optional()
    .describe('Identity of a change as a diagnosis names it: a commit, or something that is not in Git.'),
  release: z.string().max(253).optional().describe('RouteRelease whose change to take back.'),
  route: z.string().max(253).optional().describe('ModelRoute whose newest change to take back.'),
  object: ObjectName.optional().describe('Object whose newest change to take back, as Kind/namespace/name.'),
  service: service(),
  incident: incident(),
})

const Output = z.object({
  ...answerFields,
  commit: z.string().optional().describe('Commit that is taken back.'),
  files: z.array(z.string()).default([]).describe('Files that change.'),
  conflicts: z.array(z.string()).default([]).describe('What later commits touched as well.'),
})

/** A proposal holds at most this many changes. */
const mostFiles = 50

/** Gives files back what they had before a commit, a release or the newest change of an object. */
export const rollback: Skill<typeof Input, typeof Output> = {
  name: 'rollback',
  summary: 'Takes a change back: its files get what they had before, later changes of others stay.',
  risk: 'propose',
  input: Input,
  output: Output,
  permissions: [
    { reads: 'repository' },
    deliveryPermission,
    { objects: 'keelway.dev/v1alpha1/RouteRelease' },
  ],
  phrases: [
    'roll back {service}',
    'revert commit {commit}',
    'undo the last change of {object}',
    'take back {commit}',
    'roll back route {route} to the version before',
    'revert release {release}',
    'undo what was deployed to {service}',
    'go back to what {service} was before {commit}',
    'back out the change of {object}',
    'restore the prompt of {route} as it was',
    'revert the bad deploy of {service}',
    'please undo {commit}, it broke {service}',
    'return {object} to its previous version',
  ],
  async run(input, context) {
    const commitOfChange = /^([0-9a-f]{40}|[0-9a-f]{64})(\/|$)/.exec(input.change ?? '')?.[1]
    if (input.change !== undefined && input.commit === undefined && commitOfChange === undefined)
      return refused(
        `${plain(input.change, 120)} is no commit: what was changed past Git is set back where it was changed.`,
      )
    const commitId = input.commit ?? commitOfChange
    const wanted = await wantedChange(
      { ...input, ...(commitId !== undefined && { commit: commitId }) },
      context,
    )
    if (typeof wanted === 'string') return nothing(wanted)
    const { found, files } = wanted
    const { commit } = found
    context.step(`comparing ${short(commit.revision)} with what it was made on`)
    if (found.parent === undefined)
      return refused(
        `${short(commit.revision)} is the first commit of its repository: there is nothing before it to go back to.`,
      )
    const changed = (await changedFiles(context, found)).filter(({ file }) => files?.has(file) ?? true)
    if (changed.length === 0)
      return nothing(
        `${short(commit.revision)} (${plain(commit.title)}) changed no file${files ? ` of ${wanted.of ?? 'that'}` : ''}.`,
      )
    if (changed.length > mostFiles)
      return refused(
        `${short(commit.revision)} changed ${changed.length} files, ${mostFiles} at most are taken back at once. Revert it in Git.`,
      )
    return answerFor(wanted, changed, input, context)
  },
}

async function answerFor(
  wanted: WantedChange,
  changed: readonly ChangedFile[],
  input: z.output<typeof Input>,
  context: SkillContext,
) {
  const { found } = wanted
  const { commit, delivery } = found
  const changes: ProposalDraft['changes'] = []
  const conflicts: string[] = []
  const kept = new Map<string, Commit>()
  for (const one of changed) {
    const back = await rollbackOf(one, found, context)
    if ('conflict' in back) conflicts.push(back.conflict)
    else if ('changes' in back) {
      changes.push(...back.changes)
      for (const later of back.keeps) kept.set(later.revision, later)
    }
  }
  const name = `${short(commit.revision)} (${plain(commit.title, 80)}) by ${plain(commit.author, 80)}`
  const facts = { commit: commit.revision, files: changes.map(({ file }) => file), conflicts }
  // A part of a change may be worse than all or nothing of it.
  if (conflicts.length > 0)
    return {
      output: {
        ...facts,
        files: [],
        outcome: 'refused' as const,
        text: `${name} is not taken back: ${conflicts.slice(0, 3).join('; ')}. Decide by hand what of both should stay.`,
      },
    }
  if (changes.length === 0)
    return nothing(
      `${name} is taken back already: its ${count(changed.length, 'file')} say what was there before.`,
    )
  const of = wanted.of ?? serviceOf(changed)
  const removed = changed.filter(({ before }) => before === undefined).map(({ file }) => file)
  const risks = [
    'What was good in the change goes as well.',
    ...(removed.length > 0
      ? [
          `${removed.map(file => plain(file, 120)).join(', ')} ${removed.length === 1 ? 'is' : 'are'} removed, and with that what they declare.`,
        ]
      : []),
    ...(changed.some(({ file }) => /migrat|schema/i.test(file))
      ? ['It touches schema or migrations: data may not fit the version before.']
      : []),
  ]
  const why = `${name} changed ${changed
    .map(({ file }) => plain(file, 120))
    .slice(0, 10)
    .join(', ')}. They get back what they had in ${short(found.parent ?? '')}.${keptText([...kept.values()])}`
  const draft = draftOf({
    delivery,
    title: `Take back ${short(commit.revision)}: ${plain(commit.title, 80)}`,
    why,
    skill: 'rollback',
    ...(input.incident !== undefined && { incident: input.incident }),
    evidence: [
      {
        source: `commit ${commit.revision}`,
        detail: `${plain(commit.title)} by ${plain(commit.author)} at ${commit.at}`,
      },
    ],
    changes,
    expected: {
      signal:
        input.incident === undefined
          ? { service: of, figure: 'errorRatio', below: 0.01 }
          : { incident: input.incident },
      within: '15m',
    },
    risks,
  })
  return {
    output: { ...facts, outcome: 'proposed' as const, text: `${draft.title}. ${why} ${risks.join(' ')}` },
    drafts: [draft],
  }
}

/** What a change is about when nobody says so: the workload or route that it changed. */
function serviceOf(changed: readonly ChangedFile[]): string {
  const objects = changedObjects(changed).flatMap(({ before, after }) => after ?? before ?? [])
  const running = objects.find(({ kind }) =>
    ['Deployment', 'StatefulSet', 'DaemonSet', 'ModelRoute'].includes(kind),
  )
  return (running ?? objects[0])?.metadata.name ?? 'everything'
}
