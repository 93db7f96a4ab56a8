import { stringify } from 'yaml'
import { z } from 'zod'
import { Delivery } from '../../api/kinds/delivery.ts'
import { Incident } from '../../api/kinds/incident.ts'
import { Monitor } from '../../api/kinds/monitor.ts'
import type { RequestPoint } from '../../telemetry/signals/signal-store.ts'
import { type EventBucket, eventCounts } from '../../telemetry/slo/event-counts.ts'
import { objectiveOf, type Slo } from '../../telemetry/slo/event-source.ts'
import { sliText } from '../../telemetry/slo/sli-text.ts'
import { answerFields, draftOf, nothing } from '../drafts/answer.ts'
import { deliveryPermission } from '../drafts/declared.ts'
import { deliveryOf, noDelivery } from '../drafts/documents.ts'
import { service } from '../drafts/moment.ts'
import { count, lengthText, plain, slug } from '../drafts/words.ts'
import { timesOf } from '../postmortem/timeline.ts'
import type { Skill, SkillContext } from '../skill.ts'
import { candidatesFor } from './candidates.ts'
import { type Firings, playedBack } from './firings.ts'

const Input = z.object({
  incident: z.string().min(1).max(253).describe('Incident that it should have told of.'),
  service: service(),
  days: z
    .number()
    .int()
    .min(1)
    .max(14)
    .default(7)
    .describe('Days before the incident in which it must stay silent.'),
})

const Output = z.object({
  ...answerFields,
  monitor: z.string().optional().describe('The Monitor, as YAML.'),
  tried: z
    .array(
      z.object({
        objective: z.string().describe('What was tried.'),
        before: z.number().int().describe('How often it would have told in the days before.'),
        after: z
          .number()
          .optional()
          .describe('Milliseconds after the begin at which it would have told; absent: never.'),
      }),
    )
    .default([])
    .describe('Objectives that were played back.'),
})

const day = 86_400_000
const minute = 60_000
/** The longest window of an alert. */
const longestWindow = 3 * day
/** A week has as many minutes as one answer may have points. */
const chunk = 7 * day
/** An incident without an end is looked at for this long. */
const longest = 6 * 3_600_000

/** A Monitor that would have told of an incident and of nothing in the days before it, by playing both back. */
export const suggestAlert: Skill<typeof Input, typeof Output> = {
  name: 'suggest-alert',
  summary: 'Proposes a Monitor that would have told of an incident and stayed silent before it.',
  risk: 'propose',
  input: Input,
  output: Output,
  permissions: [
    { reads: 'signals' },
    { reads: 'repository' },
    deliveryPermission,
    { objects: 'keelway.dev/v1alpha1/Incident' },
    { objects: 'keelway.dev/v1alpha1/Monitor' },
  ],
  phrases: [
    'which alert would have caught {incident}',
    'suggest an alert for {incident}',
    'nobody told us about {incident}, make an alert',
    'we noticed {incident} too late',
    'add an slo for {service} after {incident}',
    'propose a monitor for {service}',
    'how could {incident} have been detected sooner',
    'alert on what happened in {incident}',
    'create burn rate alerts for {service}',
    'what objective should {service} have',
    'an alarm that would have fired in {incident} but not otherwise',
    'make sure we get paged for {service} next time',
  ],
  async run(input, context) {
    const incident = await context.objects.find(Incident, input.incident, context.namespace)
    if (!incident)
      return nothing(`There is no Incident ${plain(input.incident)} in namespace ${context.namespace}.`)
    const services = input.service === undefined ? incident.spec.services : [input.service]
    if (services.length === 0)
      return nothing(`Incident ${incident.metadata.name} names no service; give one.`)
    const { startedAt, endedAt } = timesOf(incident)
    const times = {
      from: startedAt - input.days * day,
      startedAt,
      endedAt: Math.min(endedAt ?? context.now, startedAt + longest),
    }
    const played: Played[] = []
    for (const name of services.slice(0, 10)) {
      context.step(`playing back objectives of ${plain(name, 80)}`)
      played.push(...(await playAll(name, times, context)))
    }
    const tried = played.map(({ slo, firings: { before, at } }) => ({
      objective: objectiveText(slo),
      before,
      ...(at !== undefined && { after: at - startedAt }),
    }))
    if (played.length === 0)
      return nothing(
        `No requests of ${services.map(one => plain(one, 80)).join(', ')} are known in the ${input.days} days before ${incident.metadata.name}, so nothing can be played back.`,
      )
    const [best] = played
      .filter(({ firings }) => firings.before === 0 && firings.at !== undefined)
      .sort((a, b) => (a.firings.at ?? 0) - (b.firings.at ?? 0) || b.slo.objective - a.slo.objective)
    if (!best)
      return {
        output: { outcome: 'nothing', tried, text: noneText(played, incident.metadata.name, input.days) },
      }
    return answerFor(best, { incident: incident.metadata.name, days: input.days, startedAt, tried }, context)
  },
}

interface Played {
  service: string
  slo: Slo
  firings: Firings
}

async function playAll(
  service: string,
  times: { from: number; startedAt: number; endedAt: number },
  { signals }: SkillContext,
): Promise<Played[]> {
  const points: RequestPoint[] = []
  for (let from = times.from - longestWindow; from < times.endedAt; from += chunk) {
    const window = { from, to: Math.min(times.endedAt, from + chunk) }
    points.push(...(await signals.requests({ resource: { service }, window, stepMs: minute })))
  }
  if (!points.some(({ at }) => at < times.startedAt)) return []
  const usual = points.filter(({ at }) => at >= times.from && at < times.startedAt)
  return candidatesFor(service, usual).map(slo => ({
    service,
    slo,
    firings: playedBack(objectiveOf(slo), eventCounts(bucketsOf(slo, points)), times),
  }))
}

/** The same events as the Monitor would count. */
function bucketsOf(slo: Slo, points: readonly RequestPoint[]): EventBucket[] {
  const { latency } = slo
  if (latency) return points.map(({ at, p95Ms }) => ({ at, valid: 1, bad: p95Ms > latency.atMost ? 1 : 0 }))
  return points.map(({ at, perSecond, errorRatio }) => ({
    at,
    valid: perSecond * 60,
    bad: errorRatio * perSecond * 60,
  }))
}

async function answerFor(
  { service: name, slo, firings }: Played,
  of: { incident: string; days: number; startedAt: number; tried: z.input<typeof Output>['tried'] },
  context: SkillContext,
) {
  const { incident, days, startedAt, tried } = of
  const same = (await context.objects.list(Monitor, context.namespace)).find(
    ({ spec }) =>
      spec.slo?.objective === slo.objective &&
      (slo.latency
        ? spec.slo.latency?.service === name && spec.slo.latency.atMost <= slo.latency.atMost
        : spec.slo.requests?.service === name),
  )
  if (same)
    return {
      output: {
        outcome: 'nothing' as const,
        tried,
        text: `Monitor ${same.metadata.name} says that already: ${objectiveText(slo)}. See why it did not tell: keelway why, or whether it is suspended.`,
      },
    }
  const delivery = await deliveryOf(context, [name])
  if (delivery === undefined) return nothing(noDelivery(context.namespace))
  const folder = (await context.objects.find(Delivery, delivery, context.namespace))?.spec.path ?? '.'
  const monitorName = slug(`${name}-${slo.latency ? 'latency' : 'requests'}`)
  const file = [
    ...folder.split('/').filter(part => part !== '' && part !== '.'),
    'monitors',
    `${monitorName}.yaml`,
  ].join('/')
  if ((await context.repository.read(delivery, file)) !== undefined)
    return nothing(`${file} is there already with another objective; edit it, or remove it first.`)
  const { metric: _, operation: __, ...latency } = slo.latency ?? { service: '' }
  const monitor = stringify({
    apiVersion: 'keelway.dev/v1alpha1',
    kind: 'Monitor',
    metadata: { name: monitorName, namespace: context.namespace },
    spec: {
      slo: {
        objective: slo.objective,
        window: slo.window,
        ...(slo.latency ? { latency } : { requests: { service: name } }),
      },
    },
  })
  const wait = lengthText((firings.at ?? startedAt) - startedAt)
  const why = `It would have told (${firings.severity}) ${wait} after ${plain(incident, 253)} began, and not once in the ${count(days, 'day')} before.`
  const draft = draftOf({
    delivery,
    title: `Watch ${objectiveText(slo)}`,
    why,
    skill: 'suggest-alert',
    incident,
    evidence: (tried ?? []).slice(0, 12).map(one => ({
      source: one.objective,
      detail: `${count(one.before, 'time')} before, ${one.after === undefined ? 'never in the incident' : `${lengthText(one.after)} into the incident`}`,
    })),
    changes: [{ file, content: monitor }],
    expected: { signal: { incident }, within: '24h' },
    risks: [
      `Silence of ${count(days, 'day')} does not promise silence: weekends, releases and sales may differ.`,
    ],
  })
  return {
    output: {
      outcome: 'proposed' as const,
      tried,
      monitor,
      text: `Watch ${objectiveText(slo)} (${file}). ${why} ${draft.risks.join(' ')}`,
    },
    drafts: [draft],
  }
}

const objectiveText = (slo: Slo): string =>
  slo.latency
    ? `${plain(sliText(slo), 120)} at most ${slo.latency.atMost} ms in ${slo.objective} % of minutes`
    : `${slo.objective} % of ${plain(sliText(slo), 120)} without error`

function noneText(played: readonly Played[], incident: string, days: number): string {
  const told = played.filter(({ firings }) => firings.at !== undefined || firings.before > 0)
  const quietest = told.toSorted((a, b) => a.firings.before - b.firings.before)[0]
  return quietest
    ? `No objective tells of ${plain(incident, 253)} and stays silent before: the quietest, ${objectiveText(quietest.slo)}, would have told ${count(quietest.firings.before, 'time')} in the ${count(days, 'day')} before.`
    : `No objective about errors or latency of its requests would have told of ${plain(incident, 253)}: it did not show in them. Watch a metric or score that did.`
}
