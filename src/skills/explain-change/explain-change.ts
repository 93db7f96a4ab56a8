import { z } from 'zod'
import { Delivery } from '../../api/kinds/delivery.ts'
import { Incident } from '../../api/kinds/incident.ts'
import { RouteRelease } from '../../api/kinds/route-release.ts'
import { answerFields, nothing } from '../drafts/answer.ts'
import { deliveryPermission } from '../drafts/declared.ts'
import { differenceText } from '../drafts/difference.ts'
import { service } from '../drafts/moment.ts'
import { nameOf, ObjectName, referenceOfDeclared } from '../drafts/object-name.ts'
import { count, lengthText, plain, short, timeText } from '../drafts/words.ts'
import { beforeAfter, beforeAfterText } from '../evidence/before-after.ts'
import {
  type ChangedFile,
  type ChangedObject,
  changedFiles,
  changedObjects,
  lineChanges,
} from '../evidence/commit-changes.ts'
import { wantedChange } from '../evidence/wanted-change.ts'
import type { Skill, SkillContext } from '../skill.ts'

const Input = z.object({
  commit: z.string().max(64).optional().describe('Commit to explain; seven digits of it do.'),
  release: z.string().max(253).optional().describe('RouteRelease to explain.'),
  route: z.string().max(253).optional().describe('ModelRoute whose newest change to explain.'),
  object: ObjectName.optional().describe('Object whose newest change to explain, as Kind/namespace/name.'),
  service: service(),
})

const Output = z.object({
  ...answerFields,
  commit: z.string().optional().describe('The commit.'),
  author: z.string().optional().describe('Who made it.'),
  appliedAt: z.string().optional().describe('When it was applied.'),
  files: z.array(z.string()).default([]).describe('Files that it changed.'),
  changes: z.array(z.string()).default([]).describe('Fields of objects that it changed, with values.'),
  releases: z
    .array(
      z.object({
        name: z.string().describe('RouteRelease.'),
        verdict: z.string().describe('How its rollout ended, or stands.'),
      }),
    )
    .default([])
    .describe('Releases that it brought.'),
  effects: z.array(z.string()).default([]).describe('What signals said before and after.'),
  incidents: z.array(z.string()).default([]).describe('Incidents that began within two hours after it.'),
})

const windowMs = 30 * 60_000
const incidentMs = 2 * 3_600_000
const most = { changes: 40, services: 8, shown: 8 } as const

/** What a commit or release changed, who made it, what became of it, and what signals said before and after. */
export const explainChange: Skill<typeof Input, typeof Output> = {
  name: 'explain-change',
  summary: 'Says what a commit or release changed, who made it, and what happened before and after.',
  risk: 'read',
  input: Input,
  output: Output,
  permissions: [
    { reads: 'repository' },
    { reads: 'signals' },
    deliveryPermission,
    { objects: 'keelway.dev/v1alpha1/RouteRelease' },
    { objects: 'keelway.dev/v1alpha1/Incident' },
  ],
  phrases: [
    'what did {commit} change',
    'explain commit {commit}',
    'what changed in {service} last',
    'who changed {object} and why',
    'what was deployed to {service}',
    'show me the last change of {object}',
    'what happened after {commit} was deployed',
    'did {commit} have any effect on {service}',
    'what is new in route {route}',
    'which fields did {commit} touch',
    'who made the newest change to {service}',
    'what came with {release}',
  ],
  async run(input, context) {
    const wanted = await wantedChange(input, context)
    if (typeof wanted === 'string') return nothing(wanted)
    const { found, files: only } = wanted
    const { commit, delivery } = found
    context.step(`reading what ${short(commit.revision)} changed`)
    const files = (await changedFiles(context, found)).filter(({ file }) => only?.has(file) ?? true)
    const objects = changedObjects(files)
    const changes = objects.flatMap(one => changeTexts(one, context.namespace)).slice(0, most.changes)
    const at = await appliedAt(delivery, commit.revision, context)
    const releases = await releasesOf(commit.revision, context)
    const effects = await effectsOn(servicesOf(objects, input.service), at ?? Date.parse(commit.at), context)
    const incidents = await incidentsAfter(at ?? Date.parse(commit.at), context)
    const facts = {
      commit: commit.revision,
      author: plain(commit.author),
      ...(at !== undefined && { appliedAt: timeText(at) }),
      files: files.map(({ file }) => file),
      changes,
      releases,
      effects,
      incidents,
    }
    const sentences = [
      `${short(commit.revision)} "${plain(commit.title, 120)}" by ${plain(commit.author, 80)}, ${commit.at}${at === undefined ? ', not seen as applied' : `, applied ${timeText(at)}`}.`,
      files.length === 0
        ? 'It changed no file.'
        : `It changed ${count(files.length, 'file')}: ${files.slice(0, most.shown).map(fileText).join(', ')}${files.length > most.shown ? ', …' : ''}.`,
      ...changes.slice(0, most.shown).map(one => `- ${one}`),
      ...(changes.length > most.shown ? [`- and ${changes.length - most.shown} more`] : []),
      ...releases.map(({ name, verdict }) => `Release ${name}: ${verdict}`),
      ...effects.map(effect => `${lengthText(windowMs)} before and after: ${effect}.`),
      ...(effects.length === 0
        ? ['No requests are known both before and after it, so its effect is not seen in signals.']
        : []),
      ...(incidents.length > 0
        ? [
            `Incidents that began within two hours: ${incidents.join(', ')}. That alone makes it no cause; ask diagnose.`,
          ]
        : []),
    ]
    return { output: { ...facts, outcome: 'answered', text: sentences.join('\n') } }
  },
}

const fileText = ({ file, before, after }: ChangedFile): string =>
  `${plain(file, 120)}${before === undefined ? ' (new)' : after === undefined ? ' (removed)' : ''}`

function changeTexts({ before, after, differences }: ChangedObject, namespace: string): string[] {
  const object = after ?? before
  if (!object) return []
  const name = plain(nameOf(referenceOfDeclared(object, namespace)), 120)
  if (!before) return [`${name} is new`]
  if (!after) return [`${name} is removed`]
  return differences.map(difference => {
    const { before: a, after: b } = difference
    if (typeof a !== 'string' || typeof b !== 'string' || Math.max(a.length, b.length) < 80)
      return plain(`${name}: ${differenceText(difference)}`, 400)
    const { gone, added } = lineChanges(a, b, 3)
    const lines = [
      ...gone.map(line => `− ${plain(line, 100)}`),
      ...added.map(line => `+ ${plain(line, 100)}`),
    ]
    return `${name}: ${plain(difference.path.slice(1).replaceAll('/', '.'), 120)} ${lines.join(' ')}`
  })
}

async function appliedAt(
  delivery: string,
  revision: string,
  { objects, namespace }: SkillContext,
): Promise<number | undefined> {
  const history = (await objects.find(Delivery, delivery, namespace))?.status?.history ?? []
  const entry = history.findLast(one => one.revision === revision && one.result === 'applied')
  const at = entry === undefined ? Number.NaN : Date.parse(entry.at)
  return Number.isNaN(at) ? undefined : at
}

async function releasesOf(revision: string, { objects, namespace }: SkillContext) {
  const all = await objects.list(RouteRelease, namespace)
  return all
    .filter(({ status }) => (status?.commits ?? []).some(commit => commit.revision === revision))
    .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
    .map(({ metadata, status }) => ({
      name: metadata.name,
      verdict: status?.verdict
        ? `${status.verdict.decision} (${plain(status.verdict.reason, 60)}): ${plain(status.verdict.message, 300)}`
        : `${status?.phase ?? 'Pending'}, no verdict yet`,
    }))
}

/** Workloads and routes that were changed are services of the same name, as far as signals know them. */
function servicesOf(objects: readonly ChangedObject[], named: string | undefined): string[] {
  const changed = objects.flatMap(({ before, after }) => (after ?? before)?.metadata.name ?? [])
  return [...new Set([...(named === undefined ? [] : [named]), ...changed])].slice(0, most.services)
}

async function effectsOn(services: readonly string[], at: number, context: SkillContext): Promise<string[]> {
  const effects: string[] = []
  for (const name of services) {
    const seen = await beforeAfter(context, name, at, windowMs)
    if (seen) effects.push(`${plain(name, 80)} ${beforeAfterText(seen)}`)
  }
  return effects
}

async function incidentsAfter(at: number, { objects, namespace }: SkillContext): Promise<string[]> {
  return (await objects.list(Incident, namespace))
    .filter(({ spec }) => {
      const after = Date.parse(spec.startedAt) - at
      return after >= 0 && after <= incidentMs
    })
    .map(({ metadata, spec }) => `${metadata.name} (${plain(spec.title, 100)})`)
    .sort()
    .slice(0, 5)
}
