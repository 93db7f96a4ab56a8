import { conditionOf } from '../../api/conditions.ts'
import { ModelRoute } from '../../api/kinds/model-route.ts'
import { RouteRelease } from '../../api/kinds/route-release.ts'
import type { Client } from '../../client/client.ts'
import type { Clock } from '../../lib/clock.ts'
import { describeRelease } from '../release-line.ts'
import type { Screen } from './screen.ts'
import type { Outcome } from './story.ts'

const POLL_MS = 100

/** Waits until `ready` gives something; the object on a server is what counts, so this looks again and again. */
export async function eventually<T>(
  what: string,
  ready: () => Promise<T | undefined>,
  { clock, signal, timeoutMs }: { clock: Clock; signal: AbortSignal; timeoutMs: number },
): Promise<T> {
  const until = clock.now() + timeoutMs
  for (;;) {
    const found = await ready()
    if (found !== undefined) return found
    if (clock.now() > until) throw new Error(`${what} did not happen within ${timeoutMs / 1000} s`)
    await clock.sleep(POLL_MS, signal)
  }
}

const outcomes: Partial<Record<NonNullable<NonNullable<RouteRelease['status']>['phase']>, Outcome>> = {
  Rejected: 'rejected',
  RolledBack: 'rolled-back',
}

/**
 * Follows the release a commit made on a route until it has a verdict, showing the plan, each step and the evidence.
 * @returns the release and how it ended; `live` when there was nothing before it
 */
export async function follow(
  {
    client,
    screen,
    route,
    revision,
    namespace,
  }: { client: Client; screen: Screen; route: string; revision: string; namespace: string },
  timing: { clock: Clock; signal: AbortSignal; timeoutMs: number },
): Promise<{ release: RouteRelease; outcome: Outcome }> {
  let shown = ''
  let planned = false
  return eventually(
    `a verdict on ${route} for commit ${revision.slice(0, 10)}`,
    async () => {
      const { items } = await client.list(RouteRelease, { namespace })
      const release = items.find(
        ({ spec, status }) =>
          spec.route === route && status?.commits?.some(commit => commit.revision === revision),
      )
      if (!release) return explainWaiting(client, screen, route, namespace)
      const { phase, step, plan, verdict, baseline } = release.status ?? {}
      if (plan && !planned) for (const line of plan) screen.line(`    plan: ${line}`)
      planned ||= plan !== undefined
      const at = `${phase}/${step}`
      if (at !== shown && phase !== 'Pending') screen.line(`    ${describeRelease(release)}`)
      else screen.status(`    ${describeRelease(release)}`)
      shown = at
      if (phase === 'Held') throw new Error(`${release.metadata.name} is held: ${verdict?.message}`)
      const outcome = phase === 'Live' ? (baseline ? 'promoted' : 'live') : phase && outcomes[phase]
      return outcome && { release, outcome }
    },
    timing,
  )
}

async function explainWaiting(
  client: Client,
  screen: Screen,
  route: string,
  namespace: string,
): Promise<undefined> {
  const found = await client.find(ModelRoute, route, namespace)
  const ready = found && conditionOf(found, 'Reconciling')
  screen.status(
    `    ${route}: ${ready?.status === 'True' ? ready.message : 'waiting for the commit to be synced'}`,
  )
  return undefined
}
