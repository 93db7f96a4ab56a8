import type { ChangeRecord } from '../../telemetry/signals/signal.ts'
import type { FaultClass, Rejected } from '../diagnosis.ts'
import type { RouteCalls } from './route-calls.ts'

/** A commit as a Delivery applied it, with all areas that it touched. */
export interface Commit {
  sha: string
  at: number
  author: string
  title: string
  delivery: string
  areas: readonly ChangeRecord['change'][]
  /** `Kind/name` of the objects that it touched. */
  objects: readonly string[]
  files: readonly { path: string; diff?: string }[]
}

/** How well a change of an area explains that a measure of a class shifts, 0 to 1. Absent: it can not. */
const mechanisms: Partial<Record<ChangeRecord['change'], Partial<Record<FaultClass, number>>>> = {
  prompt: {
    ...{ quality: 0.95, groundedness: 0.95, tokens: 0.9, cost: 0.7, retrieval: 0.9, context: 0.9 },
    ...{ latency: 0.5, error: 0.4, attack: 0.3 },
  },
  model: {
    ...{ quality: 0.9, groundedness: 0.8, tokens: 0.6, cost: 0.95, latency: 0.9, error: 0.95, context: 0.8 },
    ...{ provider: 0.9, budget: 0.6, attack: 0.2 },
  },
  route: {
    ...{ quality: 0.85, groundedness: 0.7, tokens: 0.7, cost: 0.85, latency: 0.85, error: 0.8, context: 0.8 },
    ...{ provider: 0.95, attack: 0.7, retrieval: 0.7, budget: 0.4 },
  },
  policy: { attack: 0.95, error: 0.5, latency: 0.5, budget: 0.95, traffic: 0.95, quality: 0.3 },
  data: { quality: 0.9, groundedness: 0.8, retrieval: 0.9, tokens: 0.3 },
  config: { quality: 0.2, error: 0.3, latency: 0.3 },
}

/** 0 when a commit can not have done it. */
export const mechanismOf = ({ areas }: Pick<Commit, 'areas'>, of: FaultClass): number =>
  Math.max(0, ...areas.map(area => mechanisms[area]?.[of] ?? 0))

/**
 * How much of what was said before a commit changed, 0.3 to 1: words that go, and numbers that become others, weigh more
 * than words that come. A commit whose difference is not known has 0.6.
 */
export function weightOf({ files }: Pick<Commit, 'files'>): number {
  const [gone, come] = [new Map<string, number>(), new Map<string, number>()]
  for (const { diff = '' } of files)
    for (const line of diff.split('\n').slice(0, mostLines)) {
      const side = line.startsWith('-') ? gone : line.startsWith('+') ? come : undefined
      for (const word of side ? (line.slice(1).match(words) ?? []) : [])
        side?.set(word, (side.get(word) ?? 0) + 1)
    }
  if (gone.size + come.size === 0) return 0.6
  const only = (some: ReadonlyMap<string, number>, others: ReadonlyMap<string, number>) =>
    [...some].flatMap(([word, count]) => {
      const more = count - (others.get(word) ?? 0)
      return more > 0 ? [{ word, more: Math.min(more, 20) }] : []
    })
  const removed = only(gone, come)
  const changed = removed.reduce((sum, { word, more }) => sum + more * (/^\d/.test(word) ? 3 : 1), 0)
  const added = only(come, gone).reduce((sum, { more }) => sum + more, 0)
  const total = changed + added / 4
  return 0.3 + (0.7 * total) / (total + 4)
}

const words = /[\p{L}_]+|\d+(?:\.\d+)?/gu
const mostLines = 2000

/** The commits that Deliveries applied, oldest first. */
export function commitsIn(changes: readonly ChangeRecord[]): Commit[] {
  const found = new Map<string, Commit>()
  for (const change of changes) {
    const sha = change.attributes['git.commit']
    if (typeof sha !== 'string' || !change.reference?.startsWith('Delivery/')) continue
    const known = found.get(sha)
    const objects = String(change.attributes['git.objects'] ?? '')
      .split(', ')
      .filter(Boolean)
    found.set(sha, {
      sha,
      at: known?.at ?? change.at,
      author: change.author ?? 'unknown',
      title: change.message,
      delivery: change.reference.slice('Delivery/'.length),
      areas: [...new Set([...(known?.areas ?? []), change.change])],
      objects: [...new Set([...(known?.objects ?? []), ...objects])],
      files: [...(known?.files ?? []), ...(change.files ?? [])],
    })
  }
  return [...found.values()].sort((a, b) => a.at - b.at || (a.sha < b.sha ? -1 : 1))
}

/** Releases as they got traffic: their newest commit, their files, and when. */
interface Released {
  commit: string
  files: ReadonlySet<string>
  at: number
}

function releasedIn(changes: readonly ChangeRecord[], release: string): Released | undefined {
  const [first, ...more] = changes.filter(
    ({ resource, reference }) => resource.version === release && reference?.startsWith('RouteRelease/'),
  )
  if (!first) return undefined
  const all = [first, ...more]
  return {
    commit: String(
      all.findLast(({ attributes }) => attributes['git.commit'])?.attributes['git.commit'] ?? '',
    ),
    files: new Set(all.flatMap(({ files = [] }) => files.map(({ path }) => path))),
    at: Math.min(...all.map(({ at }) => at)),
  }
}

/**
 * What a release brought: the commits after the one of the release before it, up to its own, that touch its files.
 * Commits next to them that touch nothing of the route are innocent.
 */
export function broughtBy(
  { changes, calls }: RouteCalls,
  { release, before }: { release: string; before: string },
): { suspects: Commit[]; innocent: Rejected[] } {
  const commits = commitsIn(changes)
  const [now, old] = [releasedIn(changes, release), releasedIn(changes, before)]
  const until =
    commits.find(({ sha }) => sha === now?.commit)?.at ??
    now?.at ??
    calls.find(call => call.release === release)?.at ??
    0
  const since = commits.find(({ sha }) => sha === old?.commit)?.at ?? old?.at ?? Number.NEGATIVE_INFINITY
  const near = commits.filter(({ at }) => at > since && at <= until)
  const files = new Set([...(now?.files ?? []), ...(old?.files ?? [])])
  const touches = ({ files: changed }: Commit) =>
    files.size === 0 || changed.some(({ path }) => files.has(path))
  return {
    suspects: near.filter(touches),
    innocent: near
      .filter(commit => !touches(commit))
      .map(({ sha, title }) => ({
        cause: { kind: 'change', name: sha },
        reason: `touches nothing that ${release} answers with: ${title}`,
      })),
  }
}
