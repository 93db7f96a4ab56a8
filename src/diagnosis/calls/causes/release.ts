import type { Finding } from '../../channel.ts'
import type { Rejected } from '../../diagnosis.ts'
import { broughtBy, type Commit, mechanismOf, weightOf } from '../commits.ts'
import type { RouteCalls, Worse } from '../route-calls.ts'
import { momentOf, moved, nameOf, shiftEvidence } from '../wording.ts'
import type { CallCause } from './cause.ts'

type ByRelease = Worse & { with: { kind: 'release'; release: string; before: string } }

/** A figure that one release has and the one before had not: what that release brought is to blame. */
export const release: CallCause = {
  name: 'release',
  look(route) {
    const byRelease = Map.groupBy(
      route.worse.filter((worse): worse is ByRelease => worse.with.kind === 'release'),
      worse => `${worse.with.release}\n${worse.with.before}`,
    )
    const answers = [...byRelease.values()].map(worse => blamed(route, worse))
    return {
      findings: answers.flatMap(({ findings }) => findings),
      rejected: answers.flatMap(({ rejected }) => rejected),
    }
  },
}

function blamed(
  route: RouteCalls,
  worse: readonly ByRelease[],
): { findings: Finding[]; rejected: Rejected[] } {
  const [first] = worse
  if (!first) return { findings: [], rejected: [] }
  const { suspects, innocent } = broughtBy(route, first.with)
  if (suspects.length === 0) return { findings: [ofRelease(route, first, worse)], rejected: innocent }
  const judged = suspects.map(commit => {
    const { mechanism, leading } = best(commit, worse)
    // Of one alone nothing tells how much it changed; of several what changed more is likelier.
    const weight = suspects.length === 1 ? 1 : weightOf(commit)
    return { commit, leading, mechanism: mechanism * weight }
  })
  const total = judged.reduce((sum, { mechanism }) => sum + mechanism, 0)
  return {
    findings: judged
      .filter(({ mechanism }) => mechanism > 0)
      .map(({ commit, mechanism, leading }) =>
        ofCommit(route, commit, {
          leading,
          worse,
          strength: 0.95 * Math.sqrt(mechanism) * (mechanism / Math.max(total, mechanism)),
        }),
      ),
    rejected: [
      ...innocent,
      ...judged
        .filter(({ mechanism }) => mechanism === 0)
        .map(
          ({ commit }): Rejected => ({
            cause: { kind: 'change', name: commit.sha },
            reason: `changes ${commit.areas.join(' and ')}, from which ${first.measure.name} can not get worse: ${commit.title}`,
          }),
        ),
    ],
  }
}

/** The measure that the commit explains best; of equal ones the one that moved most surely. */
function best(
  commit: Commit,
  worse: readonly ByRelease[],
): { mechanism: number; leading: ByRelease | undefined } {
  let [mechanism, leading]: [number, ByRelease | undefined] = [0, undefined]
  for (const one of worse) {
    const value = mechanismOf(commit, one.measure.class)
    if (value > mechanism) [mechanism, leading] = [value, one]
  }
  return { mechanism, leading }
}

function ofCommit(
  route: RouteCalls,
  commit: Commit,
  {
    leading,
    worse,
    strength,
  }: { leading: ByRelease | undefined; worse: readonly ByRelease[]; strength: number },
): Finding {
  const shown = leading ?? worse[0]
  const what = commit.objects.length > 0 ? commit.objects.slice(0, 3).join(', ') : commit.areas.join(', ')
  return {
    rule: `release-${shown?.measure.class ?? 'quality'}`,
    cause: { kind: 'change', name: commit.sha },
    class: shown?.measure.class ?? 'quality',
    statement: `Commit ${commit.sha.slice(0, 12)} "${commit.title}" by ${commit.author} changed ${what} of route ${nameOf(route)}, and with its release ${shown?.with.release} ${shown ? moved(shown) : ''} from ${momentOf(shown?.shift.at ?? commit.at)} on; the release before it, ${shown?.with.before}, had not.`,
    strength,
    evidence: [
      ...worse.slice(0, 6).map(one => shiftEvidence(route, one)),
      {
        source: `commit ${commit.sha}`,
        detail: `${commit.title}: ${commit.files
          .map(({ path }) => path)
          .slice(0, 8)
          .join(', ')}`,
      },
    ],
    against: route.steady
      .filter(measure => mechanismOf(commit, measure.class) > 0.8)
      .slice(0, 3)
      .map(measure => ({
        source: `calls of ${nameOf(route)}`,
        detail: `${measure.name} did not get worse`,
      })),
    explains: [route.route, nameOf(route)],
    observed: true,
    remedy: {
      skill: 'rollback',
      input: {
        commit: commit.sha,
        delivery: commit.delivery,
        route: route.route,
        namespace: route.namespace,
      },
      summary: `Take back what commit ${commit.sha.slice(0, 12)} changed of route ${nameOf(route)}.`,
    },
  }
}

/** No commit is known that made it: it may have been applied by hand. */
const ofRelease = (route: RouteCalls, first: ByRelease, worse: readonly ByRelease[]): Finding => ({
  rule: 'release-without-commit',
  cause: { kind: 'resource', name: `RouteRelease/${route.namespace}/${first.with.release}` },
  class: first.measure.class,
  statement: `Release ${first.with.release} of route ${nameOf(route)} is worse than ${first.with.before}: ${moved(first)} from ${momentOf(first.shift.at)} on. No commit is known that brought it; somebody may have changed the route directly.`,
  strength: 0.7,
  evidence: worse.slice(0, 6).map(one => shiftEvidence(route, one)),
  explains: [route.route, nameOf(route)],
  observed: true,
})
