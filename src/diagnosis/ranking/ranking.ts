import type { Case, ChannelAnswer, Finding } from '../channel.ts'
import type { Cause, Contribution, Diagnosis, Evidence, Hypothesis, Rejected } from '../diagnosis.ts'
import { tellApart } from './tell-apart.ts'

/**
 * What outcomes taught of a rule: the factor on its odds, within 0.5 and 2, and in words where it comes from; 1 when
 * nothing is known.
 */
export type Priors = (rule: string) => { factor: number; detail: string }

export type ChannelFindings = ChannelAnswer & { channel: string }

interface Candidate {
  cause: Cause
  findings: (Finding & { channel: string })[]
  contributions: Contribution[]
  odds: number
}

/** Below `first` nothing is said to be the cause; others are shown beside one that is. */
const least = { first: 0.3, others: 0.05 } as const
/** From this on a cause that says why goes before a service that only says where. */
const explaining = 0.4
const most = { factor: 2, evidence: 12, rejected: 50 } as const
const noPriors: Priors = () => ({ factor: 1, detail: '' })

/**
 * Joins what channels found of the same cause (noisy or: channels see different evidence), lets a cause that explains
 * the symptoms of a service gain by what is known of that service, and applies what outcomes taught. Where a service
 * misbehaves is no cause yet: a change, an object or something external that explains it goes first.
 */
export function ranked(
  answers: readonly ChannelFindings[],
  evidence: Pick<Case, 'leftOut'>,
  priors: Priors = noPriors,
): Pick<Diagnosis, 'reason' | 'rejected'> & { hypotheses: Hypothesis[] } {
  const candidates = candidatesOf(answers)
  for (const candidate of candidates.values()) weigh(candidate, candidates, priors)
  const all = [...candidates.values()].sort(before)
  const enough = all[0] !== undefined && shareOf(all[0].odds) >= least.first
  const accepted = enough ? all.filter(({ odds }) => shareOf(odds) >= least.others) : []
  const hypotheses = accepted.map((candidate, index) => hypothesisOf(candidate, index + 1))
  for (const [index, hypothesis] of hypotheses.entries()) {
    const next = hypotheses[index + 1]
    const test = next && tellApart(hypothesis, next)
    if (test) hypothesis.tellApart = test
  }
  const below = all.filter(candidate => !accepted.includes(candidate))
  return {
    hypotheses,
    rejected: [...below.map(tooWeak), ...answers.flatMap(({ rejected }) => rejected ?? [])].slice(
      0,
      most.rejected,
    ),
    ...(hypotheses.length === 0 && { reason: reasonOf(below, evidence) }),
  }
}

function candidatesOf(answers: readonly ChannelFindings[]): Map<string, Candidate> {
  const found = new Map<string, Candidate>()
  for (const { channel, findings } of answers)
    for (const finding of findings) {
      const key = keyOf(finding.cause)
      const candidate = found.get(key) ?? { cause: finding.cause, findings: [], contributions: [], odds: 0 }
      candidate.findings.push({ ...finding, channel })
      found.set(key, candidate)
    }
  for (const { findings } of found.values())
    findings.sort((a, b) => b.strength - a.strength || order(a.rule, b.rule))
  return found
}

function weigh(candidate: Candidate, all: ReadonlyMap<string, Candidate>, priors: Priors): void {
  let wrong = 1
  const seen = new Set<string>()
  for (const { channel, rule, strength, statement } of candidate.findings) {
    if (seen.has(channel)) continue
    seen.add(channel)
    wrong *= 1 - Math.min(strength, 0.99)
    candidate.contributions.push({ from: channel, factor: oddsOf(strength), detail: `${rule}: ${statement}` })
  }
  candidate.odds = oddsOf(1 - wrong)
  if (candidate.cause.kind !== 'service') gainByServices(candidate, all)
  for (const rule of new Set(candidate.findings.map(finding => finding.rule))) {
    const { factor, detail } = priors(rule)
    const bounded = Math.min(most.factor, Math.max(1 / most.factor, factor))
    if (bounded === 1) continue
    candidate.odds *= bounded
    candidate.contributions.push({ from: 'outcomes', factor: bounded, detail })
    break
  }
}

/** At most doubles the odds, however many services are explained; what is too weak alone stays so. */
function gainByServices(candidate: Candidate, all: ReadonlyMap<string, Candidate>): void {
  const explained = candidate.findings
    .flatMap(({ explains }) => explains ?? [])
    .flatMap(name => all.get(keyOf({ kind: 'service', name }))?.findings ?? [])
    .sort((a, b) => b.strength - a.strength)
  const [strongest] = explained
  if (!strongest || shareOf(candidate.odds) < least.first) return
  const factor = 1 + strongest.strength
  candidate.odds *= factor
  candidate.contributions.push({
    from: strongest.channel,
    factor,
    detail: `explains what is seen of ${strongest.cause.name}: ${strongest.statement}`,
  })
}

const saysWhy = ({ cause, odds }: Candidate): boolean =>
  cause.kind !== 'service' && shareOf(odds) >= explaining

const before = (a: Candidate, b: Candidate): number =>
  Number(saysWhy(b)) - Number(saysWhy(a)) ||
  Number(seenOf(b)) - Number(seenOf(a)) ||
  b.odds - a.odds ||
  order(keyOf(a.cause), keyOf(b.cause))

const seenOf = ({ findings }: Candidate): boolean => findings.some(({ observed }) => observed)

function hypothesisOf({ cause, findings, contributions, odds }: Candidate, rank: number): Hypothesis {
  const [first] = findings
  const remedy = findings.find(finding => finding.remedy)?.remedy
  return {
    rank,
    statement: first?.statement ?? '',
    cause,
    class: first?.class ?? 'unknown',
    confidence: Math.round(shareOf(odds) * 1000) / 1000,
    evidence: distinct(findings.flatMap(finding => finding.evidence)),
    against: distinct(findings.flatMap(finding => finding.against ?? [])),
    contributions,
    rules: [...new Set(findings.map(({ rule }) => rule))],
    ...(remedy && { remedy }),
  }
}

const tooWeak = ({ cause, findings, odds }: Candidate): Rejected => ({
  cause,
  reason: `too little speaks for it (${Math.round(shareOf(odds) * 100)} %): ${findings[0]?.statement ?? ''}`,
})

const reasonOf = (below: readonly Candidate[], { leftOut }: Pick<Case, 'leftOut'>): string =>
  [
    below.length === 0
      ? 'Nothing in the evidence looks wrong.'
      : `Nothing stands out: ${below.length} possible causes were found and none with ${least.first * 100} % or more.`,
    ...(leftOut.length > 0 ? [`Not all was read: ${leftOut.join('; ')}.`] : []),
  ].join(' ')

const distinct = (evidence: readonly Evidence[]): Evidence[] =>
  [...new Map(evidence.map(one => [`${one.source}\n${one.detail}`, one])).values()].slice(0, most.evidence)

const keyOf = ({ kind, name }: Cause): string => `${kind}\n${name}`
const oddsOf = (share: number): number => share / (1 - Math.min(share, 0.999))
const shareOf = (odds: number): number => odds / (1 + odds)
const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
