import { z } from 'zod'
import { answerFields, draftOf, nothing, refused } from '../drafts/answer.ts'
import { type Container, containerOf } from '../drafts/containers.ts'
import { type Declared, deliveryPermission, notDeclared, workloadOf } from '../drafts/declared.ts'
import { Edit } from '../drafts/edit.ts'
import { answerOfEdits, edits } from '../drafts/edits.ts'
import { incident, service } from '../drafts/moment.ts'
import { nameOf, ObjectName } from '../drafts/object-name.ts'
import { valueAt } from '../drafts/pointer.ts'
import { cpuText, memoryText, parseQuantity } from '../drafts/quantity.ts'
import { count, lengthText, percentText, plain, rounded } from '../drafts/words.ts'
import { type Kills, memoryKills } from '../evidence/kills.ts'
import { type Usage, type UsageOf, usageOf } from '../evidence/usage.ts'
import type { Skill, SkillAnswer, SkillContext } from '../skill.ts'
import {
  headroom,
  isKnown,
  least,
  passingShare,
  peakOf,
  type Sizes,
  shareAbove,
  sizesFor,
  throttledShare,
} from './sizes.ts'

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

/** What was found, for words. */
interface Sizing {
  declared: Declared
  container: Container
  usage: Usage
  kills: Kills
  now: Sizes
  sizes: Sizes
}

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

function declaredSizes({ declared }: Container): Sizes {
  const at = (path: string) => parseQuantity(valueAt(declared, `/resources/${path}`))
  const [cpuRequest, cpuLimit] = [at('requests/cpu'), at('limits/cpu')]
  const [memoryRequest, memoryLimit] = [at('requests/memory'), at('limits/memory')]
  return {
    ...(cpuRequest !== undefined && { cpuRequest }),
    ...(cpuLimit !== undefined && { cpuLimit }),
    ...(memoryRequest !== undefined && { memoryRequest }),
    ...(memoryLimit !== undefined && { memoryLimit }),
  }
}

const fields = [
  { field: 'cpuRequest', path: 'requests/cpu', words: 'CPU request', text: cpuText },
  { field: 'cpuLimit', path: 'limits/cpu', words: 'CPU limit', text: cpuText },
  { field: 'memoryRequest', path: 'requests/memory', words: 'memory request', text: memoryText },
  { field: 'memoryLimit', path: 'limits/memory', words: 'memory limit', text: memoryText },
] as const

/** Less than this is no change worth a restart of every pod (VPA's `podUpdateThreshold` of 10 %). */
const worth = 0.1

const changesOf = ({ now, sizes }: Sizing) =>
  fields.flatMap(one => {
    const [before, after] = [now[one.field], sizes[one.field]]
    if (after === undefined || before === after) return []
    // Memory that is lower than what it must hold is raised however little is missing.
    const mustHold = one.field.startsWith('memory') && after > (before ?? 0)
    const small = before !== undefined && Math.abs(after - before) < worth * before && !mustHold
    return small ? [] : [{ ...one, before, after }]
  })

function editOf(sizing: Sizing): Edit {
  const edit = new Edit(sizing.declared.object)
  const changes = changesOf(sizing)
  if (changes.length > 0) edit.test(`${sizing.container.path}/name`)
  for (const { path, text, after } of consistent(changes, sizing))
    edit.set(`${sizing.container.path}/resources/${path}`, text(after))
  return edit
}

/** A request is never above its limit: where one is left as it is, the other keeps to it. */
function consistent(changes: ReturnType<typeof changesOf>, { now }: Sizing) {
  const limitOf = { cpuRequest: 'cpuLimit', memoryRequest: 'memoryLimit' } as const
  return changes.map(change => {
    if (change.field !== 'cpuRequest' && change.field !== 'memoryRequest') return change
    const limitField = limitOf[change.field]
    const limit = changes.find(({ field }) => field === limitField)?.after ?? now[limitField]
    return limit !== undefined && change.after > limit ? { ...change, after: limit } : change
  })
}

const titleOf = (sizing: Sizing): string => {
  const { name } = sizing.declared.reference
  const parts = consistent(changesOf(sizing), sizing).map(
    ({ words, text, after }) => `${words} ${text(after)}`,
  )
  return `Size ${name}: ${parts.join(', ')}`
}

const changeText = (sizing: Sizing): string =>
  `${consistent(changesOf(sizing), sizing)
    .map(
      ({ words, text, before, after }) =>
        `${words} ${before === undefined ? 'unset' : text(before)} → ${text(after)}`,
    )
    .join(', ')}.`

function basisText({ usage, kills, now, container }: Sizing): string {
  const peak = peakOf(usage.memory)
  const killed =
    kills.count === 0
      ? []
      : [
          `it was killed for memory ${count(kills.count, 'time')} (${kills.source})${now.memoryLimit === undefined ? '' : ` at its limit of ${memoryText(now.memoryLimit)}`}`,
        ]
  const used =
    usage.cpu.length + usage.memory.length === 0
      ? ['no usage was measured']
      : [
          `${rounded(usage.days)} days of ${count(usage.pods, 'pod')}`,
          ...(usage.memory.length > 0 ? [`memory up to ${memoryText(peak)}`] : []),
          ...(usage.cpu.length > 0 ? [`CPU up to ${cpuText(peakOf(usage.cpu))}`] : []),
          ...(usage.throttled === undefined
            ? []
            : [`throttled in ${percentText(usage.throttled)} of periods`]),
        ]
  return `Container ${container.name}: ${[...used, ...killed].join(', ')}.`
}

function risksOf({ usage, sizes, now, kills }: Sizing): string[] {
  const risks: string[] = []
  if (sizes.memoryLimit !== undefined && isKnown(usage.memory, usage))
    risks.push(
      `OOM: on ${rounded(usage.days)} days of data at most one day in ${Math.round(1 / passingShare(usage.days))} has a higher peak than any seen, if days are alike; ${percentText(headroom - 1)} of headroom lie above that.`,
    )
  else if (kills.count > 0)
    risks.push(
      'OOM: how much it needs above its limit is not known, since it was killed there; the raise may have to be repeated.',
    )
  else if (usage.memory.length > 0) risks.push('OOM: it has no memory limit of its own, so the node decides.')
  if (sizes.cpuRequest !== undefined && isKnown(usage.cpu, usage)) {
    const above = shareAbove(usage.cpu, sizes.cpuRequest)
    const limit =
      sizes.cpuLimit === undefined
        ? 'it has no CPU limit, so it is slowed only where its node is full'
        : `it is above its limit in ${percentText(shareAbove(usage.cpu, sizes.cpuLimit))}`
    risks.push(
      `Throttling: ${percentText(above)} of five-minute samples are above the CPU request; ${limit}.`,
    )
  }
  if (
    (sizes.memoryRequest ?? 0) > (now.memoryRequest ?? 0) ||
    (sizes.cpuRequest ?? 0) > (now.cpuRequest ?? 0)
  )
    risks.push('Larger requests may not fit on a node or into a ResourceQuota.')
  risks.push('All its pods are replaced.')
  return risks
}

const evidenceOf = ({ usage, kills }: Sizing) => [
  ...usage.metrics.map(metric => ({
    source: metric,
    detail: `${count(usage.cpu.length, 'sample')} of CPU and ${usage.memory.length} of memory over ${rounded(usage.days)} days`,
  })),
  ...(kills.count > 0
    ? [{ source: kills.source, detail: `killed for memory ${count(kills.count, 'time')}` }]
    : []),
]

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
