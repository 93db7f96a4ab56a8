import type { ModelRoute } from '../../api/kinds/model-route.ts'
import type { RouteRelease } from '../../api/kinds/route-release.ts'

type Status = NonNullable<ModelRoute['status']>

const ended = (release: RouteRelease): boolean =>
  release.status?.phase === 'Rejected' || release.status?.phase === 'RolledBack'

/**
 * What a route serves, given the states of its releases: a pure function, so that any order of events ends the same.
 * Rejected digests stay remembered when their release is gone; an override takes a release out of its ended phase and
 * so off the list.
 * @param status the route's status with the wanted `digest`
 */
export function choose(
  status: Status,
  releases: RouteRelease[],
  now: string,
): Pick<Status, 'stable' | 'candidate' | 'traffic' | 'rejected'> {
  const stable = releases
    .filter(({ status }) => status?.phase === 'Live')
    .sort(
      (a, b) =>
        (a.status?.verdict?.at ?? '').localeCompare(b.status?.verdict?.at ?? '') ||
        a.metadata.name.localeCompare(b.metadata.name),
    )
    .at(-1)
  const rejected = remember(status, releases, now)
  const wanted = releases.find(({ spec }) => spec.digest === status.digest)
  const candidate =
    wanted && wanted !== stable && !rejected.some(({ digest }) => digest === wanted.spec.digest)
      ? wanted
      : undefined
  const { weight = 0, shadow = false, phase } = candidate?.status ?? {}
  const tried = candidate && stable && (phase === 'RollingOut' || phase === 'Held') && (weight > 0 || shadow)
  return {
    ...(stable ? { stable: stable.metadata.name } : { stable: undefined }),
    ...(candidate ? { candidate: candidate.metadata.name } : { candidate: undefined }),
    traffic: stable
      ? [
          { release: stable.metadata.name, weight: tried ? 100 - weight : 100 },
          ...(tried ? [{ release: candidate.metadata.name, weight, ...(shadow ? { shadow } : {}) }] : []),
        ]
      : [],
    rejected,
  }
}

function remember(status: Status, releases: RouteRelease[], now: string): NonNullable<Status['rejected']> {
  const known = status.rejected ?? []
  const kept = known.filter(({ digest }) => {
    const release = releases.find(({ spec }) => spec.digest === digest)
    return !release || ended(release)
  })
  const added = releases
    .filter(release => ended(release) && !known.some(({ digest }) => digest === release.spec.digest))
    .map(({ metadata, spec, status }) => ({
      digest: spec.digest,
      release: metadata.name,
      outcome: status?.phase === 'Rejected' ? ('rejected' as const) : ('rolled-back' as const),
      ...(status?.commits?.at(-1) ? { revision: status.commits.at(-1)?.revision } : {}),
      at: status?.verdict?.at ?? now,
      message: status?.verdict?.message ?? '',
    }))
  return [...added, ...kept]
}
