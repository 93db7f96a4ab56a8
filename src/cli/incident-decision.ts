import { isConflict } from '../api/errors.ts'
import { Incident } from '../api/kinds/incident.ts'
import type { Client } from '../client/client.ts'
import { type Command, UsageError } from './command.ts'
import { connect, connectionOptions } from './connection.ts'

type Action = Incident['spec']['decisions'][number]['action']

/** A command that writes a person's decision into an Incident; the server writes down who it was. */
const decisionCommand = (name: string, action: Action, summary: string): Command => ({
  name,
  summary,
  arguments: ['NAME'],
  options: {
    reason: { type: 'string', value: 'TEXT', required: true, summary: 'why; it stands in the timeline' },
    ...connectionOptions,
  },
  async run(invocation) {
    const client = await connect(invocation)
    const [name = ''] = invocation.positionals
    const decided = await decide(client, name, client.namespace, {
      action,
      reason: invocation.required('reason'),
    })
    const decision = decided.spec.decisions.at(-1)
    invocation.out(
      invocation.json
        ? JSON.stringify({ incident: name, ...decision })
        : `${action} of ${name} is recorded as ${decision?.by ?? 'you'}; keelway incident ${name} shows what follows`,
    )
    return 0
  },
})

export const incidentClose = decisionCommand(
  'incident close',
  'close',
  'Close an incident; symptoms that go on do not open it again, those that come back do.',
)

export const incidentAcknowledge = decisionCommand(
  'incident acknowledge',
  'acknowledge',
  'Say that you are at an incident, so that nobody else is called.',
)

async function decide(
  client: Client,
  name: string,
  namespace: string,
  decision: { action: Action; reason: string },
): Promise<Incident> {
  const incident = await client.find(Incident, name, namespace)
  if (!incident) throw new UsageError(`namespace ${namespace} has no Incident "${name}"`)
  if (incident.status?.phase === 'Closed') throw new UsageError(`Incident ${name} is closed already`)
  const { spec } = incident
  try {
    return await client.update(Incident, {
      ...incident,
      spec: { ...spec, decisions: [...spec.decisions, decision] },
    })
  } catch (error) {
    if (!isConflict(error)) throw error
    return decide(client, name, namespace, decision)
  }
}
