import type { ModelRoute } from '../../api/kinds/model-route.ts'
import type { ScoreStatus } from '../../api/kinds/scorer.ts'
import type { Share } from '../../gates/judge/calibration.ts'
import { scorerReports } from '../../gates/judge/scorer-report.ts'
import type { Telemetry } from '../../telemetry/telemetry.ts'

const RECENT = 5000
const MOST_LABELS = 20_000

/** How often a summary is made anew: it reads thousands of calls. */
export const SCORES_MS = 60_000

/**
 * Makes summaries of routes' scores, each at most once a minute; in between the last one stands.
 * @returns a function of the route and the time now, milliseconds since the epoch
 */
export function scoreSummaries(
  telemetry: Pick<Telemetry, 'reviewed'>,
): (route: ModelRoute, now: number) => Promise<ScoreStatus[] | undefined> {
  /** When the last one was made, by the route's uid. */
  const made = new Map<string, number>()
  return async ({ metadata, status }, now) => {
    const { name, namespace = '', uid = '' } = metadata
    if (now - (made.get(uid) ?? -Infinity) < SCORES_MS) return status?.scores
    const of = { namespace, route: name }
    const recent = await telemetry.reviewed({ ...of, limit: RECENT })
    const labelled = await telemetry.reviewed({ ...of, source: 'person', limit: MOST_LABELS })
    made.set(uid, now)
    const reports = scorerReports(recent, labelled)
    return reports.length === 0 ? undefined : reports.map(statusOf)
  }
}

const statusOf = ({
  scorer,
  scored,
  labels,
  mean,
  inflation,
  sensitivity,
  specificity,
  corrected,
}: ReturnType<typeof scorerReports>[number]): ScoreStatus => ({
  name: scorer,
  scored,
  labels,
  ...(mean === undefined ? {} : { mean: rounded(mean) }),
  ...(sensitivity && { sensitivity: shareOf(sensitivity) }),
  ...(specificity && { specificity: shareOf(specificity) }),
  ...(corrected && { corrected: shareOf(corrected) }),
  ...(inflation === undefined ? {} : { inflation: rounded(inflation) }),
})

const shareOf = ({ value, low, high }: Share) => ({
  value: rounded(value),
  low: rounded(low),
  high: rounded(high),
})

const rounded = (value: number): number => Math.round(1000 * value) / 1000
