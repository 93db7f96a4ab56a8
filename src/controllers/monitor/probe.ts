import { ApiError } from '../../api/errors.ts'
import { Dataset } from '../../api/kinds/dataset.ts'
import { ModelRoute } from '../../api/kinds/model-route.ts'
import type { Monitor } from '../../api/kinds/monitor.ts'
import { RouteRelease } from '../../api/kinds/route-release.ts'
import type { ScoreAnswer } from '../../gates/scorers/scorer.ts'
import type { GatewayControl } from '../../gateway/gateway.ts'
import { releaseKey } from '../../gateway/snapshot.ts'
import { DatasetError, parseDataset, requiredText } from '../../lib/dataset.ts'
import { digestOfValue } from '../../lib/digest.ts'
import type { Blobs } from '../../store/blobs.ts'
import { checkScorers } from '../runtime/check-scorers.ts'
import { type Context, type Draft, Stalled, Waiting } from '../runtime/reconciler.ts'
import { settled } from '../runtime/settled.ts'
import type { Finding } from './finding.ts'
import { type Baseline, compareProbes, type Probe, type ProbeAnswer } from './probe-answers.ts'

export interface ProbeDependencies {
  gateway: Pick<GatewayControl, 'answer'>
  blobs: Pick<Blobs, 'get' | 'put'>
  score: ScoreAnswer
}

type Status = NonNullable<NonNullable<Monitor['status']>['probe']>

interface Question {
  line: number
  input: string
  expected?: string
}

const dayMs = 86_400_000
const hourMs = 3_600_000
/** Others want their turn in between. */
const sliceMs = 1000

/** Asks fixed questions every night; answers of a night under way are remembered by the Monitor's uid. */
export function probes({ gateway, blobs, score }: ProbeDependencies) {
  const underWay = new Map<string, { key: string; answers: ProbeAnswer[] }>()

  const similarity = (text: string, other: string): number =>
    text === other
      ? 1
      : (score({ name: 'similarity', type: 'reference', compare: 'f1' }, { output: text, expected: other }) ??
        0)

  return {
    forget: (uid: string) => underWay.delete(uid),
    async look(monitor: Draft<Monitor>, probe: Probe, context: Context): Promise<Finding> {
      checkScorers(probe.scorers)
      const { metadata, status } = monitor
      const { namespace = '', uid = '' } = metadata
      const release = stableOf(probe, namespace, context)
      const dataset = settled(
        monitor,
        Dataset,
        probe.dataset.ref,
        context.informer(Dataset).get(probe.dataset.ref, namespace),
      )
      const { input, expected, rows, scorers } = probe
      const questions = digestOfValue({ dataset: dataset.status?.digest, input, expected, rows, scorers })
      if (status.probe?.digest !== release.digest || status.probe.questions !== questions)
        status.probe = { release: release.name, digest: release.digest, questions }
      const state = status.probe
      const now = context.clock.now()
      const night = nightOf(probe, now)
      const due = state.baseline === undefined || Date.parse(state.at ?? state.since ?? '') < night
      if (!due) return findingOf(monitor, probe, state, nightOf(probe, now + dayMs) - now)

      const key = digestOfValue([release.digest, questions, state.baseline ?? '', state.baseline ? night : 0])
      const known = underWay.get(uid)
      const work = known?.key === key ? known : { key, answers: [] as ProbeAnswer[] }
      underWay.set(uid, work)
      const asked = await questionsOf(dataset, probe, blobs)
      const all = state.baseline === undefined ? [...asked, ...asked] : asked
      const until = now + sliceMs
      while (work.answers.length < all.length && context.clock.now() < until) {
        const batch = all.slice(work.answers.length, work.answers.length + probe.concurrency)
        work.answers.push(
          ...(await Promise.all(
            batch.map(question => answerTo(question, release.name, namespace, probe, context.signal)),
          )),
        )
      }
      if (work.answers.length < all.length)
        return {
          ...findingOf(monitor, probe, state, 0),
          unknown: true,
          calm: 'Asking',
          message: `${work.answers.length} of ${all.length} questions asked`,
        }
      underWay.delete(uid)
      await conclude(state, work.answers, probe, context.clock.now())
      return findingOf(monitor, probe, state, nightOf(probe, now + dayMs) - now)
    },
  }

  async function answerTo(
    { line, input, expected }: Question,
    release: string,
    namespace: string,
    { scorers }: Probe,
    signal: AbortSignal,
  ): Promise<ProbeAnswer> {
    const request = { release: releaseKey(namespace, release), input }
    const { output, error, latencyMs, costUsd } = await gateway
      .answer(request, signal)
      .catch((cause: unknown) => {
        if (!(cause instanceof ApiError) || (cause.retry !== 'backoff' && cause.reason !== 'NotFound'))
          throw cause
        throw new Waiting('GatewayNotReady', cause.message)
      })
    const cost = costUsd === undefined ? {} : { costUsd }
    if (output === undefined || error !== undefined) return { line, scores: {}, ...cost }
    const scores = scorers.map(scorer => [
      scorer.name,
      score(scorer, { output, input, expected, latencyMs, costUsd }),
    ])
    return { line, output, scores: Object.fromEntries(scores), ...cost }
  }

  async function conclude(state: Status, answers: ProbeAnswer[], probe: Probe, now: number): Promise<void> {
    const costUsd = answers.reduce((sum, { costUsd = 0 }) => sum + costUsd, 0)
    state.costUsd = Number(costUsd.toPrecision(6))
    if (state.baseline === undefined) {
      const half = answers.length / 2
      const baseline: Baseline = { first: answers.slice(0, half), second: answers.slice(half) }
      state.baseline = await blobs.put(Buffer.from(JSON.stringify(baseline)))
      state.since = text(now)
      state.rows = baseline.first.filter(
        ({ output }, i) => output !== undefined && baseline.second[i]?.output !== undefined,
      ).length
      return
    }
    const stored = await blobs.get(state.baseline)
    if (!stored) {
      // Without it nothing can be compared: the next look begins a new one.
      delete state.baseline
      return
    }
    const baseline = JSON.parse(Buffer.from(stored).toString()) as Baseline
    state.answers = await blobs.put(Buffer.from(JSON.stringify(answers)))
    state.at = text(now)
    Object.assign(state, compareProbes(baseline, answers, probe, similarity))
  }
}

function stableOf(
  { route }: Probe,
  namespace: string,
  { informer }: Context,
): { name: string; digest: string } {
  const name = informer(ModelRoute).get(route.ref, namespace)?.status?.stable
  const release = name === undefined ? undefined : informer(RouteRelease).get(name, namespace)
  if (!release) throw new Waiting('NothingServes', `ModelRoute ${route.ref} serves no release yet`)
  return { name: release.metadata.name, digest: release.spec.digest }
}

async function questionsOf(
  { metadata, spec, status }: Dataset,
  { input, expected, rows }: Probe,
  blobs: Pick<Blobs, 'get'>,
): Promise<Question[]> {
  const bytes = await blobs.get(status?.digest ?? '')
  if (!bytes) throw new Waiting('ContentMissing', `the content of Dataset ${metadata.name} is not stored yet`)
  try {
    const dataset = parseDataset(`Dataset ${metadata.name}`, bytes, spec.format)
    return dataset.records.slice(0, rows).map(record => ({
      line: record.line,
      input: requiredText(dataset, record, input),
      ...(expected === undefined ? {} : { expected: requiredText(dataset, record, expected) }),
    }))
  } catch (error) {
    if (error instanceof DatasetError) throw new Stalled('BadDataset', error.message, { cause: error })
    throw error
  }
}

/** The last time that it was the hour to ask. */
function nightOf({ hour }: Probe, now: number): number {
  const today = Math.floor(now / dayMs) * dayMs + hour * hourMs
  return today <= now ? today : today - dayMs
}

function findingOf(
  { metadata }: Draft<Monitor>,
  { route }: Probe,
  { release, scores, rows = 0, since, at }: Status,
  requeueMs: number,
): Finding {
  const finding = {
    resource: { service: route.ref, namespace: metadata.namespace ?? '' },
    condition: 'Drifted' as const,
    requeueMs,
  }
  if (!scores)
    return {
      ...finding,
      calm: 'Baseline',
      message: `${rows} questions were answered by ${release} twice at ${since}: later nights are compared with it`,
    }
  const drifted = scores.filter(score => score.drifted)
  const said = drifted.map(({ name, before, now }) => `${name} ${before} before, ${now} now`)
  if (drifted.length === 0)
    return {
      ...finding,
      calm: 'Unchanged',
      message: `${release} answered ${rows} questions at ${at} as it did at ${since}`,
    }
  const message = `the provider of ${route.ref} changed: on the same release (${release}) answers to ${rows} fixed questions are not what they were at ${since}: ${said.join('; ')}`
  return { ...finding, calm: '', message, symptom: { severity: 'ticket', reason: 'ProviderDrift', message } }
}

const text = (at: number): string => new Date(at).toISOString().replace(/\.\d+Z$/, 'Z')
