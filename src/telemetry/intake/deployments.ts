import { conditionOf } from '../../api/conditions.ts'
import { RouteRelease } from '../../api/kinds/route-release.ts'
import type { Client } from '../../client/client.ts'
import { digestOfValue } from '../../lib/digest.ts'
import type { ChangeRecord, EventRecord, Resource, Signal } from '../signals/signal.ts'
import { cut } from './attributes.ts'
import { follow } from './kubernetes-follow.ts'
import { createOutbox } from './outbox.ts'
import { cleanAttributes, message, resource } from './plain-values.ts'
import { type Source, SourceError } from './source.ts'

export interface DeploymentSettings {
  client: Client
}

/** What was told last of each release: attempt, phase and weight. */
type Position = Record<string, string>
type Status = NonNullable<RouteRelease['status']>

/** Phases in which traffic moved: a change. The others are events, since nobody was answered otherwise. */
const moving = new Set(['RollingOut', 'Live', 'RolledBack'])

/**
 * Releases of routes on their way: a change of kind prompt, model or route whenever traffic moves to or from one, with
 * its digest and commit, and an event for every other phase. What the ledger says of a release is found by `reference`.
 */
export const deployments: Source<DeploymentSettings> = {
  type: 'deployments',
  summary: 'Releases of routes: when traffic moved to them or away, and what became of them',
  async open({ client }, context) {
    if (typeof client?.watch !== 'function')
      throw new SourceError('client is missing: it reads RouteReleases')
    const { clock } = context
    const outbox = createOutbox(context)
    const closing = new AbortController()
    const position = { ...((await context.load()) as Position | undefined) }
    const contents = new Map<string, Content>()

    const tell = async (release: RouteRelease) => {
      const name = nameOf(release)
      contents.set(name, contentOf(release))
      const where = whereOf(release)
      if (where === undefined || position[name] === where) return
      position[name] = where
      const baseline = release.status?.baseline
      const before = baseline ? contents.get(`${release.metadata.namespace}/${baseline}`) : undefined
      await outbox.put([signalOf(release, before, clock.now())], { ...position })
    }
    const forget = (name: string) => {
      contents.delete(name)
      delete position[name]
    }
    const running = follow({
      client,
      kind: RouteRelease,
      clock,
      signal: closing.signal,
      async listed(objects) {
        const releases = objects as unknown as RouteRelease[]
        for (const release of releases) contents.set(nameOf(release), contentOf(release))
        for (const release of releases) await tell(release)
        const present = new Set(releases.map(nameOf))
        for (const name of Object.keys(position)) if (!present.has(name)) forget(name)
      },
      async changed(type, object) {
        const release = object as unknown as RouteRelease
        if (type === 'DELETED') forget(nameOf(release))
        else await tell(release)
      },
      trouble: what => outbox.trouble(what),
    })
    return {
      status: () => outbox.status(),
      async close() {
        closing.abort(new Error('the source was closed'))
        await outbox.close()
        await running
      },
    }
  },
}

/** Digests of what a release answers with. */
interface Content {
  prompt: string
  model: string
  rest: string
}

const nameOf = ({ metadata }: RouteRelease): string => `${metadata.namespace}/${metadata.name}`

function whereOf({ status }: RouteRelease): string | undefined {
  if (!status?.phase) return undefined
  const weight = status.phase === 'RollingOut' ? `/${status.weight ?? 0}` : ''
  return `${status.attempt ?? 1}/${status.phase}${weight}`
}

function contentOf({ spec }: RouteRelease): Content {
  const { prompt, serve, format, artefact, provider, model, ...rest } = spec.bundle
  return {
    prompt: digestOfValue(prompt ?? null),
    model: digestOfValue({ serve, format, artefact, provider, model }),
    rest: digestOfValue(rest),
  }
}

/** A release that differs in one thing only is a change of that; any other is one of the route. */
function changeIn(now: Content, before: Content | undefined): 'prompt' | 'model' | 'route' {
  if (!before) return 'route'
  const differing = (['prompt', 'model', 'rest'] as const).filter(part => now[part] !== before[part])
  return differing.length === 1 && differing[0] !== 'rest' ? (differing[0] ?? 'route') : 'route'
}

function signalOf(release: RouteRelease, before: Content | undefined, now: number): Signal {
  const { spec, metadata, status = {} as Status } = release
  const phase = status.phase ?? 'Pending'
  const commit = status.commits?.at(-1)
  const weight = phase === 'RollingOut' ? ` at ${status.weight ?? 0} %` : ''
  const shared = {
    resource: resource({
      service: spec.route,
      namespace: metadata.namespace,
      workload: `ModelRoute/${spec.route}`,
      version: metadata.name,
    }) satisfies Resource,
    at: timeOf(status, now),
    message: message(
      `release ${metadata.name} of route ${spec.route} is ${words[phase]}${weight}${commit ? `: ${commit.title}` : ''}`,
    ),
    attributes: cleanAttributes({
      'release.phase': phase,
      'release.digest': spec.digest,
      'release.weight': phase === 'RollingOut' ? status.weight : undefined,
      'release.attempt': status.attempt,
      'release.baseline': status.baseline,
      'release.reason': status.verdict?.reason ?? conditionOf({ status } as never, 'Ready')?.reason,
      'release.verdict': status.verdict?.message,
      'git.commit': commit?.revision,
      'git.delivery': commit?.delivery,
    }),
  }
  const identity = `${spec.digest}/${whereOf(release)}`
  if (!moving.has(phase))
    return {
      kind: 'event',
      ...shared,
      source: 'release',
      reason: phase,
      severity: phase === 'Rejected' ? 'error' : phase === 'Held' ? 'warning' : 'info',
      key: cut(`release/${metadata.namespace}/${identity}`, 512),
      count: 1,
    } satisfies EventRecord
  const files = (status.inputs ?? []).flatMap(input => input.files).slice(0, 100)
  return {
    kind: 'change',
    ...shared,
    change: changeIn(contentOf(release), before),
    id: identity,
    ...(status.baseline && { before: cut(status.baseline, 256) }),
    ...(commit && { author: cut(commit.author, 256) }),
    reference: `RouteRelease/${metadata.namespace}/${metadata.name}`,
    ...(files.length > 0 && { files: [...new Set(files)].map(path => ({ path })) }),
  } satisfies ChangeRecord
}

const words: Readonly<Record<NonNullable<Status['phase']>, string>> = {
  Pending: 'pending',
  Gated: 'waiting for its gates',
  Rejected: 'rejected',
  RollingOut: 'rolling out',
  Held: 'held until a person decides',
  Live: 'live',
  RolledBack: 'rolled back',
  Superseded: 'superseded',
}

/** When it came there, as far as it says. */
function timeOf(status: Status, now: number): number {
  const ready = conditionOf({ status } as never, 'Ready')?.lastTransitionTime
  const said = status.phase === 'RollingOut' ? status.stepStartedAt : (status.verdict?.at ?? ready)
  const at = Date.parse(said ?? '')
  return at > 0 && at <= now ? at : now
}
