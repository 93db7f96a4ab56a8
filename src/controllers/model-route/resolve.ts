import type { Resource } from '../../api/kind.ts'
import { Dataset } from '../../api/kinds/dataset.ts'
import { Evaluation } from '../../api/kinds/evaluation.ts'
import { Model } from '../../api/kinds/model.ts'
import { ModelProvider } from '../../api/kinds/model-provider.ts'
import type { ModelRoute } from '../../api/kinds/model-route.ts'
import { Prompt } from '../../api/kinds/prompt.ts'
import { type settledFor, source } from '../../api/source.ts'
import type { Bundle, ProviderSettings } from '../../gateway/snapshot.ts'
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
    K extends typeof Prompt | typeof Model | typeof ModelProvider | typeof Dataset | typeof Evaluation,
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
  if (serve.model) {
    const model = find(Model, serve.model.ref) as Model
    find(Dataset, model.spec.dataset.ref)
    bundle = { serve: 'model', format: model.status?.format ?? '', artefact: model.status?.digest ?? '' }
  } else if (serve.provider) {
    const provider = find(ModelProvider, serve.provider.ref) as ModelProvider
    const cassette = provider.spec.cassette && (find(Dataset, provider.spec.cassette.ref) as Dataset)
    const prompt = serve.prompt && (find(Prompt, serve.prompt.ref) as Prompt)
    bundle = {
      serve: 'provider',
      provider: settingsOf(provider, serve.provider.model, cassette),
      model: serve.provider.model,
      parameters: serve.parameters,
      ...(prompt ? { prompt: contentOf(prompt) } : {}),
    }
  } else {
    throw new Stalled('NothingServed', 'spec.serve needs exactly one of model and provider')
  }
  return { bundle, digest: digestOfValue(bundle), inputs }
}

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
  const { protocol, endpoint, key, models, timeout } = provider.spec
  const offered = models.find(({ name }) => name === model)
  if (models.length > 0 && !offered) {
    throw new Stalled(
      'UnknownModel',
      `ModelProvider ${provider.metadata.name} offers no model "${model}": it has ${models.map(({ name }) => name).join(', ')}`,
    )
  }
  return {
    protocol,
    ...(endpoint ? { endpoint } : {}),
    ...(key ? { secret: `${provider.metadata.namespace}/${key.name}/${key.key}` } : {}),
    ...(cassette?.status?.digest
      ? { cassette: { digest: cassette.status.digest, format: cassette.spec.format } }
      : {}),
    timeoutMs: parseDuration(timeout),
    ...(offered?.price ? { price: offered.price } : {}),
  }
}

function contentOf({ spec }: Prompt): NonNullable<Extract<Bundle, { serve: 'provider' }>['prompt']> {
  const { messages, variables, partials, output } = spec
  return {
    messages,
    variables: Object.fromEntries(
      Object.entries(variables).map(([name, { type, default: text }]) => [
        name,
        { type, ...(text === undefined ? {} : { default: text }) },
      ]),
    ),
    partials,
    ...(output ? { outputSchema: output.schema } : {}),
  }
}
