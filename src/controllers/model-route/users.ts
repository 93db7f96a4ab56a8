import type { Resource } from '../../api/kind.ts'
import { Dataset } from '../../api/kinds/dataset.ts'
import { Evaluation } from '../../api/kinds/evaluation.ts'
import { Guardrail } from '../../api/kinds/guardrail.ts'
import { Model } from '../../api/kinds/model.ts'
import { ModelProvider } from '../../api/kinds/model-provider.ts'
import { ModelRoute } from '../../api/kinds/model-route.ts'
import { Prompt } from '../../api/kinds/prompt.ts'
import type { Cache } from '../runtime/reconciler.ts'

/** The routes that resolve to the changed object, be it through another one: waking all of them would be quadratic. */
export function routesUsing(changed: Resource, cache: Cache) {
  const { namespace } = changed.metadata
  const uses = referencesTo(changed, cache)
  return cache
    .informer(ModelRoute)
    .list(namespace)
    .filter(({ spec: { serve, gates, guardrails } }) =>
      [
        [Prompt.kind, serve.prompt?.ref],
        ...[serve.provider, ...serve.alternatives, ...serve.fallbacks].map(target => [
          ModelProvider.kind,
          target?.ref,
        ]),
        [Model.kind, serve.model?.ref],
        ...guardrails.map(({ ref }) => [Guardrail.kind, ref]),
        ...gates.map(({ evaluation }) => [Evaluation.kind, evaluation?.ref]),
      ].some(([kind, name]) => name !== undefined && uses.has(`${kind}/${name}`)),
    )
    .map(({ metadata }) => metadata)
}

/** What a route may name to depend on the object: itself, or what reads it. */
function referencesTo({ kind, metadata: { name, namespace } }: Resource, { informer }: Cache): Set<string> {
  if (kind !== Dataset.kind) return new Set([`${kind}/${name}`])
  return new Set([
    ...informer(Evaluation)
      .list(namespace)
      .filter(({ spec }) => spec.dataset.ref === name)
      .map(keyOf),
    ...informer(Model)
      .list(namespace)
      .filter(({ spec }) => spec.dataset.ref === name)
      .map(keyOf),
    ...informer(ModelProvider)
      .list(namespace)
      .filter(({ spec }) => spec.cassette?.ref === name)
      .map(keyOf),
  ])
}

const keyOf = ({ kind, metadata }: { kind: string; metadata: { name: string } }): string =>
  `${kind}/${metadata.name}`

/** The routes that may answer under the model name when this one comes, goes or is renamed. */
export const sameModelName = (changed: Resource, cache: Cache) =>
  cache
    .informer(ModelRoute)
    .list(changed.metadata.namespace)
    .filter(
      ({ metadata, spec }) =>
        metadata.name !== changed.metadata.name &&
        spec.model === (changed as unknown as ModelRoute).spec.model,
    )
    .map(({ metadata }) => metadata)
