import { ApiError } from '../api/errors.ts'
import { ModelRoute } from '../api/kinds/model-route.ts'
import { RouteRelease } from '../api/kinds/route-release.ts'
import type { Client } from '../client/client.ts'
import { type Command, UsageError } from './command.ts'
import { connect, connectionOptions } from './connection.ts'
import { describeRelease } from './release-line.ts'

const ended = new Set(['Rejected', 'Held', 'Live', 'RolledBack', 'Superseded'])

export const rolloutWatch: Command = {
  name: 'rollout watch',
  summary: 'Follow the candidate of a route: gates, weights, evidence against its threshold, units used.',
  arguments: ['ROUTE'],
  options: connectionOptions,
  help: 'Ends when the candidate has a verdict. With --json each change is one line.',
  async run(invocation) {
    const client = await connect(invocation)
    const [routeName = ''] = invocation.positionals
    const route = await client.find(ModelRoute, routeName, client.namespace)
    if (!route) throw new UsageError(`namespace ${client.namespace} has no ModelRoute "${routeName}"`)
    const name = route.status?.candidate
    const candidate = name && (await client.find(RouteRelease, name, client.namespace))
    if (!candidate) {
      const stable = route.status?.stable
      invocation.out(
        invocation.json
          ? JSON.stringify({ route: routeName, stable, candidate: null })
          : `${routeName}: ${stable ?? 'nothing'} serves, no candidate is being judged`,
      )
      return 0
    }
    let last = ''
    const show = (release: RouteRelease) => {
      const line = invocation.json
        ? JSON.stringify({ release: release.metadata.name, ...release.status, judge: undefined })
        : describeRelease(release)
      if (line !== last) invocation.out(line)
      last = line
    }
    if (!invocation.json) for (const line of candidate.status?.plan ?? []) invocation.out(line)
    for await (const release of statesOf(client, candidate, invocation.signal)) {
      show(release)
      if (ended.has(release.status?.phase ?? '')) break
    }
    return 0
  },
}

/** The release as it is now and after each change; a server ends a watch after some minutes, and another one follows. */
async function* statesOf(
  client: Client,
  { metadata }: RouteRelease,
  signal: AbortSignal,
): AsyncGenerator<RouteRelease> {
  const { name, namespace = '' } = metadata
  while (!signal.aborted) {
    const { items, resourceVersion } = await client.list(RouteRelease, { namespace })
    const release = items.find(item => item.metadata.name === name)
    if (!release) return
    yield release
    try {
      for await (const event of client.watch(RouteRelease, { resourceVersion, namespace, signal }))
        if (event.type !== 'BOOKMARK' && event.object.metadata.name === name) yield event.object
    } catch (error) {
      const expired = error instanceof ApiError && error.reason === 'Expired'
      if (!signal.aborted && !expired) throw error
    }
  }
}
