import { z } from 'zod'
import { EvaluationRun } from '../../api/kinds/evaluation-run.ts'
import { ModelRoute } from '../../api/kinds/model-route.ts'
import { RouteRelease } from '../../api/kinds/route-release.ts'
import { answerFields, nothing } from '../drafts/answer.ts'
import { type Difference, differences, differenceText } from '../drafts/difference.ts'
import { count, plain, rounded, short } from '../drafts/words.ts'
import { lineChanges } from '../evidence/commit-changes.ts'
import type { Skill, SkillContext } from '../skill.ts'

const Input = z.object({
  release: z.string().max(253).optional().describe('RouteRelease; without it the newest of the route.'),
  route: z.string().max(253).optional().describe('ModelRoute whose newest release is meant.'),
})

const Output = z.object({
  ...answerFields,
  release: z.string().optional().describe('RouteRelease.'),
  baseline: z.string().optional().describe('What it is compared with.'),
  changes: z
    .array(
      z.object({
        part: z.string().describe('prompt, model, parameters, …'),
        what: z.string().describe('What is other, with values.'),
      }),
    )
    .default([])
    .describe('What differs from the baseline.'),
  commits: z
    .array(
      z.object({
        revision: z.string().describe('Commit.'),
        author: z.string().describe('Author.'),
        title: z.string().describe('Title.'),
      }),
    )
    .default([])
    .describe('Commits that had this content.'),
  verdict: z.string().optional().describe('How its rollout ended.'),
})

const most = { changes: 20, lines: 8 } as const

/** What a release changed against the one before: prompt, model, parameters; how it was evaluated, rolled out and judged. */
export const summariseRelease: Skill<typeof Input, typeof Output> = {
  name: 'summarise-release',
  summary: 'Says what a release of a route changed, how it was evaluated, and its verdict.',
  risk: 'read',
  input: Input,
  output: Output,
  permissions: [
    { objects: 'keelway.dev/v1alpha1/RouteRelease' },
    { objects: 'keelway.dev/v1alpha1/ModelRoute' },
    { objects: 'keelway.dev/v1alpha1/EvaluationRun' },
  ],
  phrases: [
    'summarise release {release}',
    'what is in the newest release of {route}',
    'release notes for {route}',
    'how did {release} do in evaluation',
    'why was {release} rolled back',
    'what does the candidate of {route} change in the prompt',
    'compare {release} with the one before',
    'verdict of the rollout of {route}',
    'which prompt and model does {release} serve',
    'is the new version of {route} better',
    'tell me about {release}',
    'summary of the latest rollout of {route}',
  ],
  async run(input, context) {
    const release = await releaseOf(input, context)
    if (!release)
      return nothing(
        `There is no RouteRelease ${plain(input.release ?? `of ${input.route ?? 'no route'}`)} in namespace ${context.namespace}.`,
      )
    const { metadata, spec, status } = release
    const baseline = status?.baseline
      ? await context.objects.find(RouteRelease, status.baseline, metadata.namespace)
      : undefined
    const changes = baseline ? changesOf(baseline.spec.bundle, spec.bundle) : []
    const commits = (status?.commits ?? []).map(({ revision, author, title }) => ({
      revision,
      author: plain(author),
      title: plain(title),
    }))
    const verdict =
      status?.verdict &&
      `${status.verdict.decision} (${plain(status.verdict.reason, 60)}): ${plain(status.verdict.message, 400)}`
    const [first] = commits
    const lines = [
      `${metadata.name} of route ${spec.route} is ${status?.phase ?? 'Pending'}${status?.weight === undefined ? '' : ` with ${status.weight} % of sessions`}.`,
      first
        ? `It came with ${short(first.revision)} "${first.title}" by ${first.author}${commits.length > 1 ? ` and ${count(commits.length - 1, 'later commit')}` : ''}.`
        : 'It did not come from Git.',
      baseline
        ? `Against ${baseline.metadata.name}: ${changes.length === 0 ? 'nothing that is served differs.' : `${count(changes.length, 'change')}.`}`
        : 'It is the first release of its route, so there is nothing to compare it with.',
      ...changes.slice(0, most.changes).map(({ part, what }) => `- ${part}: ${what}`),
      ...(await gateLines(release, context)),
      ...(status?.evidence ?? []).slice(0, 8).map(evidenceLine),
      verdict ? `Verdict: ${verdict}` : 'There is no verdict yet.',
    ]
    return {
      output: {
        outcome: 'answered',
        release: metadata.name,
        ...(baseline && { baseline: baseline.metadata.name }),
        changes,
        commits,
        ...(verdict && { verdict }),
        text: lines.join('\n'),
      },
    }
  },
}

async function releaseOf(
  { release, route }: z.output<typeof Input>,
  { objects, namespace }: SkillContext,
): Promise<RouteRelease | undefined> {
  if (release !== undefined) return objects.find(RouteRelease, release, namespace)
  if (route === undefined) return undefined
  const { status } = (await objects.find(ModelRoute, route, namespace)) ?? {}
  const current = status?.candidate || status?.stable
  if (current) return objects.find(RouteRelease, current, namespace)
  return (await objects.list(RouteRelease, namespace))
    .filter(({ spec }) => spec.route === route)
    .sort(
      (a, b) =>
        (b.metadata.creationTimestamp ?? '').localeCompare(a.metadata.creationTimestamp ?? '', 'en') ||
        (a.metadata.name < b.metadata.name ? -1 : 1),
    )[0]
}

/** What two bundles serve differently; of texts the lines that are gone and new. */
export const changesOf = (
  before: Record<string, unknown>,
  after: Record<string, unknown>,
): { part: string; what: string }[] =>
  differences(before, after).map(difference => ({
    part: difference.path.split('/')[1] ?? 'all',
    what: changeText(difference),
  }))

function changeText(difference: Difference): string {
  const { before, after, path } = difference
  const texts = [before, after].map(value =>
    typeof value === 'string' ? value : (JSON.stringify(value, null, 1) ?? ''),
  )
  const [old = '', now = ''] = texts
  if (Math.max(old.length, now.length) < 80) return plain(differenceText(difference), 300)
  const { gone, added } = lineChanges(old, now, most.lines)
  const lines = [...gone.map(line => `− ${plain(line, 160)}`), ...added.map(line => `+ ${plain(line, 160)}`)]
  return `${plain(path.slice(1).replaceAll('/', '.'), 120)} ${lines.join(' ')}`
}

async function gateLines({ status, metadata }: RouteRelease, { objects }: SkillContext): Promise<string[]> {
  const lines: string[] = []
  for (const { gate, state, message, run } of (status?.gates ?? []).slice(0, 10)) {
    lines.push(`Gate ${plain(gate, 80)} is ${state}: ${plain(message, 300)}`)
    const evaluated =
      run === undefined ? undefined : await objects.find(EvaluationRun, run, metadata.namespace)
    for (const criterion of (evaluated?.status?.criteria ?? []).slice(0, 8))
      lines.push(
        `- ${plain(criterion.scorer, 60)} ${plain(criterion.condition, 80)}: ${criterion.verdict}, ${plain(criterion.message, 200)}`,
      )
  }
  return lines
}

type Evidence = NonNullable<NonNullable<RouteRelease['status']>['evidence']>[number]

const evidenceLine = ({ metric, stable, candidate, units, message }: Evidence): string =>
  stable === undefined || candidate === undefined
    ? `Metric ${plain(metric, 63)}: ${plain(message, 300)}`
    : `Metric ${plain(metric, 63)}: ${rounded(stable)} → ${rounded(candidate)}${units === undefined ? '' : ` (${count(units, 'unit')})`}, ${plain(message, 300)}`
