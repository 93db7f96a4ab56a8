import { stat } from 'node:fs/promises'
import { caseOf } from '../diagnosis/case.ts'
import { channels } from '../diagnosis/channels.ts'
import { diagnose as diagnoseCase } from '../diagnosis/diagnose.ts'
import type { Diagnosis, Hypothesis } from '../diagnosis/diagnosis.ts'
import { systemClock } from '../lib/clock.ts'
import { BundleError } from '../telemetry/bundle/layout.ts'
import { loadBundle } from '../telemetry/bundle/load.ts'
import { type Command, UsageError } from './command.ts'
import { momentText } from './moment.ts'

const shown = { hypotheses: 5, evidence: 5, rejected: 8 } as const

export const diagnose: Command = {
  name: 'diagnose',
  summary: 'Say what is wrong, where and why, with the evidence, the likeliest cause first.',
  arguments: ['BUNDLE_DIR'],
  options: {},
  help: [
    'BUNDLE_DIR is an evidence bundle: keelway bundle create writes one. The same bundle gives the same answer.',
    'Needs no server, no network and no language model. Exit code 0 whether or not something is wrong.',
  ].join('\n'),
  async run(invocation) {
    const [folder = ''] = invocation.positionals
    if (!(await stat(folder).catch(() => undefined))?.isDirectory())
      throw new UsageError(`there is no folder ${folder}; keelway bundle create writes one`)
    try {
      const evidence = await caseOf(await loadBundle(folder, { now: systemClock.now() }))
      const diagnosis = diagnoseCase(evidence, channels)
      invocation.out(invocation.json ? JSON.stringify(diagnosis) : diagnosisText(diagnosis))
      return 0
    } catch (error) {
      if (error instanceof BundleError) throw new UsageError(error.message, { cause: error })
      throw error
    }
  },
}

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
