import { join } from 'node:path'
import { conditionOf } from '../../api/conditions.ts'
import { ModelRoute } from '../../api/kinds/model-route.ts'
import { RouteRelease } from '../../api/kinds/route-release.ts'
import { systemClock as clock } from '../../lib/clock.ts'
import { seededRandom } from '../../lib/random.ts'
import { type System, startSystem } from '../../main.ts'
import { explanationText } from '../why.ts'
import { eventually, follow } from './follow.ts'
import { createRepository, type Repository } from './repository.ts'
import { type Screen, table } from './screen.ts'
import type { Change, Outcome, Story } from './story.ts'
import { startTraffic } from './traffic.ts'

const NAMESPACE = 'default'
const VERDICT_MS = 180_000

export interface LiveModel {
  url: string
  key: string
  model: string
}

interface CommitReport {
  sha: string
  title: string
  route: string
  outcome: string
  units: number
  atMost: number
  accuracy: number | null
  seconds: number
}

interface Stage {
  system: System
  repository: Repository
  screen: Screen
  signal: AbortSignal
}

/** Runs the whole story and says whether every commit ended as it should. */
export async function runDemo({
  directory,
  live,
  screen,
  signal,
}: {
  directory: string
  live: LiveModel | undefined
  screen: Screen
  signal: AbortSignal
}) {
  const began = clock.now()
  const { story } = (await import(
    new URL('../../../examples/support-desk/prepare.ts', import.meta.url).href
  )) as {
    story: (directory: string, live?: LiveModel) => Promise<Story>
  }
  const { sizes, changes, traffic } = await story(join(directory, 'data'), live)
  screen.line(sizes)
  screen.line(
    'evidence is shown as reached/needed: by chance it reaches 20 at most once in 20 times, however often one looks',
  )
  const repository = await createRepository(join(directory, 'repository'))
  const [first, ...later] = changes
  if (!first) throw new Error('the story has no commits')
  const firstSha = await repository.commit(first)
  await using system = await startSystem({
    state: join(directory, 'state'),
    repository: repository.path,
    interval: '30s',
    secrets: live ? { desk: { apiKey: live.key } } : {},
    say: text => screen.line(text),
  })
  // Whatever ends the demo ends the traffic first, so that the gateway has nothing to wait for.
  const ending = new AbortController()
  using _ = { [Symbol.dispose]: () => ending.abort() }
  const stage: Stage = { system, repository, screen, signal }
  const reports = [await play(stage, first, firstSha)]
  const running = traffic.map(part =>
    startTraffic(part, {
      url: system.endpoints.gateway,
      key: system.accessKey,
      clock,
      random: seededRandom(20),
      signal: AbortSignal.any([signal, ending.signal]),
    }),
  )
  const reverts: { route: string; branch: string; sha: string }[] = []
  for (const change of later) {
    const report = await play(stage, change, await repository.commit(change))
    reports.push(report)
    if (report.outcome === 'rolled-back') reverts.push(await mergeRevert(stage, report))
  }
  const explained = await explainOne(stage, reports)
  await Promise.all(running.map(part => part.stop()))
  const asExpected =
    changes.every((change, i) => reports[i]?.outcome === change.outcome) && explained.verified
  showTable(screen, reports, changes)
  const seconds = (clock.now() - began) / 1000
  screen.line(
    `${asExpected ? 'every commit ended as it should' : 'NOT as it should have ended'}, ${seconds.toFixed(0)} s in all`,
  )
  return {
    asExpected,
    json: { commits: reports, reverts, why: { call: explained.call, verified: explained.verified }, seconds },
  }
}

async function play(
  { system, screen, signal }: Stage,
  change: Change,
  revision: string,
): Promise<CommitReport> {
  const began = clock.now()
  screen.heading(`\n${revision.slice(0, 10)} ${change.title} (${change.author})`)
  await system.syncSoon()
  const ended = []
  for (const route of change.routes) {
    const { release, outcome } = await follow(
      { client: system.client, screen, route, revision, namespace: NAMESPACE },
      { clock, signal, timeoutMs: VERDICT_MS },
    )
    ended.push({ route, release, outcome })
  }
  const outcomes = new Set(ended.map(({ outcome }) => outcome))
  const route = await system.client.get(ModelRoute, change.routes[0] ?? '', NAMESPACE)
  return {
    sha: revision,
    title: change.title,
    route: change.routes.join(', '),
    outcome: [...outcomes].join(', ') satisfies string as Outcome,
    units: ended.reduce((sum, { release }) => sum + (release.status?.units ?? 0), 0),
    atMost: route.spec.rollout.atMost.units * route.spec.rollout.steps.length,
    accuracy: await accuracyOf(
      system,
      ended.map(({ release }) => release),
    ),
    seconds: (clock.now() - began) / 1000,
  }
}

/** Measured on live traffic where there was any, else by the evaluation; the first route's. */
async function accuracyOf({ client }: System, [release]: RouteRelease[]): Promise<number | null> {
  const online = release?.status?.evidence?.find(
    ({ candidate, promote }) => promote !== undefined && candidate !== undefined,
  )?.candidate
  if (online !== undefined) return online
  const run = release?.status?.gates?.find(({ run }) => run)?.run
  const { EvaluationRun } = await import('../../api/kinds/evaluation-run.ts')
  const found = run ? await client.find(EvaluationRun, run, NAMESPACE) : undefined
  return found?.status?.criteria?.find(({ n }) => n !== undefined)?.n ?? null
}

/** Does what a person would: reads the revert branch, merges it, sees the hold clear. */
async function mergeRevert({ system, repository, screen, signal }: Stage, { route, sha }: CommitReport) {
  const timing = { clock, signal, timeoutMs: 30_000 }
  const revert = await eventually(
    `the revert branch of ${route}`,
    async () => {
      const { items } = await system.client.list(RouteRelease, { namespace: NAMESPACE })
      return items.find(
        ({ spec, status }) =>
          spec.route === route && status?.commits?.some(({ revision }) => revision === sha),
      )?.status?.revert
    },
    timing,
  )
  screen.line(`           revert branch ${revert.branch} (${revert.revision.slice(0, 10)}): merging it`)
  await repository.merge(revert.branch, 'Ada Ops <ada@example.com>')
  await system.syncSoon()
  await eventually(
    `the hold of ${route}`,
    async () => {
      const found = await system.client.get(ModelRoute, route, NAMESPACE)
      return conditionOf(found, 'Held')?.status === 'False' ? true : undefined
    },
    timing,
  )
  screen.line(`           the hold on ${route} has cleared`)
  return { route, branch: revert.branch, sha: revert.revision }
}

/** Takes an answer of the last promoted release and has its chain verified. */
async function explainOne({ system, screen, signal }: Stage, reports: CommitReport[]) {
  const promoted = reports.findLast(({ outcome }) => outcome === 'promoted')
  const route = promoted?.route ?? 'mail-triage'
  const call = await eventually(
    `a recorded call on ${route}`,
    async () => {
      const { status } = await system.client.get(ModelRoute, route, NAMESPACE)
      const calls = await system.telemetry.calls({
        namespace: NAMESPACE,
        route,
        release: status?.stable ?? '',
        limit: 1,
      })
      return calls[0]?.id
    },
    { clock, signal, timeoutMs: 30_000 },
  )
  const explanation = await system.why(call)
  screen.heading('\nWhy this answer?')
  screen.line(explanationText(explanation))
  return explanation
}

function showTable(screen: Screen, reports: CommitReport[], changes: readonly Change[]): void {
  const rows = reports.map((report, i) => [
    report.sha.slice(0, 10),
    report.title,
    report.route,
    report.outcome,
    report.outcome === changes[i]?.outcome ? 'as expected' : `expected ${changes[i]?.outcome}`,
    String(report.units),
    report.accuracy === null ? '-' : report.accuracy.toFixed(3),
    report.seconds.toFixed(1),
  ])
  screen.line(
    `\n${table([['commit', 'title', 'route', 'outcome', '', 'units', 'accuracy', 'seconds'], ...rows])}\n`,
  )
}
