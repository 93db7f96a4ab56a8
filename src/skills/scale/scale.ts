import { z } from 'zod'
import { answerFields, draftOf, nothing, refused } from '../drafts/answer.ts'
import { type Declared, declaredIn, deliveryPermission, notDeclared, workloadOf } from '../drafts/declared.ts'
import { Edit } from '../drafts/edit.ts'
import { answerOfEdits, edits } from '../drafts/edits.ts'
import { incident, service } from '../drafts/moment.ts'
import { nameOf, ObjectName } from '../drafts/object-name.ts'
import { valueAt } from '../drafts/pointer.ts'
import { cpuText } from '../drafts/quantity.ts'
import { count, percentText, plain } from '../drafts/words.ts'
import { autoscalerOf, declaredPods, podAmounts } from '../evidence/requests.ts'
import { quantile, type Sample, usageOf } from '../evidence/usage.ts'
import type { Skill, SkillContext } from '../skill.ts'
import { type Bound, maximumOf, minimumOf, numberAt } from './bounds.ts'
import { podsFor } from './replicas.ts'

const Input = z.object({
  object: ObjectName.optional().describe('Deployment or StatefulSet, as Kind/namespace/name.'),
  service: service(),
  incident: incident(),
  edits: edits(),
  replicas: z.number().int().min(0).max(10_000).optional().describe('Pods wanted; without it by load.'),
  max: z
    .number()
    .int()
    .min(1)
    .max(10_000)
    .optional()
    .describe('Pods at most; without it twice as many as now.'),
  target: z
    .number()
    .gt(0)
    .max(1)
    .default(0.7)
    .describe('Share of its CPU request that a pod is meant to use; an autoscaler has its own.'),
})

/** What of an object it is for. */
const allowed =
  /^\/spec\/(replicas|minReplicas|maxReplicas|minAvailable|maxUnavailable|metrics|behavior|completions|parallelism)(\/|$)|\/resources\/requests(\/|$)/

const Output = z.object({
  ...answerFields,
  from: z.number().int().optional().describe('Pods, or the upper bound of the autoscaler, now.'),
  to: z.number().int().optional().describe('The same as proposed.'),
  min: z.number().int().optional().describe('Never below.'),
  max: z.number().int().optional().describe('Never above.'),
})

/** Replicas of a workload, or the bounds of its autoscaler, by load; within what disruption budget and quota allow. */
export const scale: Skill<typeof Input, typeof Output> = {
  name: 'scale',
  summary: 'Sets replicas of a workload, or the bounds of its autoscaler, by load and quota.',
  risk: 'propose',
  input: Input,
  output: Output,
  permissions: [{ reads: 'repository' }, { reads: 'signals' }, deliveryPermission],
  phrases: [
    'scale {service}',
    'scale {service} to {replicas} replicas',
    'give {service} more pods',
    '{service} can not keep up with its load, scale it out',
    'add replicas to {object}',
    'run {replicas} pods of {service}',
    'the autoscaler of {service} is at its maximum',
    'raise the hpa maximum of {object}',
    'scale {object} up to at most {max} pods',
    'how many replicas does {service} need',
    'scale {service} down, it is idle',
    'fewer pods for {object}',
    '{service} is saturated, more instances please',
  ],
  async run(input, context) {
    if (input.edits)
      return answerOfEdits(
        { skill: 'scale', object: input.object, edits: input.edits, incident: input.incident, allowed },
        context,
      )
    const what = input.object ?? input.service
    if (what === undefined) return refused('Say what to scale: object (Kind/namespace/name) or service.')
    const workload = await workloadOf(context, input)
    if (!workload) return nothing(notDeclared(plain(what), context.namespace))
    const name = nameOf(workload.reference)
    if (!['Deployment', 'StatefulSet'].includes(workload.reference.kind))
      return refused(`${name} has no replicas; only Deployments and StatefulSets are scaled.`)
    const all = await declaredIn(context, workload.delivery)
    const autoscaler = autoscalerOf(all, workload)
    const current = declaredPods(all, workload)
    const least = minimumOf(all, workload, autoscaler)
    const most = maximumOf(all, workload, current, input.max)
    const found = { current, least, most, autoscaler, workload }
    if (input.replicas !== undefined) return wished(input.replicas, found, input)
    return byLoad(found, input, context)
  },
}

interface Found {
  workload: Declared
  autoscaler: Declared | undefined
  current: number
  least: Bound
  most: Bound
}

function wished(replicas: number, found: Found, input: z.output<typeof Input>) {
  const { workload, autoscaler, current, least, most } = found
  const name = nameOf(workload.reference)
  if (replicas < least.pods)
    return refused(`${name} is not scaled to ${replicas}: it needs ${least.pods} at least, ${least.why}.`)
  if (replicas > most.pods)
    return refused(`${name} is not scaled to ${replicas}: ${most.pods} at most, ${most.why}.`)
  const upper = autoscaler && numberAt(autoscaler, '/spec/maxReplicas')
  if (upper !== undefined && replicas > upper)
    return refused(
      `${name} is not scaled to ${replicas}: ${nameOf(autoscaler?.reference ?? workload.reference)} keeps it at ${upper} at most; ask without a number to have its bound raised by load.`,
    )
  if (replicas === current) return nothing(`${name} has ${count(replicas, 'pod')} already.`)
  const change = autoscaler
    ? { of: autoscaler, path: '/spec/minReplicas', words: 'at least' }
    : { of: workload, path: '/spec/replicas', words: '' }
  return proposed(found, { ...change, from: current, to: replicas, why: 'It was asked for.' }, input)
}

async function byLoad(found: Found, input: z.output<typeof Input>, context: SkillContext) {
  const { workload, autoscaler, current, least, most } = found
  const name = nameOf(workload.reference)
  const request = podAmounts(workload.object)['requests.cpu'] ?? 0
  if (request === 0)
    return nothing(
      `${name} has no CPU request, so its load can not be told from its size. Right-size it first.`,
    )
  const hours = input.incident === undefined ? 7 * 24 : 6
  const load = await loadOf(workload, hours / 24, context)
  if (load.steps < 6)
    return nothing(
      `Too little is known of the load of ${name}: ${count(load.steps, 'sample')} of CPU usage in ${hours} h. Metrics of its containers are needed for half an hour at least.`,
    )
  const target = (autoscaler && targetOf(autoscaler)) ?? input.target
  const upper = (autoscaler && numberAt(autoscaler, '/spec/maxReplicas')) ?? undefined
  const needed = podsFor({
    load: load.cores,
    request,
    target,
    current: Math.max(1, current),
    min: 1,
    max: 100_000,
  })
  const to = podsFor({
    load: load.cores,
    request,
    target,
    current: Math.max(1, current),
    min: least.pods,
    max: most.pods,
  })
  const basis = `Its pods use ${cpuText(load.cores)} cores together (p95 of ${hours} h); at ${percentText(target)} of ${cpuText(request)} each that is ${count(needed, 'pod')}.`
  const capped = needed > most.pods ? ` No more than ${most.pods}: ${most.why}.` : ''
  if (autoscaler && upper !== undefined) {
    if (needed <= upper)
      return nothing(`${basis} ${nameOf(autoscaler.reference)} may go to ${upper}, so it has room.`)
    if (to <= upper) return refused(`${basis} ${nameOf(autoscaler.reference)} is at ${upper}.${capped}`)
    const change = { of: autoscaler, path: '/spec/maxReplicas', words: 'up to', from: upper, to }
    return proposed(found, { ...change, why: basis + capped }, input)
  }
  if (needed > current && to <= current) return refused(`${basis} It has ${current}.${capped}`)
  if (to === current) return nothing(`${basis} It has ${current}, so nothing is to be done.`)
  if (to < current && input.incident !== undefined)
    return nothing(`${basis} It has ${current}; pods are not taken away during an incident.`)
  const change = { of: workload, path: '/spec/replicas', words: '', from: current, to }
  return proposed(found, { ...change, why: basis + capped }, input)
}

interface Change {
  of: Declared
  path: string
  words: string
  from: number
  to: number
  why: string
}

function proposed(found: Found, { of, path, words, from, to, why }: Change, input: z.output<typeof Input>) {
  const { workload, least, most } = found
  const service = workload.reference.name
  const title = `Scale ${service} ${words === '' ? '' : `${words} `}${to} (from ${from})`
  const signal =
    input.incident === undefined
      ? { service, figure: 'errorRatio' as const, below: 0.01 }
      : { incident: input.incident }
  const risks = [
    to > from
      ? 'More pods need room on nodes and open more connections to what they call.'
      : 'Fewer pods carry the same load: latency may rise at peaks.',
  ]
  const draft = draftOf({
    delivery: of.delivery,
    title,
    why,
    skill: 'scale',
    ...(input.incident !== undefined && { incident: input.incident }),
    evidence: [
      {
        source: 'load and bounds',
        detail: `${why} At least ${least.pods}: ${least.why}. At most ${most.pods}: ${most.why}.`,
      },
    ],
    changes: [
      { file: of.file, object: of.reference, operations: new Edit(of.object).set(path, to).operations },
    ],
    expected: { signal, within: to > from ? '15m' : '1h' },
    risks,
  })
  const text = [`${title} (${of.file}).`, why, ...risks].join(' ')
  return {
    output: { text, outcome: 'proposed' as const, from, to, min: least.pods, max: most.pods },
    drafts: [draft],
  }
}

async function loadOf(workload: Declared, days: number, context: SkillContext) {
  const { kind, name, namespace } = workload.reference
  const { cpu } = await usageOf(context, { kind, name, namespace, container: name }, days)
  const steps = Map.groupBy(cpu, ({ at }) => at)
  const together: Sample[] = [...steps].map(([at, same]) => ({
    at,
    value: same.reduce((sum, { value }) => sum + value, 0),
  }))
  return { cores: quantile(together, 0.95), steps: together.length }
}

/** Utilisation of CPU that an autoscaler (v2) aims at. */
function targetOf({ object }: Declared): number | undefined {
  const metrics = valueAt(object, '/spec/metrics')
  for (const metric of Array.isArray(metrics) ? metrics.slice(0, 50) : []) {
    const utilisation = valueAt(metric, '/resource/target/averageUtilization')
    if (valueAt(metric, '/resource/name') === 'cpu' && typeof utilisation === 'number' && utilisation > 0)
      return utilisation / 100
  }
  return undefined
}
