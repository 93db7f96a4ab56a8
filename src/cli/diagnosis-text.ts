import type { Diagnosis, Hypothesis } from '../diagnosis/diagnosis.ts'
import { momentText } from './moment.ts'

const shown = { hypotheses: 5, evidence: 5, rejected: 8 } as const

/** For people: each hypothesis with what speaks for and against it, then what was ruled out. */
export function diagnosisText({ hypotheses, rejected, reason, onset }: Diagnosis): string {
  const began = onset === undefined ? [] : [`It began at ${momentText(onset)}.`, '']
  const others = rejected
    .slice(0, shown.rejected)
    .map(({ cause, reason: why }) => `  ${cause.kind} ${cause.name}: ${why}`)
  const more = rejected.length > shown.rejected ? [`  and ${rejected.length - shown.rejected} more`] : []
  return [
    ...began,
    ...(hypotheses.length === 0 ? [reason ?? 'Nothing in the evidence looks wrong.'] : []),
    ...hypotheses.slice(0, shown.hypotheses).flatMap(hypothesisText),
    ...(others.length > 0 ? ['', 'Considered and not it:', ...others, ...more] : []),
  ].join('\n')
}

const hypothesisText = ({ rank, statement, cause, ...rest }: Hypothesis): string[] => [
  ...(rank === 1 ? [] : ['']),
  `${rank}. ${statement}`,
  `   ${cause.kind} ${cause.name}, ${rest.class}, confidence ${Math.round(rest.confidence * 100)} %`,
  ...rest.evidence.slice(0, shown.evidence).map(({ source, detail }) => `   + ${source}: ${detail}`),
  ...rest.against.slice(0, shown.evidence).map(({ source, detail }) => `   - ${source}: ${detail}`),
  ...(rest.tellApart ? [`   ? ${rest.tellApart}`] : []),
  ...(rest.remedy ? [`   > ${rest.remedy.summary} (keelway skill ${rest.remedy.skill})`] : []),
]
