import { z } from 'zod'
import { answerFields, draftOf, nothing, refused } from '../drafts/answer.ts'
import { type Container, containerOf } from '../drafts/containers.ts'
import { type Declared, deliveryPermission, notDeclared, workloadOf } from '../drafts/declared.ts'
import { Edit } from '../drafts/edit.ts'
import { answerOfEdits, edits } from '../drafts/edits.ts'
import { incident, momentOf, service, since } from '../drafts/moment.ts'
import { nameOf, ObjectName } from '../drafts/object-name.ts'
import { isObject } from '../drafts/pointer.ts'
import { count, plain, rounded } from '../drafts/words.ts'
import type { Skill } from '../skill.ts'
import { type ProbeFailures, type ProbeName, probeFailures, probes, startSeconds } from './probe-failures.ts'

const Input = z.object({
  object: ObjectName.optional().describe('Workload, as Kind/namespace/name.'),
  service: service(),
  container: z.string().max(253).optional().describe('Its container; without it the main one.'),
  incident: incident(),
  edits: edits(),
  since: since(),
  startSeconds: z
    .array(z.number().min(0).max(86_400))
    .max(1000)
    .optional()
    .describe('How long starts took, in seconds; without it kube-state-metrics is asked.'),
})

/** What of an object it is for. */
const allowed =
  /\/(liveness|readiness|startup)Probe(\/|$)|\/(terminationGracePeriodSeconds|lifecycle|minReadySeconds|progressDeadlineSeconds)(\/|$)/

const Output = z.object({
  ...answerFields,
  starts: z.number().int().optional().describe('Starts that were measured.'),
  slowestStart: z.number().optional().describe('The longest of them, in seconds.'),
  failures: z
    .record(z.string(), z.object({ timeouts: z.number(), refused: z.number(), unwell: z.number() }))
    .default({})
    .describe('Failures of each probe by their kind.'),
})

/** On top of the slowest start that was seen. */
const startHeadroom = 1.5
/** A start may not take longer than this before somebody must look. */
const mostStartSeconds = 900
/** Failures that are no chance. */
const leastFailures = 3
const usual = { periodSeconds: 10, timeoutSeconds: 1, failureThreshold: 3, initialDelaySeconds: 0 } as const

type Field = keyof typeof usual

interface Seen {
  declared: Declared
  container: Container
  failures: Partial<Record<ProbeName, ProbeFailures>>
  starts: readonly number[]
  /** p99 of the time that its requests take, in seconds. */
  p99?: number
}

/** What to set, and why. */
interface Change {
  probe: ProbeName
  values: Record<string, unknown>
  why: string
  risk: string
}

/** Times of probes from how long starts really take and how probes failed; never to hide that a container is unwell. */
export const tuneProbe: Skill<typeof Input, typeof Output> = {
  name: 'tune-probe',
  summary: 'Sets times and thresholds of probes by how long starts take and how probes fail.',
  risk: 'propose',
  input: Input,
  output: Output,
  permissions: [{ reads: 'repository' }, { reads: 'signals' }, deliveryPermission],
  phrases: [
    'the liveness probe kills {service} while it starts',
    'tune the probes of {service}',
    '{service} restarts because its probe fails',
    'readiness probe of {object} times out',
    'give {service} more time to start',
    'add a startup probe to {object}',
    'is the liveness probe of {service} too strict',
    'probe timeouts on {object} since {since}',
    'initial delay of {service} is too short',
    'failure threshold of the probes of {object}',
    '{service} is slow to start and gets restarted in a loop',
    'health checks of {service} fail under load',
  ],
  async run(input, context) {
    if (input.edits)
      return answerOfEdits(
        { skill: 'tune-probe', object: input.object, edits: input.edits, incident: input.incident, allowed },
        context,
      )
    const what = input.object ?? input.service
    if (what === undefined) return refused('Say whose probes: object (Kind/namespace/name) or service.')
    const declared = await workloadOf(context, input)
    if (!declared) return nothing(notDeclared(plain(what), context.namespace))
    const container = containerOf(declared.object, input.container)
    const { reference } = declared
    if (!container) return nothing(`${nameOf(reference)} declares no such container.`)
    const from = momentOf(input.since ?? '24h', context.now)
    const of = { kind: reference.kind, name: reference.name, namespace: reference.namespace }
    const failures = await probeFailures(context, of, from)
    const starts = input.startSeconds ?? (await startSeconds(context, of, from))
    const times = (
      await context.signals.requests({
        resource: { service: of.name },
        window: { from, to: context.now },
        stepMs: 300_000,
      })
    ).map(({ p99Ms }) => p99Ms)
    const seen: Seen = {
      declared,
      container,
      failures,
      starts,
      ...(times.length > 0 && { p99: times.reduce((most, one) => Math.max(most, one), 0) / 1000 }),
    }
    return answerFor(seen, input)
  },
}

function answerFor(seen: Seen, input: z.output<typeof Input>) {
  const { declared, container, failures, starts } = seen
  const facts = {
    starts: starts.length,
    ...(starts.length > 0 && { slowestStart: Math.max(...starts) }),
    failures: Object.fromEntries(
      Object.entries(failures).map(([name, { timeouts, refused: no, unwell }]) => [
        name,
        { timeouts, refused: no, unwell },
      ]),
    ),
  }
  const name = nameOf(declared.reference)
  const failed = probes.filter(probe => total(failures[probe]) >= leastFailures)
  if (failed.length === 0)
    return {
      output: {
        ...facts,
        outcome: 'nothing' as const,
        text: `No probe of ${name} failed ${leastFailures} times or more, so nothing says that they are too strict.`,
      },
    }
  const [change] = [slowStart(seen), timeout(seen)].filter(one => one !== undefined)
  if (!change) {
    const example = plain(failures[failed[0] ?? 'liveness']?.example ?? '', 160)
    return {
      output: {
        ...facts,
        outcome: 'refused' as const,
        text: `Probes of ${name} fail because it answers that it is not well, or does not listen: ${example}. A softer probe would hide that; look at why. See its logs, and whether port and path of the probe are right.`,
      },
    }
  }
  const edit = new Edit(declared.object).test(`${container.path}/name`)
  const path = `${container.path}/${change.probe}Probe`
  if (isObject(container.declared[`${change.probe}Probe`]))
    for (const [field, value] of Object.entries(change.values)) edit.set(`${path}/${field}`, value)
  else edit.set(path, change.values)
  if (edit.empty)
    return {
      output: {
        ...facts,
        outcome: 'nothing' as const,
        text: `The probes of ${name} give it that time already. ${change.why}`,
      },
    }
  const title = `Let ${change.probe} probe of ${declared.reference.name} wait: ${shown(change.values)}`
  const { reference } = declared
  const signal =
    input.incident === undefined
      ? { service: reference.name, figure: 'errorRatio' as const, below: 0.01 }
      : { incident: input.incident }
  const draft = draftOf({
    delivery: declared.delivery,
    title,
    why: change.why,
    skill: 'tune-probe',
    ...(input.incident !== undefined && { incident: input.incident }),
    evidence: failed.map(probe => ({
      source: 'Kubernetes events',
      detail: `${probe} probe failed ${count(total(failures[probe]), 'time')}: ${plain(failures[probe]?.example ?? '')}`,
    })),
    changes: [{ file: declared.file, object: reference, operations: edit.operations }],
    expected: { signal, within: '30m' },
    risks: [change.risk, 'All its pods are replaced.'],
  })
  return {
    output: {
      ...facts,
      outcome: 'proposed' as const,
      text: `${title} (${declared.file}). ${change.why} ${change.risk}`,
    },
    drafts: [draft],
  }
}

/** Killed by liveness before it is up: a startup probe holds the others back until then. */
function slowStart({ container, failures, starts }: Seen): Change | undefined {
  const liveness = container.declared.livenessProbe
  const startup = container.declared.startupProbe
  const failing = isObject(startup) ? failures.startup : failures.liveness
  const probe = isObject(startup) ? startup : liveness
  if (!isObject(probe) || !failing || failing.refused + failing.timeouts < leastFailures) return undefined
  if (failing.unwell > failing.refused + failing.timeouts) return undefined
  const budget = budgetOf(probe)
  const slowest = starts.length === 0 ? undefined : Math.max(...starts)
  if (slowest !== undefined && slowest <= budget) return undefined
  // Without a measured start, refused connections are the sign of one that is not through.
  if (slowest === undefined && failing.refused < leastFailures) return undefined
  const needed = Math.min(
    mostStartSeconds,
    (slowest ?? 2 * budget) * (slowest === undefined ? 1 : startHeadroom),
  )
  if (needed <= budget) return undefined
  const periodSeconds = numberOf(probe, 'periodSeconds')
  const failureThreshold = Math.ceil((needed - numberOf(probe, 'initialDelaySeconds')) / periodSeconds)
  const basis =
    slowest === undefined
      ? `It is killed before it listens: ${count(failing.refused, 'connection')} were refused, and no start was measured that came through within ${rounded(budget)} s.`
      : `Starts took up to ${rounded(slowest)} s (${count(starts.length, 'start')}), and the probe gives up after ${rounded(budget)} s.`
  const values = isObject(startup)
    ? { failureThreshold }
    : { ...handlerOf(probe), periodSeconds, failureThreshold: Math.ceil(needed / periodSeconds) }
  return {
    probe: 'startup',
    values,
    why: `${basis} A startup probe of ${rounded(needed)} s lets it start and keeps the liveness probe strict afterwards.`,
    risk: `A container that hangs while it starts is noticed after ${rounded(needed)} s only.`,
  }
}

/** Too slow to answer in time, though it answers. */
function timeout({ container, failures, p99 }: Seen): Change | undefined {
  const [probe] = (['liveness', 'readiness'] as const).filter(
    name => (failures[name]?.timeouts ?? 0) >= leastFailures && isObject(container.declared[`${name}Probe`]),
  )
  const declared = probe && container.declared[`${probe}Probe`]
  if (!probe || !isObject(declared)) return undefined
  const failing = failures[probe]
  if (!failing || failing.timeouts < failing.unwell + failing.refused) return undefined
  const now = numberOf(declared, 'timeoutSeconds')
  const period = numberOf(declared, 'periodSeconds')
  const timeoutSeconds = Math.min(30, Math.max(2 * now, Math.ceil(1.5 * (p99 ?? 0))))
  const slow = p99 === undefined ? '' : `, and its requests take up to ${rounded(p99)} s (p99)`
  return {
    probe,
    values: { timeoutSeconds, ...(timeoutSeconds > period && { periodSeconds: timeoutSeconds }) },
    why: `The ${probe} probe had no answer within ${count(now, 'second')} ${count(failing.timeouts, 'time')}${slow}. Killing or leaving out a slow pod puts its load on the others.`,
    risk: `A pod that hangs is noticed ${rounded((timeoutSeconds - now) * numberOf(declared, 'failureThreshold'))} s later.`,
  }
}

const total = (failures: ProbeFailures | undefined): number =>
  failures === undefined ? 0 : failures.timeouts + failures.refused + failures.unwell

/** Seconds after which a probe gives a start up. */
const budgetOf = (probe: Record<string, unknown>): number =>
  numberOf(probe, 'initialDelaySeconds') +
  numberOf(probe, 'periodSeconds') * numberOf(probe, 'failureThreshold')

const numberOf = (probe: Record<string, unknown>, field: Field): number => {
  const value = probe[field]
  return typeof value === 'number' && value > 0 ? value : usual[field]
}

/** What is asked: all but times, thresholds and what only liveness has. */
const handlerOf = (probe: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(probe).filter(([field]) => ['httpGet', 'tcpSocket', 'exec', 'grpc'].includes(field)),
  )

const shown = (values: Record<string, unknown>): string =>
  Object.entries(values)
    .filter(([, value]) => typeof value === 'number')
    .map(([field, value]) => `${field} ${value}`)
    .join(', ')
