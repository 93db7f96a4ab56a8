import type { ModelRoute } from '../../api/kinds/model-route.ts'

/**
 * The route that answers under a model name: of several in one namespace the oldest, so that a newcomer never takes
 * traffic from what is served.
 */
export const answering = (routes: readonly ModelRoute[]): ModelRoute[] => {
  const first = new Map<string, ModelRoute>()
  for (const route of routes) {
    const name = `${route.metadata.namespace}/${route.spec.model}`
    const other = first.get(name)
    if (!other || isOlder(route, other)) first.set(name, route)
  }
  return [...first.values()]
}

/** The other route that has this one's model name, if that one answers. */
export const takenBy = (route: ModelRoute, routes: readonly ModelRoute[]): ModelRoute | undefined =>
  answering(
    routes.filter(
      ({ metadata, spec }) =>
        metadata.namespace === route.metadata.namespace && spec.model === route.spec.model,
    ),
  ).find(({ metadata }) => metadata.name !== route.metadata.name)

const isOlder = (a: ModelRoute, b: ModelRoute): boolean => {
  const [madeA = '', madeB = ''] = [a.metadata.creationTimestamp, b.metadata.creationTimestamp]
  return madeA === madeB ? a.metadata.name < b.metadata.name : madeA < madeB
}
