import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ApiError } from '../api/errors.ts'
import { Namespace } from '../api/kinds/core.ts'
import { Incident } from '../api/kinds/incident.ts'
import { ModelRoute } from '../api/kinds/model-route.ts'
import { createClient } from '../client/api-client.ts'
import type { Client } from '../client/client.ts'
import { caseOf } from '../diagnosis/case.ts'
import type { Hypothesis } from '../diagnosis/diagnosis.ts'
import { diagnoseInWorker } from '../diagnosis/in-worker.ts'
import type { GatewayControl } from '../gateway/gateway.ts'
import { detectors } from '../gateway/guardrails/detectors/index.ts'
import { redactor } from '../gateway/observability/redaction.ts'
import { systemClock as clock } from '../lib/clock.ts'
import { keptSecret, newKey } from '../lib/private-file.ts'
import { systemRandom } from '../lib/random.ts'
import { linearTextRuntime } from '../models/runtimes/linear-text.ts'
import { linearText } from '../models/trainers/linear-text.ts'
import { learntFrom, type Outcome, outcomeActions } from '../policy/outcomes.ts'
import { ranked, rulePriors } from '../policy/outcomes-priors.ts'
import { type Request, type Response, respondJson, type User } from '../server/exchange.ts'
import { inProcessTransport } from '../server/in-process.ts'
import type { ApiServer } from '../server/server.ts'
import { skillRoutes } from '../skills/http/routes.ts'
import { skills } from '../skills/index.ts'
import { mcpEndpoint } from '../skills/mcp/endpoint.ts'
import {
  type Asker,
  createOrchestrator,
  type ModelAccess,
  type Orchestrator,
} from '../skills/orchestrator.ts'
import { loadBundle } from '../telemetry/bundle/load.ts'
import { writeBundle } from '../telemetry/bundle/write.ts'
import { bundleSources, toldOf, windowOf } from './evidence.ts'
import type { State } from './state.ts'

/** Label of the ModelRoute that answers for skills where nobody names one. */
export const FOR_SKILLS = 'keelway.dev/for-skills'

/** Skills of one installation. */
export function createSkills(
  state: Pick<State, 'directory' | 'client' | 'signals' | 'telemetry' | 'git' | 'ledger' | 'blobs'>,
  gateway: Pick<GatewayControl, 'answer'>,
): Orchestrator {
  return createOrchestrator({
    ...state,
    skills,
    clock,
    diagnose: (of, namespace, signal) => diagnosed(state, of, namespace, signal),
    intent: { trainer: linearText, runtime: linearTextRuntime },
    mask: redactor(detectors),
    maskSecrets: secretMask(),
    pseudonymKey: keptSecret(join(state.directory, 'pseudonym-key'), () => newKey('kp')).secret,
    model: modelAccess(state.client, gateway),
    chooseRemedy: (hypotheses, namespace) => byOutcomes(state, hypotheses, namespace),
  })
}

/**
 * What the API server answers beside the API: the routes of skills, and the Model Context Protocol at /mcp.
 * @returns undefined for paths of the API, and for who is nobody
 */
export function skillDoor(
  orchestrator: Orchestrator,
  server: Pick<ApiServer, 'handle'>,
): (request: Request) => Promise<Response | undefined> {
  const routes = skillRoutes(orchestrator)
  const mcp = mcpEndpoint(orchestrator, { clock })
  const askerOf = (user: User): Asker => ({
    user: user.name,
    client: createClient(inProcessTransport(server, user), { clock, random: systemRandom }),
  })
  return async request => {
    const { path, user } = request
    if (!user || !/^\/(skills|mcp)(\/|$)/.test(path)) return undefined
    const answer = path === '/mcp' ? mcp(request, askerOf(user)) : routes(request, askerOf(user))
    return answer.catch((error: unknown) => {
      const { message } = error instanceof Error ? error : new Error(String(error))
      const failure = error instanceof ApiError ? error : new ApiError('InternalError', message)
      return respondJson(failure.code, failure.toStatus())
    })
  }
}

/** How far back a diagnosis looks before a time, to know what was usual. */
const beforeMs = 3_600_000
const mostBytes = 16 << 20

/** From evidence that is written down for it, masked like every bundle, and gone afterwards. */
async function diagnosed(
  state: Pick<State, 'client' | 'signals' | 'telemetry' | 'ledger'>,
  of: { incident: string } | { since: number; service?: string },
  namespace: string,
  signal: AbortSignal,
) {
  const now = clock.now()
  const folder = await mkdtemp(join(tmpdir(), 'keelway-skill-'))
  const bundle = join(folder, 'bundle')
  try {
    await writeBundle(
      { ...(await queryOf(state.client, of, namespace, now)), maxBytes: mostBytes },
      bundleSources(state),
      bundle,
    )
    signal.throwIfAborted()
    const diagnosis = await diagnoseInWorker(
      { folder: bundle, now, priors: await priorsOf(state) },
      { clock, signal },
    )
    return { diagnosis, evidence: await caseOf(await loadBundle(bundle, { now })) }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function queryOf(
  client: Client,
  of: { incident: string } | { since: number; service?: string },
  namespace: string,
  now: number,
) {
  if ('since' in of) {
    const { since, service } = of
    const incident = {
      startedAt: since,
      alerts: [],
      ...(service !== undefined && { service, services: [service] }),
    }
    return {
      from: Math.min(since, now - 1) - beforeMs,
      to: now,
      incident,
      ...(service !== undefined && { service }),
    }
  }
  const incident = await client.find(Incident, of.incident, namespace)
  if (!incident)
    throw new Error(`there is no Incident ${namespace}/${of.incident}; keelway incident --all lists them`)
  return { ...windowOf(incident, now), incident: toldOf(incident) }
}

/** What proposals came to. */
async function outcomesIn({ ledger }: Pick<State, 'ledger'>): Promise<Outcome[]> {
  const entries = await Promise.all(outcomeActions.map(action => ledger.list({ action })))
  return learntFrom(entries.flat().sort((a, b) => a.sequence - b.sequence)).outcomes
}

/** Lets automation propose what could mend an Incident, as far as the Autonomy of its namespace goes. */
export async function respondTo(
  orchestrator: Pick<Orchestrator, 'handle'>,
  { metadata: { name, namespace = '' } }: Incident,
  signal: AbortSignal,
): Promise<{ proposals: readonly { name: string; title: string }[]; text: string }> {
  const run = await orchestrator.handle({ kind: 'incident', name, namespace }, undefined, { signal })
  const refused = run.refused.map(({ title, reason, instead }) => `${title}: ${reason} ${instead}`)
  return { proposals: run.proposals, text: [run.text, ...run.notes, ...refused].join('\n') }
}

/** What diagnosis learnt from outcomes, by rule. */
export async function priorsOf(
  state: Pick<State, 'ledger'>,
): Promise<Record<string, { factor: number; detail: string }>> {
  const outcomes = await outcomesIn(state)
  const of = rulePriors(outcomes)
  return Object.fromEntries(outcomes.flatMap(({ rules }) => rules).map(rule => [rule, of(rule)]))
}

/**
 * Hypotheses with a remedy in the order in which to try them: how likely the cause is, times how likely the remedy helps,
 * drawn from what earlier ones came to (Thompson sampling), so that all are tried now and then.
 */
async function byOutcomes(
  state: Pick<State, 'ledger' | 'client'>,
  hypotheses: readonly Hypothesis[],
  namespace: string,
): Promise<readonly Hypothesis[]> {
  const outcomes = await outcomesIn(state)
  const place = await state.client.find(Namespace, namespace)
  const environment = place?.metadata.labels?.['keelway.dev/environment'] ?? namespace
  const drawn = hypotheses.flatMap(hypothesis => {
    const { remedy, class: fault, confidence } = hypothesis
    const [first] = remedy ? ranked([remedy], outcomes, { class: fault, environment }, systemRandom) : []
    return first ? { hypothesis, score: confidence * first.draw } : []
  })
  return drawn.sort((a, b) => b.score - a.score).map(({ hypothesis }) => hypothesis)
}

/** Secrets become `[SECRET]`. */
function secretMask(): (text: string) => string {
  const detector = detectors.find(({ name }) => name === 'secrets')
  if (!detector) return () => ''
  const detect = detector.create({})
  return text => {
    let masked = ''
    let at = 0
    const found = detect(text, 'user').filter(({ score }) => score >= detector.threshold('user'))
    for (const { start = 0, end = text.length } of found.toSorted(
      (a, b) => (a.start ?? 0) - (b.start ?? 0),
    )) {
      if (start >= at) masked += `${text.slice(at, start)}[SECRET]`
      at = Math.max(at, end)
    }
    return masked + text.slice(at)
  }
}

/** The stable release of a route, asked outside of any user's traffic, with the guardrails of the route. */
function modelAccess(client: Client, gateway: Pick<GatewayControl, 'answer'>): ModelAccess {
  return {
    async find(namespace, wanted) {
      const [place, name] = wanted?.includes('/') ? wanted.split('/', 2) : [namespace, wanted]
      const routes =
        name === undefined
          ? (await client.list(ModelRoute, { namespace, labelSelector: FOR_SKILLS })).items
          : [await client.find(ModelRoute, name, place)]
      const [serving] = routes
        .flatMap(route =>
          route?.status?.stable === undefined
            ? []
            : { name: route.metadata.name, stable: route.status.stable },
        )
        .sort((a, b) => (a.name < b.name ? -1 : 1))
      return serving && { route: `${place}/${serving.name}`, release: `${place}/${serving.stable}` }
    },
    async ask(release, input, signal) {
      const { output, error, costUsd } = await gateway.answer({ release, input }, signal)
      if (output === undefined) throw new Error(`release ${release} did not answer: ${error ?? 'no text'}`)
      return { text: output, ...(costUsd !== undefined && { costUsd }) }
    },
  }
}
