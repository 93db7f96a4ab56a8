import { z } from 'zod'
import { answerFields, draftOf, nothing, type PlainAnswer, refused } from '../drafts/answer.ts'
import { containerOf } from '../drafts/containers.ts'
import { type Declared, declaredOf, deliveryPermission, notDeclared, workloadOf } from '../drafts/declared.ts'
import { Edit } from '../drafts/edit.ts'
import { answerOfEdits, edits } from '../drafts/edits.ts'
import { incident, service } from '../drafts/moment.ts'
import { nameOf, ObjectName, referenceOf } from '../drafts/object-name.ts'
import { valueAt } from '../drafts/pointer.ts'
import { plain } from '../drafts/words.ts'
import { memoryKills } from '../evidence/kills.ts'
import { usageOf } from '../evidence/usage.ts'
import type { Skill, SkillAnswer, SkillContext } from '../skill.ts'
import { cpuLimit, memoryLimit } from './container-limit.ts'
import { routeLimit, routeLimits } from './route-limit.ts'

const Input = z.object({
  object: ObjectName.optional().describe('Workload or ModelRoute, as Kind/namespace/name.'),
  service: service(),
  route: z.string().max(253).optional().describe('ModelRoute whose limit is meant.'),
  container: z.string().max(253).optional().describe('Container of the workload; without it the main one.'),
  resource: z
    .enum(['memory', 'cpu', ...routeLimits])
    .default('memory')
    .describe(
      'Which limit: memory or cpu of a container; firstToken, betweenTokens or maxTokens of a route.',
    ),
  value: z
    .string()
    .max(40)
    .optional()
    .describe('What it should be, such as 512Mi, 500m or 20s; without it by evidence.'),
  incident: incident(),
  edits: edits(),
  killed: z
    .boolean()
    .optional()
    .describe('Whether it was killed for memory; without it events and metrics are asked.'),
})

/** What of an object it is for. */
const allowed = /\/resources(\/|$)|^\/spec\/(serve\/(resilience|parameters)|limits|hard)(\/|$)/

type Answer = SkillAnswer<PlainAnswer & { limit?: string }>
type Signal = Parameters<typeof draftOf>[0]['expected']['signal']

const Output = z.object({
  ...answerFields,
  limit: z.string().optional().describe('The limit that is proposed.'),
})

/** One limit: memory or CPU of a container, or what a ModelRoute lets its calls take. */
export const tuneLimit: Skill<typeof Input, typeof Output> = {
  name: 'tune-limit',
  summary: 'Sets one limit: memory or CPU of a container, or waiting times and tokens of a route.',
  risk: 'propose',
  input: Input,
  output: Output,
  permissions: [{ reads: 'repository' }, { reads: 'signals' }, { reads: 'calls' }, deliveryPermission],
  phrases: [
    'raise the memory limit of {service}',
    'set the {resource} limit of {service} to {value}',
    'increase the cpu limit of {object}',
    '{service} hits its memory limit',
    '{service} is throttled by its cpu limit',
    'lift the limit on {object} to {value}',
    'limit {service} to {value} of {resource}',
    'the timeout of route {route} is too short',
    'calls of {route} time out before the first token',
    'answers of {route} are cut off, allow more tokens',
    'set max tokens of {route} to {value}',
    'lower the memory limit of {object}',
  ],
  async run(input, context) {
    const own = await limited(input, context)
    if (!input.edits || own.output.outcome !== 'nothing') return own
    const { object, edits: given, incident: of } = input
    return answerOfEdits({ skill: 'tune-limit', object, edits: given, incident: of, allowed }, context)
  },
}

async function limited(input: z.output<typeof Input>, context: SkillContext): Promise<Answer> {
  const { resource } = input
  const ofRoute = routeLimits.find(one => one === resource)
  if (ofRoute) return tuneRoute(ofRoute, input, context)
  const what = input.object ?? input.service
  if (what === undefined) return refused('Say whose limit: object (Kind/namespace/name) or service.')
  const declared = await workloadOf(context, input)
  if (!declared) return nothing(notDeclared(plain(what), context.namespace))
  const container = containerOf(declared.object, input.container)
  if (!container) return nothing(`${nameOf(declared.reference)} declares no such container.`)
  const { kind, name, namespace } = declared.reference
  const of = { kind, name, namespace, container: container.name }
  const usage = await usageOf(context, of, 7)
  const kills =
    input.killed === undefined
      ? await memoryKills(context, of, context.now - 7 * 86_400_000)
      : { count: input.killed ? 1 : 0, source: 'who asked' }
  const known = { container, usage, kills, value: input.value }
  const found = resource === 'cpu' ? cpuLimit(known) : memoryLimit(known)
  if ('nothing' in found) return nothing(`${nameOf(declared.reference)}: ${found.nothing}`)
  if ('refused' in found) return refused(`${nameOf(declared.reference)}: ${found.refused}`)
  const edit = new Edit(declared.object).test(`${container.path}/name`)
  edit.set(`${container.path}/resources/limits/${resource}`, found.text)
  if (found.request !== undefined) edit.set(`${container.path}/resources/requests/${resource}`, found.request)
  const metric = usage.metrics.at(-1) ?? 'container_memory_working_set_bytes'
  const signal: Signal =
    resource === 'cpu'
      ? { service: name, figure: 'errorRatio', below: 0.01 }
      : { service: name, figure: 'metric', metric, below: found.set }
  return proposal(declared, edit, input, {
    title: `Set ${resource} limit of ${name} to ${found.text}`,
    limit: found.text,
    why: found.why,
    risks: [found.risk, 'All its pods are replaced.'],
    signal,
  })
}

async function tuneRoute(
  resource: (typeof routeLimits)[number],
  input: z.output<typeof Input>,
  context: SkillContext,
) {
  const name =
    input.route ??
    (input.object?.includes('/') ? input.object.split('/').at(-1) : (input.object ?? input.service))
  if (name === undefined) return refused('Say which route: route, or object as ModelRoute/namespace/name.')
  const reference = referenceOf(`ModelRoute/${name}`, context.namespace)
  const declared = reference && (await declaredOf(context, reference))
  if (!declared) return nothing(notDeclared(`ModelRoute ${plain(name)}`, context.namespace))
  const calls = (
    await context.calls.calls({ namespace: context.namespace, route: name, limit: 2000 })
  ).filter(({ arm }) => arm === 'stable' || arm === 'candidate')
  const path =
    resource === 'maxTokens' ? '/spec/serve/parameters/max_tokens' : `/spec/serve/resilience/${resource}`
  const found = routeLimit(resource, calls, valueAt(declared.object, path), input.value)
  if ('nothing' in found) return nothing(`${nameOf(declared.reference)}: ${found.nothing}`)
  if ('refused' in found) return refused(`${nameOf(declared.reference)}: ${found.refused}`)
  return proposal(declared, new Edit(declared.object).set(found.path, found.value), input, {
    title: `Set ${found.text} of route ${name}`,
    limit: String(found.value),
    why: found.why,
    risks: [found.risk, 'It is a new release of the route, which gates and rolls out.'],
    signal: { service: name, figure: 'errorRatio', below: 0.01 },
  })
}

function proposal(
  declared: Declared,
  edit: Edit,
  input: z.output<typeof Input>,
  of: { title: string; limit: string; why: string; risks: string[]; signal: Signal },
): SkillAnswer<PlainAnswer & { limit: string }> {
  const draft = draftOf({
    delivery: declared.delivery,
    title: of.title,
    why: of.why,
    skill: 'tune-limit',
    ...(input.incident !== undefined && { incident: input.incident }),
    evidence: [{ source: nameOf(declared.reference), detail: of.why }],
    changes: [{ file: declared.file, object: declared.reference, operations: edit.operations }],
    expected: {
      signal: input.incident === undefined ? of.signal : { incident: input.incident },
      within: '30m',
    },
    risks: of.risks,
  })
  const text = `${of.title} (${declared.file}). ${of.why} ${of.risks.join(' ')}`
  return { output: { text, outcome: 'proposed', limit: of.limit }, drafts: [draft] }
}
