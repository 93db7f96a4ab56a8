import { priceOf } from './accounting/target-price.ts'
import type { CanonicalRequest } from './canonical/request.ts'
import { createGuard, type Guard } from './guardrails/guard.ts'
import { compileRules } from './guardrails/rules.ts'
import type { Health } from './health.ts'
import { compileOutputCheck, type OutputCheck } from './output-schema.ts'
import { routeParameters } from './parameters.ts'
import { compilePrompt } from './prompt.ts'
import {
  type Backend,
  BlobMissing,
  type Provider,
  type ProviderContext,
  ProviderError,
} from './providers/provider.ts'
import type { Bundle, ProviderTarget, ReleaseSnapshot, ResilienceSettings, Target } from './snapshot.ts'
import type { OpenTarget, TargetGroup } from './targets.ts'

/** A release of a snapshot, ready to answer. */
export interface Release {
  snapshot: ReleaseSnapshot
  group: TargetGroup
  guard: Guard
  /** 1 when an answer is what the prompt's output schema says. */
  check?: OutputCheck
  /** The request as this release wants it. @throws GatewayError naming a missing variable. */
  prepare(request: CanonicalRequest): CanonicalRequest
}

export interface ReleaseContext extends ProviderContext {
  /** One for all releases, so that a target keeps its health from one release to the next. */
  health(key: string): Health
}

const defaults: Required<ResilienceSettings> = {
  attempts: 2,
  firstTokenMs: 60_000,
  betweenTokensMs: 60_000,
  failures: 5,
  cooldownMs: 10_000,
}

/** What another model may still answer. */
const fallbackDefault = [
  'context_overflow',
  'provider_rate_limited',
  'provider_error',
  'provider_overloaded',
  'provider_unreachable',
  'provider_interrupted',
  'provider_timeout',
]

/**
 * Opens a release. One that can never answer (unknown format, broken template) still opens and fails its own calls, so
 * that it cannot keep a snapshot with a rollback of another route from being applied.
 * @throws BlobMissing when its content cannot be had now.
 */
export async function openRelease(
  snapshot: ReleaseSnapshot,
  providers: readonly Provider[],
  context: ReleaseContext,
): Promise<Release> {
  const { bundle } = snapshot
  const guard = createGuard(compileRules(bundle.guardrails ?? [], context.dispatcher))
  try {
    const prompt = bundle.serve === 'provider' ? bundle.prompt : undefined
    const template = prompt && compilePrompt(prompt)
    const check = prompt?.outputSchema && compileOutputCheck(prompt.outputSchema)
    const fixed = bundle.serve === 'provider' ? routeParameters(bundle.parameters) : {}
    return {
      snapshot,
      guard,
      group: await openTargets(bundle, providers, context),
      ...(check ? { check } : {}),
      prepare: request => ({
        ...request,
        ...fixed,
        messages: template ? template.render(request) : request.messages,
      }),
    }
  } catch (error) {
    if (error instanceof BlobMissing) throw error
    const why = `release ${snapshot.name} cannot answer: ${(error as Error).message}`
    const refuse = () => Promise.reject(new ProviderError('release_unusable', why, {}, { cause: error }))
    const { settings, ...target } = nameOf(targetOf(bundle))
    const broken = { ...target, weight: 1, health: context.health(`unusable ${snapshot.digest}`) }
    return {
      snapshot,
      guard,
      group: {
        targets: [{ ...broken, backend: { answer: refuse } }],
        fallbacks: [],
        spread: 'weighted',
        resilience: defaults,
      },
      prepare: request => request,
    }
  }
}

const targetOf = (bundle: Bundle): Target =>
  bundle.serve === 'model'
    ? { serve: 'model', format: bundle.format, artefact: bundle.artefact }
    : { serve: 'provider', provider: bundle.provider, model: bundle.model }

async function openTargets(
  bundle: Bundle,
  providers: readonly Provider[],
  context: ReleaseContext,
): Promise<TargetGroup> {
  const open = (target: Target, weight = 1, on?: readonly string[]): Promise<OpenTarget> =>
    openTarget(target, weight, on, providers, context)
  const openOne = (target: ProviderTarget, weight?: number, on?: readonly string[]) =>
    open({ serve: 'provider', provider: target.provider, model: target.model }, weight, on)
  if (bundle.serve === 'model')
    return {
      targets: [await open(targetOf(bundle))],
      fallbacks: [],
      spread: 'weighted',
      resilience: defaults,
    }
  const timeoutMs = bundle.provider.timeoutMs
  return {
    targets: await Promise.all([
      openOne(bundle, bundle.weight),
      ...(bundle.alternatives ?? []).map(one => openOne(one, one.weight)),
    ]),
    fallbacks: await Promise.all(
      (bundle.fallbacks ?? []).map(one => openOne(one, 1, one.on ?? fallbackDefault)),
    ),
    spread: bundle.spread ?? 'weighted',
    resilience: { ...defaults, firstTokenMs: timeoutMs, betweenTokensMs: timeoutMs, ...bundle.resilience },
  }
}

async function openTarget(
  target: Target,
  weight: number,
  on: readonly string[] | undefined,
  providers: readonly Provider[],
  context: ReleaseContext,
): Promise<OpenTarget> {
  const { settings, ...names } = nameOf(target)
  const provider = providers.find(({ protocol }) => protocol === names.protocol)
  if (!provider) throw new Error(`this gateway has no provider "${names.protocol}"`)
  const backend: Backend = await provider.open(target, context)
  const price = priceOf(target)
  return {
    ...names,
    weight,
    ...(price ? { price } : {}),
    ...(settings?.maxOutputTokens ? { maxOutputTokens: settings.maxOutputTokens } : {}),
    health: context.health([names.provider, settings?.endpoint, names.model].join('\0')),
    backend,
    ...(on ? { on: new Set(on) } : {}),
  }
}

function nameOf(target: Target) {
  if (target.serve === 'model')
    return { provider: 'model', protocol: 'model', model: target.format, settings: undefined }
  const { provider, model } = target
  return {
    provider: provider.name ?? provider.protocol,
    protocol: provider.protocol,
    model,
    settings: provider,
    ...(provider.secret === undefined ? {} : { secret: provider.secret }),
  }
}
