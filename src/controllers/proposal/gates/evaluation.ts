import type { Resource } from '../../../api/kind.ts'
import { ModelRoute } from '../../../api/kinds/model-route.ts'
import type { ChangedObject } from '../../../policy/risk.ts'
import { listed, open, type ProposalGate } from './gate.ts'

/** Kinds that releases of a route are made of. */
const inputs = ['Prompt', 'Model', 'ModelProvider', 'Dataset', 'Guardrail', 'Evaluation']

/**
 * Where a route or what it is made of changes, its own release gates judge after the merge, on the very release that
 * would serve. They are not run here a second time, which would use up test sets: this says which of them will run.
 */
export const evaluation: ProposalGate = {
  name: 'evaluation',
  async check({ rendered: { objects }, context }) {
    const routes = new Map<string, Resource>()
    for (const { kind, namespace, name, after } of objects)
      if (kind === ModelRoute.kind && after) routes.set(`${namespace}/${name}`, after)
    for (const route of context.informer(ModelRoute).list())
      if (objects.some(object => isInput(object, route)))
        routes.set(`${route.metadata.namespace}/${route.metadata.name}`, route as unknown as Resource)
    if (routes.size === 0) return open('no route is touched')
    const said = [...routes]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, route]) => `${name}: ${judgesOf(route)}`)
    return open(`judged before it serves: ${listed(said)}`)
  },
}

/** Whether a route names the object anywhere in its spec. */
function isInput({ kind, name, namespace }: ChangedObject, { metadata, spec }: ModelRoute): boolean {
  if (!inputs.includes(kind) || namespace !== metadata.namespace) return false
  const names = (value: unknown): boolean => {
    if (Array.isArray(value)) return value.some(names)
    if (typeof value !== 'object' || value === null) return false
    return Object.entries(value).some(([key, member]) => (key === 'ref' ? member === name : names(member)))
  }
  return names(spec)
}

function judgesOf({ spec }: Resource): string {
  const { gates = [], rollout } = (spec ?? {}) as {
    gates?: Record<string, { ref?: string } | undefined>[]
    rollout?: { steps?: unknown[] }
  }
  const named = gates.map(gate => Object.keys(gate).find(key => gate[key] !== undefined) ?? 'gate')
  const steps = rollout?.steps ?? []
  return [
    named.length > 0 ? `gates ${named.join(', ')}` : 'no gate of its own',
    steps.length > 0 ? `rollout ${steps.map(String).join(', ')} %` : 'the rollout of its route',
  ].join(', then ')
}
