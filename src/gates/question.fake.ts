import type { Kind, Resource } from '../api/kind.ts'
import { ModelRoute } from '../api/kinds/model-route.ts'
import { RouteRelease } from '../api/kinds/route-release.ts'
import { FakeClock } from '../lib/clock.fake.ts'
import type { GateQuestion } from './gate.ts'

export interface FakeQuestion<Config> extends GateQuestion<Config> {
  /** Objects the gate created, which it sees from then on. */
  created: Resource[]
}

/** A question about a release of route `r`, with these objects in the cache. */
export function question<Config>(
  config: Config,
  {
    objects = [],
    release = {},
    baseline,
  }: { objects?: Resource[]; release?: Partial<RouteRelease>; baseline?: RouteRelease } = {},
): FakeQuestion<Config> {
  const known = [...objects]
  const created: Resource[] = []
  return {
    config,
    route: { ...ModelRoute.example, metadata: { name: 'r', namespace: 'default' } } as unknown as ModelRoute,
    release: releaseOf('new', release),
    baseline,
    created,
    context: {
      clock: new FakeClock(),
      informer: (kind: Kind) => ({
        get: (name: string) =>
          known.find(object => object.kind === kind.kind && object.metadata.name === name),
        list: () => known.filter(object => object.kind === kind.kind),
      }),
      client: {
        create: async (_: Kind, object: Resource) => {
          known.push(object)
          created.push(object)
          return object
        },
      },
    } as unknown as GateQuestion<Config>['context'],
  }
}

/** A release with this name; its digest is made from it. */
export const releaseOf = (name: string, over: Partial<RouteRelease> = {}): RouteRelease =>
  ({
    apiVersion: 'keelway.dev/v1alpha1',
    kind: RouteRelease.kind,
    metadata: { name, namespace: 'default', uid: `uid-${name}` },
    spec: { route: 'r', digest: `sha256:${name}`, bundle: {}, decisions: [] },
    ...over,
  }) as RouteRelease
