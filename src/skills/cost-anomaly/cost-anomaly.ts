import { z } from 'zod'
import { RouteRelease } from '../../api/kinds/route-release.ts'
import { durationPattern, parseDuration } from '../../lib/duration.ts'
import { answerFields } from '../drafts/answer.ts'
import { momentOf, until } from '../drafts/moment.ts'
import { count, lengthText, plain, rounded, short } from '../drafts/words.ts'
import type { Skill, SkillContext } from '../skill.ts'
import { causeOf } from './calls.ts'
import { deviationOf } from './robust.ts'

const Input = z.object({
  window: z
    .string()
    .regex(new RegExp(durationPattern))
    .max(32)
    .default('24h')
    .describe('Time whose costs are looked at, compared with as long times before it.'),
  until: until(),
  route: z.string().max(253).optional().describe('Only this ModelRoute.'),
  leastUsd: z.number().min(0).default(1).describe('Rises below this are not worth a look, in USD.'),
})

const Anomaly = z.object({
  by: z
    .enum(['owner', 'category', 'service', 'namespace', 'route', 'model'])
    .describe('What costs were summed by.'),
  key: z.string().describe('Whose costs.'),
  usd: z.number().describe('Cost in the window, in USD.'),
  usual: z.number().describe('Median of the windows before.'),
  score: z.number().optional().describe('Spreads above usual; absent when it never varied.'),
})

const Output = z.object({
  ...answerFields,
  windows: z.number().int().optional().describe('Windows before that it was compared with.'),
  anomalies: z.array(Anomaly).default([]).describe('Costs that are unusual, the largest rise first.'),
  causes: z
    .array(
      z.object({
        route: z.string().describe('ModelRoute.'),
        byCalls: z.number().describe('Share of the rise due to more calls, 0 to 1.'),
        release: z.string().optional().describe('Release since which calls are dearer.'),
        commit: z.string().optional().describe('Commit that brought it.'),
        author: z.string().optional().describe('Its author.'),
      }),
    )
    .default([])
    .describe('Why routes cost more.'),
})

type AnomalyRow = z.output<typeof Anomaly>

const leastWindows = 5
const mostWindows = 14
/** Spreads above usual from which on it is unusual, and at least so many times as much. */
const unusual = { score: 3.5, factor: 1.2 } as const
const most = { anomalies: 20, routes: 5, calls: 10_000 } as const

/**
 * Costs by owner, category, service, route and model against as long times before, by median and median absolute
 * deviation; of routes whether more or dearer calls did it, and since which release and commit.
 */
export const costAnomaly: Skill<typeof Input, typeof Output> = {
  name: 'cost-anomaly',
  summary: 'Says which costs are unusual, by whom and what, and which release or route did it.',
  risk: 'read',
  input: Input,
  output: Output,
  permissions: [{ reads: 'signals' }, { reads: 'calls' }, { objects: 'keelway.dev/v1alpha1/RouteRelease' }],
  phrases: [
    'why is the bill higher',
    'what made costs go up',
    'are our costs unusual',
    'which route became expensive',
    'why does {route} cost more than before',
    'cost anomaly in the last {window}',
    'who spends more money than usual',
    'token spending jumped, what happened',
    'explain the cost increase of {route}',
    'did a prompt change make {route} more expensive',
    'compare spending of {window} with the usual',
    'find unexpected cloud cost',
    'where does the money go',
  ],
  async run(input, context) {
    const windowMs = parseDuration(input.window)
    const to = input.until === undefined ? context.now : momentOf(input.until, context.now)
    const from = to - windowMs
    context.step(`comparing ${input.window} of costs with those before`)
    const costs = await costsBy(from, to, windowMs, context)
    const calls = await callsBy(from, to, windowMs, input.route, context)
    const anomalies = [...(input.route === undefined ? costs : []), ...calls]
      .flatMap(one => anomalyOf(one, input.leastUsd))
      .sort((a, b) => b.usd - b.usual - (a.usd - a.usual) || (a.key < b.key ? -1 : 1))
      .slice(0, most.anomalies)
    const windows = [...costs, ...calls].reduce((top, { past }) => Math.max(top, past.length), 0)
    if (windows < leastWindows)
      return {
        output: {
          outcome: 'nothing',
          windows,
          text: `Too little is known to say what is usual: costs of ${count(windows, 'time')} of ${input.window} before this one, and ${leastWindows} are needed.`,
        },
      }
    if (anomalies.length === 0)
      return {
        output: {
          outcome: 'nothing',
          windows,
          text: `Costs of the ${input.window} up to now are as usual, beside ${windows} before.`,
        },
      }
    const causes = await causesOf(anomalies, input.route, { from, to, windowMs, windows }, context)
    const text = [
      `Costs of ${lengthText(windowMs)} that are unusual beside ${windows} such times before:`,
      ...anomalies.map(
        ({ by, key, usd, usual }) =>
          `- ${by} ${plain(key, 100) || '(none)'}: $${rounded(usd)}, usually $${rounded(usual)}`,
      ),
      ...causes.map(({ text: why }) => `Why: ${why}`),
      causes.some(({ release }) => release)
        ? 'Next: rollback of that release, or summarise-release to see what it changed.'
        : 'Next: ask the owners, or set a Budget.',
    ].join('\n')
    return {
      output: {
        outcome: 'answered',
        windows,
        anomalies,
        causes: causes.map(({ text: _, ...cause }) => cause),
        text,
      },
    }
  },
}

interface Cost {
  by: AnomalyRow['by']
  key: string
  usd: number
  /** Of windows before in which anything at all was paid, newest first. */
  past: number[]
}

async function costsBy(
  from: number,
  to: number,
  windowMs: number,
  { signals }: SkillContext,
): Promise<Cost[]> {
  const found: Cost[] = []
  for (const by of ['owner', 'category', 'service', 'namespace'] as const) {
    const rows = async (window: { from: number; to: number }) =>
      new Map((await signals.costs({ window, by })).map(({ key, usd }) => [key, usd]))
    found.push(...(await gathered(by, from, to, windowMs, rows)))
  }
  return found
}

async function callsBy(
  from: number,
  to: number,
  windowMs: number,
  route: string | undefined,
  { signals, namespace }: SkillContext,
): Promise<Cost[]> {
  const found: Cost[] = []
  for (const [by, of] of [
    ['route', 'routes'],
    ['model', 'models'],
  ] as const) {
    if (by === 'model' && route !== undefined) continue
    const rows = async (window: { from: number; to: number }) =>
      new Map(
        (await signals.top({ of, measure: 'usd', window, limit: 200 }))
          .filter(
            ({ key }) =>
              by === 'model' ||
              (route === undefined ? key.startsWith(`${namespace}/`) : key === `${namespace}/${route}`),
          )
          .map(({ key, value }) => [key, value]),
      )
    found.push(...(await gathered(by, from, to, windowMs, rows)))
  }
  return found
}

async function gathered(
  by: Cost['by'],
  from: number,
  to: number,
  windowMs: number,
  rows: (window: { from: number; to: number }) => Promise<Map<string, number>>,
): Promise<Cost[]> {
  const now = await rows({ from, to })
  const past: Map<string, number>[] = []
  for (let back = 1; back <= mostWindows; back++) {
    const before = await rows({ from: from - back * windowMs, to: to - back * windowMs })
    // Before anything was counted, nothing was usual.
    if (before.size > 0) past.push(before)
  }
  return [...now].map(([key, usd]) => ({ by, key, usd, past: past.map(one => one.get(key) ?? 0) }))
}

function anomalyOf({ by, key, usd, past }: Cost, leastUsd: number): AnomalyRow[] {
  if (past.length < leastWindows) return []
  const { usual, score } = deviationOf(usd, past)
  if (score < unusual.score || usd < unusual.factor * usual || usd - usual < leastUsd) return []
  return [{ by, key, usd, usual, ...(Number.isFinite(score) && { score }) }]
}

async function causesOf(
  anomalies: readonly AnomalyRow[],
  route: string | undefined,
  { from, to, windowMs, windows }: { from: number; to: number; windowMs: number; windows: number },
  { calls, objects, namespace }: SkillContext,
) {
  const named = anomalies.filter(({ by }) => by === 'route').map(({ key }) => key.slice(key.indexOf('/') + 1))
  const routes = [...new Set(route === undefined ? named : [route])].slice(0, most.routes)
  const found = []
  for (const name of routes) {
    const records = await calls.calls({ namespace, route: name, limit: most.calls })
    // Where there are very many, only the newest are at hand.
    const oldest = records.reduce((first, { at }) => Math.min(first, at), to)
    const cause = causeOf(name, records, from, to, Math.max(oldest, from - windows * windowMs))
    if (!cause) continue
    const release =
      cause.release === undefined ? undefined : await objects.find(RouteRelease, cause.release, namespace)
    const [commit] = release?.status?.commits ?? []
    const by = commit
      ? `, from commit ${short(commit.revision)} "${plain(commit.title, 100)}" by ${plain(commit.author, 80)}`
      : ''
    found.push({
      ...cause,
      text: cause.text + by,
      ...(commit && { commit: commit.revision, author: plain(commit.author) }),
    })
  }
  return found
}
