import { ModelRoute } from '../../api/kinds/model-route.ts'
import { createJudge } from '../../gates/judge/judge.ts'
import type { ScoreAnswer } from '../../gates/scorers/scorer.ts'
import type { GatewayControl } from '../../gateway/gateway.ts'
import type { Random } from '../../lib/random.ts'
import type { CallRecord, Feedback, Telemetry } from '../../telemetry/telemetry.ts'
import { askRoute, JudgeFailed } from '../runtime/ask-route.ts'
import { type Context, done, type Reconciler, requeueIn } from '../runtime/reconciler.ts'
import { type Budget, budgetOf, isJudgeable, judgedFeedback } from './judging.ts'
import { isPicked, type JudgeScorer, liveScorersOf, pureFeedback } from './live-scorers.ts'

export interface LiveScoringDependencies {
  telemetry: Pick<Telemetry, 'append' | 'call' | 'unscored' | 'judgeUse'>
  gateway: Pick<GatewayControl, 'answer'>
  score: ScoreAnswer
  random: Random
}

const POLL_MS = 1000
/** Scorers take up to a few milliseconds a call, and others want their turn in between. */
const PAGE = 50
/** What is older when it is first seen is left unscored. */
const WINDOW_MS = 3_600_000
/** Questions to judges of one route at once. */
const CONCURRENCY = 4
const DAY_MS = 86_400_000

/**
 * Scores live calls in the background, by what a route's scorers can say without a label. Scores come back as feedback,
 * where rollouts and `keelway why` find them. Where a call stands is told by its feedback: what a crash left unsaid is
 * said after the restart, and a score that is said twice is still one score of the call.
 */
export function liveScoringReconciler(dependencies: LiveScoringDependencies): Reconciler<typeof ModelRoute> {
  const { telemetry, score } = dependencies
  /** Behind the last call that was seen, by the route's uid. */
  const positions = new Map<string, number>()
  return {
    name: 'live-scoring',
    kind: ModelRoute,
    conditions: false,
    concurrency: 4,
    timeoutMs: 120_000,
    async reconcile({ metadata, spec }, context) {
      const { pure, judges } = liveScorersOf(spec.scorers)
      if (pure.length + judges.length === 0) return done
      const { name, namespace = '', uid = '' } = metadata
      const { clock, signal } = context
      const { calls, next } = await telemetry.unscored({
        namespace,
        route: name,
        after: positions.get(uid) ?? 0,
        since: clock.now() - WINDOW_MS,
        limit: PAGE,
      })
      const bench = await seatJudges(judges, { name, namespace }, calls, dependencies, context)
      const said: Feedback[] = []
      const open: CallRecord[] = []
      for (const call of calls) {
        // What is said of a call is said at once, or a restart would not ask the judges who are missing.
        if (bench.some(({ wants }) => wants(call))) open.push(call)
        else said.push(...[pureFeedback(pure, call, score, clock.now()) ?? []].flat())
      }
      if (said.length > 0) await telemetry.append([], said)
      await inParallel(open, async call => {
        const own = pureFeedback(pure, call, score, clock.now())
        const judged = await Promise.all(bench.map(judge => judge.feedback(call, signal)))
        await telemetry.append([], [...(own ? [own] : []), ...judged.flat()])
      })
      positions.set(uid, next)
      return requeueIn(calls.length === PAGE ? 0 : POLL_MS)
    },
  }
}

/** A judge who is there and has something left of the day's budget. */
interface Seated {
  wants(call: CallRecord): boolean
  feedback(call: CallRecord, signal: AbortSignal): Promise<Feedback[]>
}

async function seatJudges(
  judges: JudgeScorer[],
  route: { name: string; namespace: string },
  calls: CallRecord[],
  dependencies: LiveScoringDependencies,
  context: Context,
): Promise<Seated[]> {
  const { clock, event } = context
  const seated: Seated[] = []
  for (const scorer of judges) {
    const wants = (call: CallRecord) => isJudgeable(scorer.judge, call) && isPicked(scorer, call.id)
    if (!calls.some(wants)) continue
    const asked = askRoute(dependencies.gateway, context, {
      name: scorer.judge.route,
      namespace: route.namespace,
    })
    if (!asked) {
      event(
        'Warning',
        'JudgeMissing',
        `scorer ${scorer.name}: ModelRoute ${scorer.judge.route} serves nothing, so calls stay without this score`,
      )
      continue
    }
    const since = Math.floor(clock.now() / DAY_MS) * DAY_MS
    const used = await dependencies.telemetry.judgeUse({
      namespace: route.namespace,
      route: route.name,
      scorer: scorer.name,
      since,
    })
    const budget = budgetOf(scorer.judge.atMost, used)
    const judge = createJudge(scorer.judge, { ask: asked.ask, random: dependencies.random })
    const by = `${scorer.name}@${asked.release}`
    const tools = { judge, telemetry: dependencies.telemetry, by, now: () => clock.now() }
    seated.push({
      wants,
      feedback: async (call, signal) =>
        wants(call) ? verdictOn(call, scorer, budget, tools, context, signal) : [],
    })
  }
  return seated
}

/** A call that can't be judged stays without the score; a gateway that is away is waited for. */
async function verdictOn(
  call: CallRecord,
  scorer: JudgeScorer,
  budget: Budget,
  tools: Parameters<typeof judgedFeedback>[2],
  { event }: Context,
  signal: AbortSignal,
): Promise<Feedback[]> {
  if (!budget.take()) {
    event('Warning', 'JudgeBudgetSpent', `scorer ${scorer.name}: today's budget of its judge is used up`)
    return []
  }
  try {
    const feedback = await judgedFeedback(scorer, call, tools, signal)
    if (feedback.length > 0) budget.spend(feedback[0]?.costUsd)
    return feedback
  } catch (error) {
    if (!(error instanceof JudgeFailed)) throw error
    event('Warning', 'JudgeFailed', `scorer ${scorer.name}: ${error.message}`)
    return []
  }
}

/** Works on all, some at once; the first failure ends it when those under way have ended. */
async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const waiting = items.values()
  const worker = async () => {
    for (const item of waiting) await work(item)
  }
  const ended = await Promise.allSettled(Array.from({ length: CONCURRENCY }, worker))
  const failed = ended.find(({ status }) => status === 'rejected')
  if (failed?.status === 'rejected') throw failed.reason
}
