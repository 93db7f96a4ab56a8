import { conditionOf } from '../../api/conditions.ts'
import { ModelRoute } from '../../api/kinds/model-route.ts'
import { RouteRelease } from '../../api/kinds/route-release.ts'
import type { Client } from '../../client/client.ts'
import type { Clock } from '../../lib/clock.ts'
import { describeRelease, stepOf } from '../release-line.ts'
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
  const began = timing.clock.now()
  const line = (text: string) => screen.line(`  ${seconds(timing.clock.now() - began)}  ${text}`)
  const planned = new Set<string>()
  let stepsShown = 0
  let step: number | undefined
  return eventually(
    `a verdict on ${route} for commit ${revision.slice(0, 10)}`,
    async () => {
      const { items } = await client.list(RouteRelease, { namespace })
      const release = items.find(
        ({ spec, status }) =>
          spec.route === route && status?.commits?.some(commit => commit.revision === revision),
      )
      if (!release) return explainWaiting(client, screen, route, namespace)
      const { phase, plan = [], verdict, baseline } = release.status ?? {}
      for (const text of plan.filter(text => !planned.has(text))) line(`plan: ${text}`)
      for (const text of plan) planned.add(text)
      const passed = release.status?.passed ?? []
      for (const { message } of passed.slice(stepsShown)) line(`passed: ${message}`)
      stepsShown = passed.length
      const outcome = phase === 'Live' ? (baseline ? 'promoted' : 'live') : phase && outcomes[phase]
      if (outcome) {
        line(`${outcome.toUpperCase()} ${release.metadata.name}: ${verdict?.message ?? ''}`)
        return { release, outcome }
      }
      if (phase === 'Held') throw new Error(`${release.metadata.name} is held: ${verdict?.message}`)
      if (phase === 'RollingOut' && step !== release.status?.step)
        line(`${release.metadata.name} ${stepOf(release)}`)
      step = release.status?.step
      screen.status(`  ${seconds(timing.clock.now() - began)}  ${describeRelease(release)}`)
      return undefined
    },
    timing,
  )
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1).padStart(5)} s`

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
