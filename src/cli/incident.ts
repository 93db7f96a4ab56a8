import { Incident } from '../api/kinds/incident.ts'
import { type Command, UsageError } from './command.ts'
import { connect, connectionOptions } from './connection.ts'
import { tableText } from './table.ts'

export const incident: Command = {
  name: 'incident',
  summary: 'Show what is wrong now and was wrong lately, or one incident with its timeline.',
  arguments: ['NAME?'],
  options: {
    ...connectionOptions,
    all: { type: 'boolean', summary: 'show those that are closed, too' },
  },
  help: 'With --json each incident is one line.',
  async run(invocation) {
    const client = await connect(invocation)
    const [name] = invocation.positionals
    const { items } = await client.list(Incident, { namespace: client.namespace })
    const found = items
      .filter(({ metadata, status }) =>
        name === undefined ? invocation.flag('all') || status?.phase !== 'Closed' : metadata.name === name,
      )
      .sort((a, b) => (a.spec.startedAt < b.spec.startedAt ? 1 : -1))
    const [first] = found
    if (name !== undefined && !first)
      throw new UsageError(`namespace ${client.namespace} has no Incident "${name}"`)
    if (invocation.json)
      for (const { metadata, spec, status } of found)
        invocation.out(JSON.stringify({ name: metadata.name, namespace: metadata.namespace, spec, status }))
    else if (name !== undefined && first) invocation.out(incidentText(first))
    else invocation.out(listText(found, client.namespace))
    return 0
  },
}

function listText(incidents: readonly Incident[], namespace: string): string {
  if (incidents.length === 0) return `namespace ${namespace} has no open incident; --all shows closed ones`
  const rows = incidents.map(({ metadata, spec, status }) => [
    metadata.name,
    spec.severity,
    status?.phase ?? '-',
    spec.startedAt,
    printable(spec.title),
  ])
  return tableText(['INCIDENT', 'SEVERITY', 'PHASE', 'SINCE', 'TITLE'], rows)
}

/** What is known of one incident, the newest entry of its timeline last. */
export function incidentText({ metadata, spec, status }: Incident): string {
  const reopened = status?.reopened ? `, re-opened ${status.reopened} times` : ''
  const facts: [string, string | undefined][] = [
    ['phase', `${status?.phase ?? 'not looked at yet: the controllers are not running'}${reopened}`],
    ['severity', spec.severity],
    ['services', spec.services.join(', ') || undefined],
    ['since', spec.startedAt],
    ['closed', status?.closedAt],
    ['at it', status?.acknowledgedBy],
    ['told', status?.notified?.map(({ channel, at }) => `${channel} at ${at}`).join(', ')],
  ]
  const symptoms = spec.symptoms.map(({ source, reason, service, since, until }) => [
    source,
    reason,
    service || '-',
    since,
    until ?? 'goes on',
  ])
  const timeline = (status?.timeline ?? []).map(({ at, what, message }) => [at, what, printable(message)])
  return [
    `${metadata.name}: ${printable(spec.title)}`,
    ...facts.flatMap(([name, value]) => (value ? [`  ${name.padEnd(9)} ${printable(value)}`] : [])),
    '',
    tableText(
      ['SYMPTOM', 'REASON', 'SERVICE', 'SINCE', 'UNTIL'],
      symptoms.map(row => row.map(printable)),
    ),
    ...causesText(status),
    ...(timeline.length > 0 ? ['', tableText(['AT', 'WHAT', 'MESSAGE'], timeline)] : []),
  ].join('\n')
}

/** What diagnosis found, the likeliest first. */
function causesText(status: Incident['status']): string[] {
  const causes = (status?.hypotheses ?? []).flatMap(({ rank, statement, cause, confidence, remedy }) => [
    `${rank}. ${printable(statement)}`,
    `   ${cause.kind} ${printable(cause.name)}, confidence ${Math.round(confidence * 100)} %`,
    ...(remedy ? [`   > ${printable(remedy.summary)}`] : []),
  ])
  const reason = causes.length === 0 && status?.diagnosis?.reason
  return [...(causes.length > 0 ? ['', ...causes] : []), ...(reason ? ['', printable(reason)] : [])]
}

/** Words of others must not move the cursor of a terminal. */
const printable = (text: string): string => text.replace(/[\p{Cc}\p{Cf}]+/gu, ' ')
