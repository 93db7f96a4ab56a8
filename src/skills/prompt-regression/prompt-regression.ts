import { z } from 'zod'
import { ModelRoute } from '../../api/kinds/model-route.ts'
import { RouteRelease } from '../../api/kinds/route-release.ts'
import { parseDuration } from '../../lib/duration.ts'
import { falseDiscovery } from '../../telemetry/drift/drift.ts'
import type { CallRecord } from '../../telemetry/telemetry.ts'
import { answerFields, draftOf, nothing, refused } from '../drafts/answer.ts'
import { incident, service } from '../drafts/moment.ts'
import { count, plain, rounded, short } from '../drafts/words.ts'
import { rollback } from '../rollback/rollback.ts'
import type { Skill, SkillContext } from '../skill.ts'
import { changesOf } from '../summarise-release/summarise-release.ts'
import { pairedDifference, type ScoreDifference, unpairedDifference } from './difference.ts'
import { type ScorePairs, scoresOfCalls, scoresOfUnits } from './scores.ts'

const Input = z.object({
  route: z.string().max(253).optional().describe('ModelRoute whose scores fell.'),
  service: service(),
  score: z.string().max(63).optional().describe('Only this score, such as groundedness.'),
  margin: z.number().min(0).max(1).default(0.02).describe('Falls below this do not matter.'),
  falseDiscoveryRate: z
    .number()
    .gt(0)
    .max(0.2)
    .default(0.05)
    .describe('Share of false ones among what is said to have fallen.'),
  incident: incident(),
})

const Regression = z.object({
  release: z.string().describe('RouteRelease with which the score fell.'),
  baseline: z.string().describe('What it is compared with.'),
  score: z.string().describe('Score.'),
  before: z.number().describe('Mean of the baseline.'),
  after: z.number().describe('Mean of the release.'),
  difference: z.number().describe('Mean difference.'),
  lower: z.number().describe('Lower end of its 95 % confidence interval.'),
  upper: z.number().describe('Upper end.'),
  q: z.number().describe('Probability by chance, corrected for the number of comparisons.'),
  n: z.number().int().describe('Pairs, or the smaller of both sides.'),
  paired: z.boolean().describe('Both answered the same.'),
  commit: z.string().optional().describe('Commit that brought the release.'),
  author: z.string().optional().describe('Its author.'),
  prompt: z.boolean().describe('The prompt differs from that of the baseline.'),
})

const Output = z.object({
  ...answerFields,
  compared: z.number().int().optional().describe('Comparisons of a score between two releases.'),
  regressions: z.array(Regression).default([]).describe('Scores that fell, the largest fall first.'),
})

type Row = Omit<z.output<typeof Regression>, 'q' | 'commit' | 'author' | 'prompt'> & {
  p: number
  object: RouteRelease
  baselineObject: RouteRelease | undefined
}

const most = { calls: 10_000, units: 10_000, phases: 20, releases: 20 } as const
const leastPairs = 20
/** Phases in which a release answers no users any more. */
const gone = new Set(['Rejected', 'RolledBack', 'Superseded'])

/**
 * Which release of a route lowered which score, what it changed, and who made it. Each release is compared with the one it
 * was tried against: pairs of answers to the same (shadow, or inputs of equal digest) where there are enough, else both
 * sides. Corrected for the number of comparisons (Benjamini and Hochberg 1995).
 */
export const promptRegression: Skill<typeof Input, typeof Output> = {
  name: 'prompt-regression',
  summary: 'Says which prompt commit lowered which score, by how much, and offers to take it back.',
  risk: 'propose',
  input: Input,
  output: Output,
  permissions: [
    { reads: 'calls' },
    ...rollback.permissions.filter(one => !('objects' in one && one.objects.endsWith('/RouteRelease'))),
    { objects: 'keelway.dev/v1alpha1/RouteRelease' },
    { objects: 'keelway.dev/v1alpha1/ModelRoute' },
  ],
  phrases: [
    'which prompt made {route} worse',
    'quality of {route} dropped, which commit was it',
    'answers of {route} got worse',
    'which prompt commit lowered the scores of {route}',
    'did the last prompt change hurt {route}',
    'find the prompt regression in {route}',
    'why did groundedness of {route} fall',
    'scores of {route} went down',
    'the model answers badly since the prompt was edited on {route}',
    'compare quality of the prompts of {route}',
    'users complain about answers of {route}',
    'which version of the prompt of {route} was better',
  ],
  async run(input, context) {
    const route = input.route ?? input.service
    if (route === undefined) return refused('Say which route: route.')
    const found = await context.objects.find(ModelRoute, route, context.namespace)
    if (!found) return nothing(`There is no ModelRoute ${plain(route)} in namespace ${context.namespace}.`)
    context.step(`comparing scores of releases of ${route}`)
    const rows = await comparedReleases(found, input.score, context)
    if (rows.length === 0)
      return nothing(
        `Too little is known of ${route}: no score was given ${leastPairs} times to two of its releases. Add scorers to the route, or send feedback.`,
      )
    const corrected = falseDiscovery(rows.map(({ p }) => p))
    const regressions = rows
      .map((row, i) => ({ ...row, q: corrected[i] ?? 1 }))
      .filter(
        ({ q, upper, difference }) =>
          q <= input.falseDiscoveryRate && upper < 0 && -difference >= input.margin,
      )
      .sort((a, b) => a.difference - b.difference || (a.release < b.release ? -1 : 1))
    const [worst] = regressions
    const outputs = regressions.map(outputOf)
    if (!worst)
      return {
        output: {
          outcome: 'nothing',
          compared: rows.length,
          text: `No release of ${route} lowered a score: ${count(rows.length, 'comparison')}, ${comparisonText(rows)}.`,
        },
      }
    const text = regressions.slice(0, 5).map(regressionText).join('\n')
    const phase = worst.object.status?.phase
    if (phase && gone.has(phase))
      return {
        output: {
          outcome: 'answered',
          compared: rows.length,
          regressions: outputs,
          text: `${text}\n${worst.release} is ${phase} already, so nothing is to be taken back.`,
        },
      }
    const back = await rollback.run(
      rollback.input.parse({ release: worst.release, incident: input.incident }),
      context,
    )
    const drafts = (back.drafts ?? []).map(draft =>
      draftOf({
        ...draft,
        skill: 'prompt-regression',
        why: `${regressionText(worst)} ${draft.why}`,
        evidence: [{ source: `calls of ${route}`, detail: regressionText(worst) }, ...draft.evidence],
        expected: {
          signal:
            input.incident === undefined
              ? { service: route, figure: 'score', metric: worst.score, above: worst.before - input.margin }
              : { incident: input.incident },
          within: '24h',
        },
        risks: [...draft.risks, 'It is a new release of the route, which gates and rolls out.'],
      }),
    )
    const next =
      drafts.length > 0
        ? `Next: take it back (${drafts[0]?.title}).`
        : `It is not taken back: ${back.output.text}`
    return {
      output: {
        outcome: drafts.length > 0 ? 'proposed' : 'answered',
        compared: rows.length,
        regressions: outputs,
        text: `${text}\n${next}`,
      },
      drafts,
    }
  },
}

async function comparedReleases(
  route: ModelRoute,
  score: string | undefined,
  context: SkillContext,
): Promise<Row[]> {
  const { namespace = context.namespace, name } = route.metadata
  const calls = (await context.calls.calls({ namespace, route: name, limit: most.calls })).filter(
    ({ arm }) => arm !== 'evaluation',
  )
  const objects = new Map(
    (await context.objects.list(RouteRelease, namespace))
      .filter(({ spec }) => spec.route === name)
      .map(one => [one.metadata.name, one]),
  )
  const byRelease = Map.groupBy(
    calls.toSorted((a, b) => a.at - b.at),
    ({ release }) => release,
  )
  const order = [...byRelease.keys()].filter(one => objects.has(one)).slice(-most.releases)
  const rows: Row[] = []
  for (const [i, release] of order.entries()) {
    const object = objects.get(release)
    const baseline = object?.status?.baseline || order[i - 1]
    if (!object || !baseline || baseline === release) continue
    const units = await unitsOf(route, byRelease.get(release) ?? [], namespace, context)
    const outside = scoresOfCalls(byRelease.get(baseline) ?? [], byRelease.get(release) ?? [])
    for (const named of [...new Set([...units.keys(), ...outside.keys()])].sort()) {
      if (score !== undefined && named !== score) continue
      const difference = differenceOf(units.get(named)) ?? differenceOf(outside.get(named))
      if (difference)
        rows.push({
          ...difference,
          release,
          baseline,
          score: named,
          object,
          baselineObject: objects.get(baseline),
        })
    }
  }
  return rows
}

/** Units of the phases in which a release was tried. */
async function unitsOf(
  route: ModelRoute,
  calls: readonly CallRecord[],
  namespace: string,
  context: SkillContext,
) {
  const phases = [
    ...new Set(calls.filter(({ arm, phase }) => phase !== '' && arm !== 'stable').map(({ phase }) => phase)),
  ].sort()
  const found = new Map<string, ScorePairs>()
  for (const phase of phases.slice(-most.phases)) {
    const units = await context.calls.units({
      namespace,
      route: route.metadata.name,
      phase,
      closeAfterMs: parseDuration(route.spec.rollout.closeAfter),
      until: context.now - 1000,
      limit: most.units,
    })
    scoresOfUnits(units, found)
  }
  return found
}

function differenceOf(pairs: ScorePairs | undefined): ScoreDifference | undefined {
  if (!pairs) return undefined
  if (pairs.paired.length >= leastPairs) return pairedDifference(pairs.paired)
  return Math.min(pairs.before.length, pairs.after.length) >= leastPairs
    ? unpairedDifference(pairs.before, pairs.after)
    : undefined
}

const changedParts = ({ object, baselineObject }: Row): string[] =>
  baselineObject === undefined
    ? []
    : [...new Set(changesOf(baselineObject.spec.bundle, object.spec.bundle).map(({ part }) => part))]

function outputOf(row: Row & { q: number }): z.output<typeof Regression> {
  const { p: _, object, baselineObject: __, ...rest } = row
  const [commit] = object.status?.commits ?? []
  return {
    ...rest,
    prompt: changedParts(row).includes('prompt'),
    ...(commit && { commit: commit.revision, author: plain(commit.author) }),
  }
}

function regressionText(row: Row & { q: number }): string {
  const { release, baseline, score, before, after, lower, upper, q, n, paired, object } = row
  const [commit] = object.status?.commits ?? []
  const by = commit
    ? `commit ${short(commit.revision)} "${plain(commit.title, 100)}" by ${plain(commit.author, 80)}`
    : 'a change that is not from Git'
  const parts = changedParts(row)
  const changed = parts.length === 0 ? '' : ` It changed ${parts.map(part => plain(part, 40)).join(', ')}.`
  return `${plain(score, 63)} fell from ${rounded(before)} to ${rounded(after)} with release ${release} against ${baseline} (${rounded(after - before)}, 95 % between ${rounded(lower)} and ${rounded(upper)}, ${count(n, paired ? 'pair' : 'answer')}, chance ${rounded(q)}): ${by}.${changed}`
}

const comparisonText = (rows: readonly Row[]): string =>
  rows
    .slice(0, 3)
    .map(
      ({ score, release, before, after, n }) =>
        `${plain(score, 63)} of ${release} ${rounded(before)} → ${rounded(after)} (${n})`,
    )
    .join('; ')
