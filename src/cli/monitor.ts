import { Monitor } from '../api/kinds/monitor.ts'
import { type Command, UsageError } from './command.ts'
import { connect, connectionOptions } from './connection.ts'
import { tableText } from './table.ts'

export const monitor: Command = {
  name: 'monitor',
  summary:
    'Show what Monitors see: objective, error budget left and burn rates, drift, and providers that changed.',
  arguments: ['NAME?'],
  options: connectionOptions,
  help: [
    'A burn rate of 1 uses up the error budget just in time; * marks alerts that burn. With --json each Monitor is one line.',
    'Exit 1 when any of them tells a symptom.',
  ].join('\n'),
  async run(invocation) {
    const client = await connect(invocation)
    const [name] = invocation.positionals
    const { items } = await client.list(Monitor, { namespace: client.namespace })
    const monitors = items.filter(({ metadata }) => name === undefined || metadata.name === name)
    if (name !== undefined && monitors.length === 0)
      throw new UsageError(`namespace ${client.namespace} has no Monitor "${name}"`)
    if (invocation.json)
      for (const { metadata, spec, status } of monitors)
        invocation.out(JSON.stringify({ name: metadata.name, spec, status }))
    else invocation.out(monitorText(monitors, client.namespace))
    return monitors.some(({ status }) => status?.symptom) ? 1 : 0
  },
}

/** A table of objectives and one of the others, and what is told now. */
export function monitorText(monitors: readonly Monitor[], namespace: string): string {
  if (monitors.length === 0) return `namespace ${namespace} has no Monitor`
  const objectives = monitors.filter(({ spec }) => spec.slo)
  const others = monitors.filter(({ spec }) => !spec.slo)
  const told = monitors.flatMap(({ metadata, status }) =>
    status?.symptom
      ? `${status.symptom.severity}: ${metadata.name} since ${status.symptom.since}: ${status.symptom.message}`
      : [],
  )
  return [
    ...(objectives.length > 0
      ? [tableText([...head, ...windowsOf(objectives)], objectives.map(sloRow))]
      : []),
    ...(others.length > 0 ? [tableText(['MONITOR', 'LOOKS AT', 'SAYS'], others.map(otherRow))] : []),
    ...told,
  ].join('\n')
}

const head = ['MONITOR', 'OBJECTIVE', 'WINDOW', 'EVENTS', 'BUDGET LEFT', 'GONE']

/** The windows are the same for all; those of one that was looked at. */
const windowsOf = (monitors: readonly Monitor[]): string[] =>
  (monitors.find(({ status }) => status?.slo)?.status?.slo?.burns ?? []).map(({ long, short }) =>
    `${long}/${short}`.toUpperCase(),
  )

function sloRow({ metadata, spec, status }: Monitor): (string | number)[] {
  const seen = status?.slo
  return [
    metadata.name,
    `${spec.slo?.objective} %`,
    spec.slo?.window ?? '',
    seen?.events ?? '-',
    seen ? `${Number((100 * seen.budgetLeft).toFixed(1))} %` : '-',
    seen?.exhausted ?? '-',
    ...(seen?.burns ?? []).map(
      ({ longRate, shortRate, burning }) => `${figure(longRate)}/${figure(shortRate)}${burning ? '*' : ''}`,
    ),
  ]
}

function otherRow({ metadata, spec, status }: Monitor): string[] {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready')
  const { drift, probe } = spec
  const about = drift
    ? `${drift.of} of ${drift.route?.ref ?? drift.model?.ref}`
    : `provider of ${probe?.route.ref}`
  return [metadata.name, about, ready?.reason ?? '-']
}

const figure = (rate: number): string => `${Number(rate.toPrecision(3))}`
