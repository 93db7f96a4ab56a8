import { GatewayError } from '../failure.ts'
import type { AccessKeySnapshot, BudgetSnapshot } from '../snapshot.ts'
import type { Account } from './account.ts'
import { usdOf } from './budget-window.ts'
import { timeText } from './limit-headers.ts'
import type { Rule } from './plans.ts'

/** A limit per minute has no room; waiting for the next minute helps unless the call is larger than the limit. */
export function rateRefusal(
  { account, unit }: Rule,
  key: AccessKeySnapshot,
  amount: number,
  now: number,
): GatewayError {
  const { limit } = account
  const who = `AccessKey ${key.namespace}/${key.name} may ${unit === 'requests' ? 'make' : 'use'} ${limit} ${unit} per minute`
  if (amount > limit)
    return new GatewayError(
      'rate_limited',
      `${who}, and this call may use ${amount}: ask for fewer with max_tokens, or send less`,
      { headers: { 'x-should-retry': 'false' } },
    )
  const seconds = secondsUntil(account.window(now).until, now)
  return new GatewayError(
    'rate_limited',
    `${who}; ${limit - account.remaining(now)} are taken and this call needs ${amount}: try again in ${seconds} s`,
    { headers: { 'retry-after': String(seconds) } },
  )
}

/** @param limit calls at the same time */
export const slotRefusal = ({ namespace, name }: AccessKeySnapshot, limit: number): GatewayError =>
  new GatewayError(
    'rate_limited',
    `AccessKey ${namespace}/${name} may have ${limit} ${limit === 1 ? 'call' : 'calls'} at the same time, ` +
      'and has them: try again when one has ended',
    { headers: { 'retry-after': '1' } },
  )

export function budgetRefusal(
  account: Account,
  budget: BudgetSnapshot,
  unit: Rule['unit'],
  amount: number,
  now: number,
): GatewayError {
  const text = (count: number) => (unit === 'usd' ? usdText(usdOf(count)) : `${count} tokens`)
  const { limit } = account
  const { until } = account.window(now)
  const total = budget.period === 'total'
  const period = total ? 'in total' : `per ${budget.period}`
  const may =
    amount > limit
      ? 'is less than this call may need'
      : `has no room for the ${text(amount)} this call may need`
  const spent = text(limit - Math.min(limit, account.remaining(now)))
  const next = total ? 'it has to be raised' : `it is free again at ${timeText(until)}`
  return new GatewayError(
    'budget_exceeded',
    `Budget ${budget.namespace}/${budget.name} of ${text(limit)} ${period} ${may}: ${spent} are spent or reserved, ${next}`,
    total ? {} : { headers: { 'retry-after': String(secondsUntil(until, now)) } },
  )
}

export const unknownPriceRefusal = ({ namespace, name }: BudgetSnapshot, route: string): GatewayError =>
  new GatewayError(
    'budget_exceeded',
    `Budget ${namespace}/${name} limits money and the price of what ${route} calls is unknown: give the model a price in ` +
      'its ModelProvider, or set unknownPrice: allow in the Budget',
  )

const secondsUntil = (time: number, now: number): number => Math.max(1, Math.ceil((time - now) / 1000))

/** Cents where there are dollars, and enough digits to see a small amount. */
export function usdText(usd: number): string {
  if (usd === 0 || Math.abs(usd) >= 0.0995) return `$${usd.toFixed(2)}`
  return `$${Number(usd.toPrecision(2)).toFixed(9).replace(/0+$/, '').replace(/\.$/, '')}`
}
