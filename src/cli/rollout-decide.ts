import { isConflict } from '../api/errors.ts'
import { ModelRoute } from '../api/kinds/model-route.ts'
import { RouteRelease } from '../api/kinds/route-release.ts'
import type { Client } from '../client/client.ts'
import { type Command, UsageError } from './command.ts'
import { connect, connectionOptions } from './connection.ts'

type Action = RouteRelease['spec']['decisions'][number]['action']

/**
 * A command that writes a person's decision into a RouteRelease. The resource is the only door: the controller acts on
 * it, the server writes down who it was, the ledger keeps why.
 */
export const decisionCommand = (name: string, action: Action, summary: string): Command => ({
  name,
  summary,
  arguments: ['ROUTE_OR_RELEASE'],
  options: {
    reason: { type: 'string', value: 'TEXT', required: true, summary: 'why; it stands in the ledger' },
    ...connectionOptions,
  },
  async run(invocation) {
    const client = await connect(invocation)
    const [target = ''] = invocation.positionals
    const release = await findRelease(client, target, client.namespace)
    const decided = await decideRelease(client, release, action, invocation.required('reason'))
    const decision = decided.spec.decisions.at(-1)
    if (invocation.json) invocation.out(JSON.stringify({ release: decided.metadata.name, ...decision }))
    else
      invocation.out(
        `${action} of ${decided.metadata.name} is recorded as ${decision?.by ?? 'you'}; keelway rollout watch ${decided.spec.route} shows what follows`,
      )
    return 0
  },
})

export async function findRelease(client: Client, target: string, namespace: string): Promise<RouteRelease> {
  const release = await client.find(RouteRelease, target, namespace)
  if (release) return release
  const route = await client.find(ModelRoute, target, namespace)
  if (!route) throw new UsageError(`namespace ${namespace} has no ModelRoute and no RouteRelease "${target}"`)
  const candidate =
    route.status?.candidate && (await client.find(RouteRelease, route.status.candidate, namespace))
  if (!candidate)
    throw new UsageError(`ModelRoute ${target} has no candidate now; name the RouteRelease itself`)
  return candidate
}

export async function decideRelease(
  client: Client,
  release: RouteRelease,
  action: Action,
  reason: string,
): Promise<RouteRelease> {
  try {
    return await client.update(RouteRelease, {
      ...release,
      spec: { ...release.spec, decisions: [...release.spec.decisions, { action, reason }] },
    })
  } catch (error) {
    if (!isConflict(error)) throw error
    return decideRelease(
      client,
      await client.get(RouteRelease, release.metadata.name, release.metadata.namespace),
      action,
      reason,
    )
  }
}
