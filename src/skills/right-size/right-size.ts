import { z } from 'zod'
import { parseQuantity } from '../../lib/quantity.ts'
import { answerFields, draftOf, nothing, refused } from '../drafts/answer.ts'
import { type Container, containerOf } from '../drafts/containers.ts'
import { type Declared, deliveryPermission, notDeclared, workloadOf } from '../drafts/declared.ts'
import { answerOfEdits, edits } from '../drafts/edits.ts'
import { incident, service } from '../drafts/moment.ts'
import { nameOf, ObjectName } from '../drafts/object-name.ts'
import { memoryText } from '../drafts/quantity.ts'
import { lengthText, plain } from '../drafts/words.ts'
import { type Kills, memoryKills } from '../evidence/kills.ts'
import { type Usage, type UsageOf, usageOf } from '../evidence/usage.ts'
import type { Skill, SkillAnswer, SkillContext } from '../skill.ts'
import { isKnown, least, peakOf, sizesFor, throttledShare } from './sizes.ts'
import { declaredSizes, editOf, type Sizing } from './sizing.ts'
import { basisText, changeText, evidenceOf, risksOf, titleOf } from './sizing-text.ts'

const Input = z.object({
  object: ObjectName.optional().describe('Workload to size, as Kind/namespace/name.'),
  service: service(),
  container: z.string().max(253).optional().describe('Its container; without it the main one.'),
  incident: incident(),
  edits: edits(),
  days: z.number().int().min(1).max(30).default(14).describe('Days of usage to look at.'),
  cpuQuantile: z
    .union([z.literal(0.95), z.literal(0.99)])
    .default(0.95)
    .describe('Share of CPU usage that the request covers: 0.95, or 0.99 where latency matters.'),
  killed: z
    .boolean()
    .optional()
    .describe('Whether it was killed for memory; without it events and metrics are asked.'),
})

/** What of an object it is for. */
const allowed = /\/resources(\/|$)/

const size = z
  .object({
    cpuRequest: z.number().optional().describe('Cores.'),
    cpuLimit: z.number().optional().describe('Cores.'),
    memoryRequest: z.number().optional().describe('Bytes.'),
    memoryLimit: z.number().optional().describe('Bytes.'),
  })
  .optional()

const Output = z.object({
  ...answerFields,
  now: size.describe('What is declared.'),
  proposed: size.describe('What is proposed.'),
  days: z.number().optional().describe('Days of data it rests on.'),
  peakMemory: z.number().optional().describe('Highest memory use that was seen, in bytes.'),
})

/**
 * Requests and limits from what a container really used. Methods: KRR's simple strategy
 * (github.com/robusta-dev/krr, strategies/simple.py: CPU request p95 and no new CPU limit, memory highest use + 15 %,
 * at least 100 points) on the decaying histogram and with the treatment of memory kills of the Vertical Pod Autoscaler
 * (github.com/kubernetes/autoscaler, vertical-pod-autoscaler/pkg/recommender).
 */
export const rightSize: Skill<typeof Input, typeof Output> = {
  name: 'right-size',
  summary: 'Sets CPU and memory requests and limits of a workload by what it really used.',
  risk: 'propose',
  input: Input,
  output: Output,
  permissions: [{ reads: 'repository' }, { reads: 'signals' }, deliveryPermission],
  phrases: [
    'right-size {service}',
    'what requests and limits should {service} have',
    'is {service} overprovisioned',
    'we pay too much for {service}, make its requests smaller',
    '{service} is killed for memory, give it what it needs',
    'size {object} by its real usage',
    'recommend cpu and memory for {object}',
    'fit the resources of {service} to what it uses',
    'how much memory does {service} really need',
    '{object} keeps getting OOMKilled',
    'rightsizing for {service}',
    'vpa recommendation for {object}',
    'reduce waste of cpu in {service}',
  ],
  async run(input, context) {
    const own = await sized(input, context)
    const { outcome, peakMemory = 0 } = own.output
    if (!input.edits || outcome !== 'nothing') return own
    const below = input.edits.find(
      ({ op, path, value }) =>
        op !== 'test' && path.endsWith('/memory') && (parseQuantity(value) ?? peakMemory) < peakMemory,
    )
    if (below) return refused(`${below.path} would be below the ${memoryText(peakMemory)} that it used.`)
    const { object, edits: given, incident: of } = input
    return answerOfEdits({ skill: 'right-size', object, edits: given, incident: of, allowed }, context)
  },
}

async function sized(
  input: z.output<typeof Input>,
  context: SkillContext,
): Promise<SkillAnswer<z.input<typeof Output>>> {
  const what = input.object ?? input.service
  if (what === undefined) return refused('Say what to size: object (Kind/namespace/name) or service.')
  const declared = await workloadOf(context, input)
  if (!declared) return nothing(notDeclared(plain(what), context.namespace))
  const container = containerOf(declared.object, input.container)
  const name = nameOf(declared.reference)
  if (!container) return nothing(`${name} declares no container ${input.container ?? ''}; name one of it.`)
  context.step(`reading ${input.days} days of usage of ${name}`)
  const sizing = await sizingOf(declared, container, input, context)
  const { sizes, now, usage, kills } = sizing
  const known = isKnown(usage.cpu, usage) || isKnown(usage.memory, usage)
  if (!known && kills.count === 0) return nothing(tooLittle(name, usage))
  const edit = editOf(sizing)
  const facts = { now, proposed: sizes, days: usage.days, peakMemory: peakOf(usage.memory) }
  if (edit.empty)
    return { output: { ...facts, outcome: 'nothing', text: `${name} is sized well: ${basisText(sizing)}` } }
  const draft = draftOf({
    delivery: declared.delivery,
    title: titleOf(sizing),
    why: `${basisText(sizing)} ${changeText(sizing)}`,
    skill: 'right-size',
    ...(input.incident !== undefined && { incident: input.incident }),
    evidence: evidenceOf(sizing),
    changes: [{ file: declared.file, object: declared.reference, operations: edit.operations }],
    expected: expectedOf(sizing, input.incident),
    risks: risksOf(sizing),
  })
  const text = [
    `${titleOf(sizing)} (${declared.file}).`,
    basisText(sizing),
    changeText(sizing),
    ...risksOf(sizing),
  ].join(' ')
  return { output: { ...facts, outcome: 'proposed', text }, drafts: [draft] }
}

async function sizingOf(
  declared: Declared,
  container: Container,
  input: z.output<typeof Input>,
  context: SkillContext,
): Promise<Sizing> {
  const { kind, name, namespace } = declared.reference
  const of: UsageOf = { kind, name, namespace, container: container.name }
  const usage = await usageOf(context, of, input.days)
  const kills: Kills =
    input.killed === undefined
      ? await memoryKills(context, of, context.now - input.days * 86_400_000)
      : { count: input.killed ? 1 : 0, source: 'who asked' }
  const now = declaredSizes(container)
  const sizes = sizesFor(usage, now, { cpuQuantile: input.cpuQuantile, killed: kills.count > 0 })
  return { declared, container, usage, kills, now, sizes }
}

/** By the incident where there is one; else by what would go wrong first. */
function expectedOf({ declared, usage, sizes, container }: Sizing, of: string | undefined) {
  const { name } = declared.reference
  const throttles = (usage.throttled ?? 0) > throttledShare
  if (of !== undefined) return { signal: { incident: of }, within: '30m' }
  const [, memory] = usage.metrics
  if (!throttles && memory !== undefined && sizes.memoryLimit !== undefined)
    return {
      signal: {
        service: name,
        figure: 'metric' as const,
        metric: memory,
        below: Math.ceil(sizes.memoryLimit),
      },
      within: '24h',
    }
  return {
    signal: { service: name || container.name, figure: 'errorRatio' as const, below: 0.01 },
    within: '1h',
  }
}

const tooLittle = (name: string, usage: Usage): string =>
  usage.cpu.length + usage.memory.length === 0
    ? `Nothing is known of what ${name} uses: no metric of its containers was found. Have Prometheus (cAdvisor) or the kubelet receiver send container CPU and memory, and ask again after a day.`
    : `Too little is known of ${name}: ${Math.max(usage.cpu.length, usage.memory.length)} samples over ${lengthText(usage.days * 86_400_000)}, and ${least.points} over a whole day are needed. Ask again later.`
