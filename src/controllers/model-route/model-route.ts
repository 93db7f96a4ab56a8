import { setCondition } from '../../api/conditions.ts'
import { isAlreadyExists } from '../../api/errors.ts'
import type { Kind, Resource } from '../../api/kind.ts'
import { apiVersionOf } from '../../api/kind.ts'
import { Dataset } from '../../api/kinds/dataset.ts'
import { Evaluation } from '../../api/kinds/evaluation.ts'
import { Guardrail } from '../../api/kinds/guardrail.ts'
import { Model } from '../../api/kinds/model.ts'
import { ModelProvider } from '../../api/kinds/model-provider.ts'
import { ModelRoute } from '../../api/kinds/model-route.ts'
import { Prompt } from '../../api/kinds/prompt.ts'
import { RouteRelease } from '../../api/kinds/route-release.ts'
import { revisionOf, source } from '../../api/source.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import { timestamp } from '../../lib/clock.ts'
import { shortDigest } from '../../lib/digest.ts'
import type { Telemetry } from '../../telemetry/telemetry.ts'
import { takenBy } from '../runtime/model-names.ts'
import {
  type Context,
  type Draft,
  type Outcome,
  type Reconciler,
  ready,
  requeueIn,
} from '../runtime/reconciler.ts'
import { choose } from './choose.ts'
import { type Resolved, resolve } from './resolve.ts'
import { SCORES_MS, scoreSummaries } from './score-statuses.ts'
import { routesUsing, sameModelName } from './users.ts'

/**
 * Turns what Git (or kubectl) says a route is into a RouteRelease, and the states of its releases into what is served.
 * It names the candidate; the RouteRelease reconciler drives it and says how it ended.
 */
export const modelRouteReconciler = ({
  ledger,
  telemetry,
}: {
  ledger: Ledger
  telemetry: Pick<Telemetry, 'reviewed'>
}): Reconciler<typeof ModelRoute> => {
  const summary = scoreSummaries(telemetry)
  return {
    name: 'model-route',
    kind: ModelRoute,
    watches: [
      ...[Prompt, Model, ModelProvider, Guardrail, Dataset, Evaluation].map((kind: Kind) => ({
        kind,
        wakes: routesUsing,
      })),
      { kind: ModelRoute, wakes: sameModelName },
      {
        kind: RouteRelease,
        wakes: (changed: Resource) => [
          { name: (changed as unknown as RouteRelease).spec.route, namespace: changed.metadata.namespace },
        ],
      },
    ],
    concurrency: 4,
    async reconcile(route, context) {
      const releases = context
        .informer(RouteRelease)
        .list(route.metadata.namespace)
        .filter(release => release.spec.route === route.metadata.name && isOwn(release, route))
      let waiting: unknown
      const resolved = route.spec.suspend
        ? undefined
        : await attempt(
            () => resolve(route, context),
            error => (waiting = error),
          )
      if (resolved) {
        route.status.revision = revisionOf(route)
        route.status.digest = resolved.digest
        route.status.inputs = resolved.inputs
      }
      Object.assign(route.status, choose(route.status, releases, timestamp(context.clock)))
      const created = await ensureCandidate(route, resolved, releases, context, ledger)
      if (created) route.status.candidate = created
      if (waiting) throw stillServing(waiting, route.status.stable)
      if (route.spec.scorers.length === 0) return outcome(route, releases, context)
      Object.assign(route.status, { scores: await summary(route, context.clock.now()) })
      return requeueIn(SCORES_MS, outcome(route, releases, context))
    },
  }
}

/** Not what is left of a deleted route of the same name until it is collected. */
const isOwn = ({ metadata }: RouteRelease, route: Draft<ModelRoute>): boolean =>
  (metadata.ownerReferences ?? []).every(
    ({ kind, uid }) => kind !== ModelRoute.kind || uid === route.metadata.uid,
  )

/** What is wrong with new content does not stop what is served, and says so. */
function stillServing(error: unknown, stable: string | undefined): unknown {
  if (stable && error instanceof Error) error.message = `${stable} goes on serving; ${error.message}`
  return error
}

async function attempt<T>(work: () => T, failed: (error: unknown) => void): Promise<T | undefined> {
  try {
    return work()
  } catch (error) {
    failed(error)
    return undefined
  }
}

/** Creates the release of the wanted content unless it exists, serves already or was rejected. */
async function ensureCandidate(
  route: Draft<ModelRoute>,
  resolved: Resolved | undefined,
  releases: RouteRelease[],
  { client, clock, event }: Context,
  ledger: Ledger,
): Promise<string | undefined> {
  if (!resolved || releases.some(({ spec }) => spec.digest === resolved.digest)) return undefined
  if (route.status.rejected?.some(({ digest }) => digest === resolved.digest)) return undefined
  const { name, namespace = '', uid, annotations } = route.metadata
  const release = `${name.slice(0, 200)}-${shortDigest(resolved.digest)}`
  const revision = revisionOf(route)
  await ledger.append({
    id: `release/${namespace}/${release}/${revision}`,
    actor: 'controller:model-route',
    action: 'release',
    subject: `RouteRelease/${namespace}/${release}`,
    at: new Date(clock.now()).toISOString(),
    data: { digest: resolved.digest, revision: revision || 'not from Git', inputs: resolved.inputs },
  })
  const created = await client
    .create(RouteRelease, {
      apiVersion: apiVersionOf(RouteRelease),
      kind: RouteRelease.kind,
      metadata: {
        name: release,
        namespace,
        labels: { 'keelway.dev/route': name.slice(0, 63) },
        annotations: revision
          ? { [source.revision]: revision, [source.delivery]: annotations?.[source.delivery] ?? '' }
          : {},
        ownerReferences: [{ apiVersion: route.apiVersion, kind: route.kind, name, uid, controller: true }],
      },
      spec: { route: name, digest: resolved.digest, bundle: resolved.bundle },
    })
    .catch((error: unknown) => {
      if (!isAlreadyExists(error)) throw error
    })
  if (created)
    event(
      'Normal',
      'ReleaseCreated',
      `${release} from ${revision ? `commit ${revision.slice(0, 10)}` : 'a direct change, not from Git'}`,
    )
  return release
}

const unserved = (
  candidate: string | undefined,
  held: { release: string; message: string } | undefined,
): string => {
  if (held) return `: ${held.release} is on hold: ${held.message}`
  return candidate ? `: ${candidate} is on its way` : ''
}

function outcome(route: Draft<ModelRoute>, releases: RouteRelease[], { clock, informer }: Context): Outcome {
  const { status } = route
  const held = status.rejected?.find(({ digest }) => digest === status.digest)
  const serves = releases.find(({ metadata }) => metadata.name === status.stable)
  const blocked = held && serves?.spec.digest !== held.digest ? held : undefined
  status.conditions = setCondition(
    status.conditions,
    blocked
      ? {
          type: 'Held',
          status: 'True',
          reason: blocked.outcome === 'rejected' ? 'Rejected' : 'RolledBack',
          message: `the wanted content ${blocked.release} is on hold: ${blocked.message}`,
        }
      : {
          type: 'Held',
          status: 'False',
          reason: 'NothingHeld',
          message: 'the wanted content is not on hold',
        },
    timestamp(clock),
  )
  const other = takenBy(route, informer(ModelRoute).list(route.metadata.namespace))
  if (other) {
    const message = `model name "${route.spec.model}" is answered by the older ModelRoute ${other.metadata.name}: change spec.model of one of them`
    return { ready: { status: 'False', reason: 'ModelNameTaken', message } }
  }
  if (!status.stable)
    return {
      ready: {
        status: 'False',
        reason: 'NothingServed',
        message: `no release is live yet${unserved(status.candidate, blocked)}`,
      },
    }
  if (route.spec.suspend)
    return ready('Suspended', `${status.stable} serves; spec.suspend is true, so no new candidate is made`)
  if (blocked)
    return ready('Held', `${status.stable} serves; ${blocked.release} is on hold (${blocked.outcome})`)
  if (status.candidate)
    return ready('RollingOut', `${status.stable} serves, ${status.candidate} is being judged`)
  return ready('Serving', `${status.stable} serves all sessions`)
}
