import type { Share } from '../gates/judge/calibration.ts'
import type { ScorerReport } from '../gates/judge/scorer-report.ts'
import type { CallRecord } from '../telemetry/telemetry.ts'

/** One call as a person who labels sees it: without what anybody else said of it. */
export function taskText(
  { at, release, input, context, output = '' }: CallRecord,
  i: number,
  of: number,
): string {
  return [
    '',
    `── call ${i} of ${of} · ${new Date(at).toISOString()} · ${release}`,
    ...(context === undefined ? [] : ['DOCUMENTS', indented(context)]),
    ...(input === undefined ? [] : ['QUESTION', indented(input)]),
    'ANSWER',
    indented(output),
  ].join('\n')
}

/** Strangers wrote this: nothing in it may move the cursor, change colours or reverse the direction of reading. */
const indented = (text: string): string =>
  text
    .replaceAll('\r\n', '\n')
    .replace(/[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069]/gu, '\ufffd')
    .split('\n')
    .map(line => `  ${line}`)
    .join('\n')

/** What labels say of every scorer of a route. */
export function reportText(reports: readonly ScorerReport[], route: string): string {
  if (reports.length === 0) return `no scorer scored a call of ${route} yet`
  return reports
    .map(
      ({
        scorer,
        scored,
        mean,
        labels,
        soughtOut,
        sensitivity,
        specificity,
        observed,
        corrected,
        inflation,
      }) =>
        [
          `${scorer}: ${scored} calls scored${mean === undefined ? '' : `, mean ${mean.toFixed(3)}`}; ${labels} labels of the random share, ${soughtOut} others`,
          line('sensitivity', sensitivity, 'labels that say good'),
          line('specificity', specificity, 'labels that say bad'),
          line('observed', observed, 'scores'),
          line('corrected', corrected, 'scores'),
          inflation === undefined
            ? `  ${labels === 0 ? 'not calibrated: label calls with keelway label' : 'not better than chance, or labels of one kind only: it can not stand for people'}`
            : `  a change needs ${inflation.toFixed(2)} times the samples that labels of people would need`,
        ]
          .filter(line => line !== '')
          .join('\n'),
    )
    .join('\n')
}

const line = (name: string, share: Share | undefined, what: string): string =>
  share === undefined
    ? ''
    : `  ${name.padEnd(12)} ${percent(share.value)} (${percent(share.low)} to ${percent(share.high)}) of ${share.of} ${what}`

const percent = (value: number): string => `${(100 * value).toFixed(1)} %`
