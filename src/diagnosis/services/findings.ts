import type { Finding } from '../channel.ts'
import type { Evidence } from '../diagnosis.ts'
import type { Ranked, Verdict } from './gate.ts'
import { pagedSuffers, type Scene } from './scene.ts'
import { clockText } from './views/view.ts'

const most = { findings: 8, statement: 1_000 } as const
/** Less relevance than this is noise; what is found then stays below what is told as a cause. */
const silent = 0.25
/** Of runners-up: worth a look when the first one is not it. */
const runnerUp = { least: 0.06, most: 0.3 } as const
/** No view is surer than this: all 19 families of development cases were right, to which Laplace's rule gives this. */
const surest = 0.95

/** What the gate decided, as findings with statements. */
export function findingsOf(scene: Scene, verdict: Verdict): Finding[] {
  const [first] = verdict.ranked
  if (!first) return []
  const top = strengthOf(verdict)
  return verdict.ranked.slice(0, most.findings).map((suspect, index) => ({
    rule: suspect.rule,
    cause: { kind: 'service', name: suspect.service },
    class: suspect.class,
    statement: cut(
      `${sentence(suspect)}${index === 0 ? supportText(suspect) : ` ${lostText(suspect, first)}`}`,
    ),
    strength: round(index === 0 ? top : runnerUpStrength(top, suspect.share)),
    evidence: [...suspect.evidence, ...suspect.support.flatMap(({ evidence }) => evidence)],
    against: againstOf(suspect, index === 0 ? disagreeing(scene, verdict) : []),
    explains: [suspect.service],
    observed: true,
  }))
}

/**
 * Of verdicts with this figure, about this share is right: a logistic curve over how clear the class is and how far the
 * first suspect is ahead, flatter than the development data alone would give.
 */
function strengthOf({ relevance, ranked }: Verdict): number {
  if (relevance < silent) return relevance
  const margin = 1 - (ranked[1]?.share ?? 0)
  return Math.min(surest, 1 / (1 + Math.exp(1.2 - 5 * relevance * (0.7 + 0.3 * margin))))
}

const runnerUpStrength = (top: number, share: number): number =>
  top < runnerUp.least
    ? top * share * 0.9
    : Math.min(top - 0.01, runnerUp.least + (runnerUp.most - runnerUp.least) * share)

/** Names and lines of a bundle may be of any length. */
const cut = (text: string): string =>
  text.length <= most.statement ? text : `${text.slice(0, most.statement - 2)}….`

const round = (strength: number): number => Math.round(strength * 1000) / 1000

const sentence = ({ service, what }: Ranked): string => `${service}: ${what}.`

const supportText = ({ support }: Ranked): string =>
  support.length === 0 ? '' : ` Also: ${support.map(({ what }) => what).join('; ')}.`

function lostText({ against, since, view, share }: Ranked, first: Ranked): string {
  const [fact] = against ?? []
  if (fact) return `Behind ${first.service}, since ${fact.detail}.`
  if (since !== undefined && first.since !== undefined && since > first.since)
    return `Behind ${first.service}, which moved ${Math.round((since - first.since) / 1000)} s earlier.`
  return view === first.view
    ? `Behind ${first.service}, of which the same was seen ${ratio(share)} as strongly.`
    : `Behind ${first.service}, whose fault would explain this, while this would not explain that.`
}

const ratio = (share: number): string => `${Number((1 / Math.max(share, 0.01)).toPrecision(2))} times`

const againstOf = ({ against = [] }: Ranked, more: readonly Evidence[]): Evidence[] => [...against, ...more]

/** What does not go with the first suspect. */
function disagreeing(scene: Scene, { ranked }: Verdict): Evidence[] {
  const [first, ...rest] = ranked
  if (!first) return []
  const earlier = rest.filter(
    ({ since }) => since !== undefined && since < (first.since ?? Number.NEGATIVE_INFINITY),
  )
  return [
    ...earlier.slice(0, 3).map(({ service, since, evidence }) => ({
      source: evidence[0]?.source ?? 'metrics',
      detail: `${service} moved before it, at ${clockText(since ?? 0)}`,
    })),
    ...(pagedSuffers(scene)
      ? []
      : [
          {
            source: 'incident.json',
            detail: `of ${scene.paged ?? 'what was reported'} the metric of the alert is as it was`,
          },
        ]),
  ]
}
