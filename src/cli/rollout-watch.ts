import { ModelRoute } from '../api/kinds/model-route.ts'
import { RouteRelease } from '../api/kinds/route-release.ts'
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
    const [name = ''] = invocation.positionals
    const route = await client.find(ModelRoute, name, client.namespace)
    if (!route) throw new UsageError(`namespace ${client.namespace} has no ModelRoute "${name}"`)
    const { items, resourceVersion } = await client.list(RouteRelease, { namespace: client.namespace })
    const candidate = items.find(({ metadata }) => metadata.name === route.status?.candidate)
    if (!candidate) {
      invocation.out(
        invocation.json
          ? JSON.stringify({ route: name, stable: route.status?.stable, candidate: null })
          : `${name}: ${route.status?.stable ?? 'nothing'} serves, no candidate is being judged`,
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
    show(candidate)
    const events = client.watch(RouteRelease, {
      resourceVersion,
      namespace: client.namespace,
      signal: invocation.signal,
    })
    for await (const event of events) {
      if (event.type === 'BOOKMARK' || event.object.metadata.name !== candidate.metadata.name) continue
      show(event.object)
      if (event.type === 'DELETED' || ended.has(event.object.status?.phase ?? '')) break
    }
    return 0
  },
}
