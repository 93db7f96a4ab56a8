import type { Diagnosis, Hypothesis } from '../../diagnosis/diagnosis.ts'
import { count, percentText, plain, timeText } from '../drafts/words.ts'

const shown = { hypotheses: 3, evidence: 3, against: 2, rejected: 3 } as const

/** What is wrong, where and why, in the fewest lines: evidence may be anybody's text, so it is one line each. */
export function diagnosisText({ abstained, reason, hypotheses, rejected, onset }: Diagnosis): string {
  const began = onset === undefined ? [] : [`It began at ${timeText(onset)}.`]
  const considered = rejected
    .slice(0, shown.rejected)
    .map(({ cause, reason: why }) => `Not it: ${causeText(cause)}, ${plain(why, 200)}`)
  const [first] = hypotheses
  if (abstained || !first)
    return [plain(reason ?? 'Nothing in the evidence looks wrong.', 600), ...began, ...considered].join('\n')
  const more = hypotheses.length - shown.hypotheses
  return [
    ...hypotheses.slice(0, shown.hypotheses).flatMap(hypothesisLines),
    ...(more > 0 ? [`And ${count(more, 'less likely one')}.`] : []),
    ...began,
    ...considered,
    first.remedy
      ? `Next: ${plain(first.remedy.summary, 300)} (skill ${plain(first.remedy.skill, 40)}, or remediate).`
      : 'Next: no skill mends this; look at the evidence above.',
  ].join('\n')
}

const hypothesisLines = ({
  rank,
  statement,
  cause,
  confidence,
  evidence,
  against,
  tellApart,
}: Hypothesis): string[] => [
  `${rank}. ${plain(statement, 600)} (${causeText(cause)}, ${percentText(confidence)} sure)`,
  ...evidence
    .slice(0, shown.evidence)
    .map(one => `   + ${plain(one.source, 120)}: ${plain(one.detail, 240)}`),
  ...against.slice(0, shown.against).map(one => `   - ${plain(one.source, 120)}: ${plain(one.detail, 240)}`),
  ...(tellApart === undefined ? [] : [`   ? ${plain(tellApart, 300)}`]),
]

export const causeText = ({ kind, name }: { kind: string; name: string }): string =>
  kind === 'change' && /^[0-9a-f]{40}/.test(name)
    ? `change ${name.slice(0, 12)}`
    : `${kind} ${plain(name, 160)}`
