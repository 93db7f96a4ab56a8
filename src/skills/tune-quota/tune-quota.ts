import { z } from 'zod'
import { answerFields, draftOf, nothing, refused } from '../drafts/answer.ts'
import { type Declared, declaredIn, deliveriesOf, deliveryPermission } from '../drafts/declared.ts'
import { Edit } from '../drafts/edit.ts'
import { answerOfEdits, edits } from '../drafts/edits.ts'
import { incident } from '../drafts/moment.ts'
import { nameOf, ObjectName, referenceOf } from '../drafts/object-name.ts'
import { pointer } from '../drafts/pointer.ts'
import { quantityText } from '../drafts/quantity.ts'
import { count, plain } from '../drafts/words.ts'
import { hardOf, namespaceAmounts, quotaName } from '../evidence/requests.ts'
import type { Skill, SkillContext } from '../skill.ts'
import { exceededIn } from './exceeded.ts'

const Input = z.object({
  object: ObjectName.optional().describe(
    'ResourceQuota, as ResourceQuota/namespace/name; without it the only one.',
  ),
  incident: incident(),
  edits: edits(),
  message: z
    .string()
    .max(4000)
    .optional()
    .describe('What refused a pod, with "exceeded quota"; without it events are read.'),
})

/** What of an object it is for. */
const allowed = /^\/spec\/(hard|limits)(\/|$)|\/resources(\/|$)|^\/spec\/replicas$/

const Output = z.object({
  ...answerFields,
  resources: z
    .array(
      z.object({
        name: z.string().describe('Resource, as the quota names it.'),
        hard: z.number().describe('What it allows, in cores, bytes or pieces.'),
        needed: z.number().describe('What declared workloads need, or what was refused.'),
        why: z.string().describe('What needs it.'),
      }),
    )
    .default([])
    .describe('Each resource of the quota.'),
})

/** Room that is left above what is needed, so that the next pod does not ask again. */
const room = 1.1
/** More than this is no tuning: then a request is wrong, or a person has to decide. */
const mostGrowth = 4

/** Limits of a ResourceQuota by what declared workloads ask for while they roll out, and by what was refused. */
export const tuneQuota: Skill<typeof Input, typeof Output> = {
  name: 'tune-quota',
  summary: 'Sets a ResourceQuota to what the workloads of its namespace ask for.',
  risk: 'propose',
  input: Input,
  output: Output,
  permissions: [{ reads: 'repository' }, { reads: 'signals' }, deliveryPermission],
  phrases: [
    'raise the quota {object}',
    'pods are refused because of the resource quota',
    'exceeded quota, what now',
    'tune {object}',
    'is the quota of this namespace large enough',
    'we ran out of quota in {incident}',
    'check the resource quota against requests',
    'new pods of the deployment are forbidden by quota',
    'increase {object} so that the rollout fits',
    'how much headroom does {object} leave',
    'the namespace is at its quota limit',
    'compute quota blocks incident {incident}',
  ],
  async run(input, context) {
    if (input.edits)
      return answerOfEdits(
        { skill: 'tune-quota', object: input.object, edits: input.edits, incident: input.incident, allowed },
        context,
      )
    const all = (await Promise.all((await deliveriesOf(context)).map(one => declaredIn(context, one)))).flat()
    const quotas = all.filter(({ reference }) => reference.kind === 'ResourceQuota')
    const wanted = input.object === undefined ? undefined : referenceOf(input.object, context.namespace)
    const told = await refusals(input.message, context)
    const quota =
      wanted !== undefined
        ? quotas.find(({ reference }) => nameOf(reference) === nameOf(wanted))
        : (quotas.find(({ reference }) => told.some(({ quota: name }) => name === reference.name)) ??
          (quotas.length === 1 ? quotas[0] : undefined))
    if (!quota)
      return nothing(
        quotas.length === 0 || wanted
          ? `${wanted ? nameOf(wanted) : 'A ResourceQuota'} is not declared in a repository that a Delivery of namespace ${context.namespace} syncs.`
          : `There are several: ${quotas.map(({ reference }) => plain(nameOf(reference))).join(', ')}. Name one as object.`,
      )
    return answerFor(quota, all, told, input)
  },
}

async function refusals(message: string | undefined, { signals, now }: SkillContext) {
  const events =
    message === undefined
      ? await signals.events({
          source: 'kubernetes',
          window: { from: now - 86_400_000, to: now + 1 },
          limit: 2000,
        })
      : []
  const messages = message === undefined ? events.map(event => event.message) : [message]
  return messages.flatMap(text => exceededIn(text) ?? [])
}

function answerFor(
  quota: Declared,
  all: readonly Declared[],
  told: Awaited<ReturnType<typeof refusals>>,
  input: z.output<typeof Input>,
) {
  const { namespace, name } = quota.reference
  const { kept, surge } = namespaceAmounts(all, namespace)
  const resources = Object.entries(hardOf(quota.object))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([own, hard]) => {
      const key = quotaName(own)
      const declared = (kept[key] ?? 0) + (surge[key] ?? 0)
      const refusedAt = told
        .filter(({ quota: of }) => of === name)
        .reduce((most, { needed }) => Math.max(most, needed[own] ?? needed[key] ?? 0), 0)
      const why = refusedAt > declared ? 'a pod was refused' : 'declared requests with the largest rollout'
      return { name: own, hard, needed: Math.max(declared, refusedAt), why }
    })
  const short = resources.filter(({ hard, needed }) => needed > hard * (1 + 1e-9))
  const place = nameOf(quota.reference)
  const lines = (of: typeof resources) =>
    of
      .map(
        one =>
          `${one.name}: ${quantityText(one.name, one.needed)} needed (${one.why}), ${quantityText(one.name, one.hard)} allowed`,
      )
      .join('; ')
  if (short.length === 0)
    return {
      output: {
        outcome: 'nothing' as const,
        text: `${place} is large enough. ${lines(resources)}.`,
        resources,
      },
    }
  const [beyond] = short.filter(({ hard, needed }) => needed > mostGrowth * hard)
  if (beyond)
    return refused(
      `${place} is not raised: ${lines([beyond])}, more than ${mostGrowth} times as much. Look first whether a request or a number of replicas is wrong.`,
    )
  const edit = new Edit(quota.object)
  for (const one of short)
    edit.set(pointer('spec', 'hard', one.name), quantityText(one.name, one.needed * room))
  const title = `Raise ${name}: ${short.map(one => `${one.name} ${quantityText(one.name, one.needed * room)}`).join(', ')}`
  const risks = [
    'The namespace may take more of the nodes: other namespaces have less room when the cluster is full.',
  ]
  const draft = draftOf({
    delivery: quota.delivery,
    title,
    why: `${lines(short)}. Ten percent of room are left above.`,
    skill: 'tune-quota',
    ...(input.incident !== undefined && { incident: input.incident }),
    evidence: [
      { source: place, detail: lines(short) },
      ...(told.length > 0
        ? [{ source: 'Kubernetes events', detail: `${count(told.length, 'pod')} refused` }]
        : []),
    ],
    changes: [{ file: quota.file, object: quota.reference, operations: edit.operations }],
    expected: expectedOf(short, input.incident),
    risks,
  })
  const text = `${title} (${quota.file}). ${lines(short)}. ${risks.join(' ')}`
  return { output: { outcome: 'proposed' as const, text, resources }, drafts: [draft] }
}

/** kube-state-metrics says what a quota has in use; it has to come below what is allowed. */
function expectedOf(short: readonly { needed: number }[], incident: string | undefined) {
  if (incident !== undefined) return { signal: { incident }, within: '15m' }
  const most = short.reduce((top, { needed }) => Math.max(top, needed), 0)
  return {
    signal: {
      figure: 'metric' as const,
      metric: 'kube_resourcequota',
      above: most,
    },
    within: '15m',
  }
}
