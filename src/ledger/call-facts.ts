import type { CallRecord, Feedback } from '../telemetry/telemetry.ts'

/** What a call used, what guardrails said of it, and what was said of its answer, in words. */
export function callFacts(
  record: CallRecord & { feedback: readonly Feedback[] },
): { link: 'usage' | 'guardrails' | 'scores'; detail: string }[] {
  return [
    { link: 'usage' as const, detail: usageText(record) },
    { link: 'guardrails' as const, detail: guardText(record) },
    { link: 'scores' as const, detail: scoreText(record) },
  ].filter(({ detail }) => detail !== '')
}

function usageText({
  usage,
  usageSource,
  costUsd,
  priceSource,
  cache,
  savedUsd,
  attempts = [],
  model,
  provider,
}: CallRecord): string {
  const tokens = Object.entries(usage ?? {}).filter(([, count]) => typeof count === 'number' && count > 0)
  return [
    `${provider} ${model}`,
    ...(cache === 'hit'
      ? [`from the cache${savedUsd === undefined ? '' : `, $${money(savedUsd)} saved`}`]
      : []),
    ...(tokens.length > 0
      ? [`${tokens.map(([name, count]) => `${count} ${name}`).join(', ')} tokens (${usageSource})`]
      : []),
    ...(usage
      ? [costUsd === undefined ? 'price unknown' : `$${money(costUsd)} (${priceSource ?? 'priced then'})`]
      : []),
    ...attempts.map(({ provider: tried, error }) => `${tried} failed before: ${error}`),
  ].join('; ')
}

const money = (usd: number): string => String(Number(usd.toPrecision(6)))

const guardText = ({ guards = [] }: CallRecord): string =>
  guards
    .map(({ guardrail, rule, zone, verdict, action, reason }) => {
      const done = action === 'none' ? '' : `, ${action}`
      return `${guardrail}/${rule} on ${zone}: ${verdict}${reason === undefined ? '' : ` (${reason})`}${done}`
    })
    .join('; ')

const scoreText = ({ scores = {}, feedback }: CallRecord & { feedback: readonly Feedback[] }): string =>
  [
    ...Object.entries(scores).map(([name, score]) => `${name} ${score} by the gateway`),
    ...feedback.flatMap(({ scores: given = {}, label, source, by }) => {
      const who = source === 'scorer' ? 'a scorer' : (by ?? 'feedback')
      return [
        ...Object.entries(given).map(([name, score]) => `${name} ${score} by ${who}`),
        ...(label === undefined ? [] : [`a label by ${who}`]),
      ]
    }),
  ].join('; ')
