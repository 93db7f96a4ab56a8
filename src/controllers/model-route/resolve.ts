import type { Resource } from '../../api/kind.ts'
import { Dataset } from '../../api/kinds/dataset.ts'
import { Evaluation } from '../../api/kinds/evaluation.ts'
import { Guardrail } from '../../api/kinds/guardrail.ts'
import { Model } from '../../api/kinds/model.ts'
import { ModelProvider } from '../../api/kinds/model-provider.ts'
import type { ModelRoute } from '../../api/kinds/model-route.ts'
import { Prompt } from '../../api/kinds/prompt.ts'
import { type settledFor, source } from '../../api/source.ts'
import { promptContent } from '../../gateway/prompts/content.ts'
import type {
  Bundle,
  GuardrailContent,
  PriceSettings,
  ProviderSettings,
  ProviderTarget,
} from '../../gateway/snapshot.ts'
import { definedOnly } from '../../lib/defined.ts'
import { digestOfValue } from '../../lib/digest.ts'
import { parseDuration } from '../../lib/duration.ts'
import { checkScorers } from '../runtime/check-scorers.ts'
import { type Cache, Stalled } from '../runtime/reconciler.ts'
import { settled } from '../runtime/settled.ts'
import { trialOf } from '../runtime/trial.ts'

type Input = NonNullable<NonNullable<ModelRoute['status']>['inputs']>[number]

export interface Resolved {
  bundle: Bundle
  digest: string
  /** Every object the route depends on, and the files a revert has to restore. */
  inputs: Input[]
}

/**
 * Resolves a route to the content it serves. Every object it refers to must be settled at the route's own source
 * revision, so one commit makes at most one candidate and no release mixes two commits.
 * @throws Waiting when an input is not settled yet, Stalled when a reference can't ever fit.
 */
export function resolve(route: ModelRoute, cache: Cache): Resolved {
  const { serve, gates, scorers } = route.spec
  checkScorers(scorers)
  trialOf(route)
  const inputs: Input[] = [inputOf(route, digestOfValue(route.spec), [])]
  const take = <R extends Settleable>(object: R | undefined, kind: string, name: string): R => {
    const found = settled(route, { kind }, name, object)
    if (!inputs.some(input => input.kind === found.kind && input.name === name)) {
      inputs.push(inputOf(found, found.status?.digest, dataFiles(found)))
    }
    return found
  }
  const find = <
    K extends
      | typeof Prompt
      | typeof Model
      | typeof ModelProvider
      | typeof Dataset
      | typeof Evaluation
      | typeof Guardrail,
  >(
    kind: K,
    name: string,
  ) =>
    take(cache.informer(kind).get(name, route.metadata.namespace) as Settleable | undefined, kind.kind, name)

  for (const gate of gates) {
    if (!gate.evaluation) continue
    const evaluation = find(Evaluation, gate.evaluation.ref) as Evaluation
    find(Dataset, evaluation.spec.dataset.ref)
  }
  let bundle: Bundle
  const targetOf = ({ ref, model }: { ref: string; model: string }): ProviderTarget => {
    const provider = find(ModelProvider, ref) as ModelProvider
    const cassette = provider.spec.cassette && (find(Dataset, provider.spec.cassette.ref) as Dataset)
    return { provider: settingsOf(provider, model, cassette), model }
  }
  const guardrails = route.spec.guardrails.map(({ ref }) => guardrailOf(find(Guardrail, ref) as Guardrail))
  const guarded = guardrails.length > 0 ? { guardrails } : {}
  if (serve.model) {
    const model = find(Model, serve.model.ref) as Model
    find(Dataset, model.spec.dataset.ref)
    bundle = {
      serve: 'model',
      format: model.status?.format ?? '',
      artefact: model.status?.digest ?? '',
      ...guarded,
    }
  } else if (serve.provider) {
    const prompt = serve.prompt && (find(Prompt, serve.prompt.ref) as Prompt)
    bundle = {
      serve: 'provider',
      ...targetOf(serve.provider),
      parameters: serve.parameters,
      ...(prompt ? { prompt: promptContent(prompt.spec) } : {}),
      ...sharing(serve, targetOf),
      ...guarded,
    }
  } else {
    throw new Stalled('NothingServed', 'spec.serve needs exactly one of model and provider')
  }
  return { bundle, digest: digestOfValue(bundle), inputs }
}

/** What is not the default only, so that a route which uses none of it keeps its digest. */
function sharing(
  { alternatives, weight, spread, fallbacks, resilience }: ModelRoute['spec']['serve'],
  targetOf: (target: { ref: string; model: string }) => ProviderTarget,
): Partial<Extract<Bundle, { serve: 'provider' }>> {
  const { attempts, firstToken, betweenTokens, failures, cooldown } = resilience
  return {
    ...(alternatives.length > 0
      ? { alternatives: alternatives.map(one => ({ ...targetOf(one), weight: one.weight })), weight, spread }
      : {}),
    ...(fallbacks.length > 0
      ? { fallbacks: fallbacks.map(one => ({ ...targetOf(one), ...(one.on ? { on: one.on } : {}) })) }
      : {}),
    resilience: {
      attempts,
      ...(firstToken ? { firstTokenMs: parseDuration(firstToken) } : {}),
      ...(betweenTokens ? { betweenTokensMs: parseDuration(betweenTokens) } : {}),
      failures,
      cooldownMs: parseDuration(cooldown),
    },
  }
}

const guardrailOf = ({ metadata, spec: { mode, onError, rules } }: Guardrail): GuardrailContent => ({
  name: metadata.name,
  mode,
  onError,
  rules: rules.map(({ threshold, ...rule }) => ({
    ...rule,
    ...(threshold === undefined ? {} : { threshold }),
  })),
})

type Settleable = Parameters<typeof settledFor>[1] &
  Resource & { status?: { digest?: string | undefined } | undefined }

const inputOf = (
  object: { kind: string; metadata: Resource['metadata'] },
  digest: string | undefined,
  files: string[],
): Input => {
  const { [source.file]: file, [source.writer]: writer } = object.metadata.annotations ?? {}
  return {
    kind: object.kind,
    name: object.metadata.name,
    ...(digest ? { digest } : {}),
    files: [...(file ? [file] : []), ...files],
    ...(writer ? { writer } : {}),
  }
}

/** Files beside the object's own that hold its content. */
const dataFiles = (object: Resource): string[] =>
  object.kind === Dataset.kind && object.metadata.annotations?.[source.file]
    ? [(object as unknown as Dataset).spec.path]
    : []

function settingsOf(provider: ModelProvider, model: string, cassette: Dataset | undefined): ProviderSettings {
  const { protocol, dialect, endpoint, key, options, models, catalogue, timeout } = provider.spec
  const offered = models.find(({ name }) => name === model)
  if (models.length > 0 && !offered) {
    throw new Stalled(
      'UnknownModel',
      `ModelProvider ${provider.metadata.name} offers no model "${model}": it has ${models.map(({ name }) => name).join(', ')}`,
    )
  }
  return {
    name: provider.metadata.name,
    protocol,
    ...(dialect ? { dialect } : {}),
    ...(endpoint ? { endpoint } : {}),
    ...(Object.keys(options).length > 0 ? { options } : {}),
    ...(key ? { secret: `${provider.metadata.namespace}/${key.name}/${key.key}` } : {}),
    ...(cassette?.status?.digest
      ? { cassette: { digest: cassette.status.digest, format: cassette.spec.format } }
      : {}),
    timeoutMs: parseDuration(timeout),
    ...(offered?.contextWindow ? { contextWindow: offered.contextWindow } : {}),
    ...(offered?.maxOutputTokens ? { maxOutputTokens: offered.maxOutputTokens } : {}),
    ...(offered?.price ? { price: definedOnly(offered.price) as PriceSettings } : {}),
    ...(catalogue ? { catalogue } : {}),
  }
}
