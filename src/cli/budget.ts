import { Budget } from '../api/kinds/budget.ts'
import { usdText } from '../gateway/accounting/refusal.ts'
import { type Command, UsageError } from './command.ts'
import { connect, connectionOptions } from './connection.ts'
import { tableText } from './table.ts'

export const budget: Command = {
  name: 'budget',
  summary: 'Show what has been spent of budgets and what is left, by holder, and until when.',
  arguments: ['NAME?'],
  options: connectionOptions,
  help: 'Figures are those of the status of Budgets, at most some seconds old. With --json each Budget is one line.',
  async run(invocation) {
    const client = await connect(invocation)
    const [name] = invocation.positionals
    const { items } = await client.list(Budget, { namespace: client.namespace })
    const budgets = items.filter(({ metadata }) => name === undefined || metadata.name === name)
    if (name !== undefined && budgets.length === 0)
      throw new UsageError(`namespace ${client.namespace} has no Budget "${name}"`)
    if (invocation.json)
      for (const { metadata, spec, status } of budgets)
        invocation.out(JSON.stringify({ name: metadata.name, spec, status }))
    else invocation.out(budgetText(budgets, client.namespace))
    return 0
  },
}

/** One line for each holder and each of money and tokens. */
export function budgetText(budgets: readonly Budget[], namespace: string): string {
  if (budgets.length === 0) return `namespace ${namespace} has no Budget`
  const rows = budgets.flatMap(({ metadata, spec, status }) => {
    const holders = status?.holders?.length ? status.holders : [{ name: '' }]
    return holders.flatMap(holder => {
      const line = (spent: string, left: string, of: string) => [
        metadata.name,
        holder.name || (spec.each ? '-' : 'all'),
        spent,
        left,
        of,
        spec.period === 'total' ? 'in total' : `per ${spec.period}`,
        status?.until ?? '-',
        `${holder.refused ?? 0}`,
        spec.mode,
      ]
      const { spentUsd = 0, spentTokens = 0, leftUsd = spec.usd, leftTokens = spec.tokens } = holder
      return [
        ...(spec.usd === undefined
          ? []
          : [line(usdText(spentUsd), usdText(leftUsd ?? 0), usdText(spec.usd))]),
        ...(spec.tokens === undefined
          ? []
          : [line(`${spentTokens}`, `${leftTokens}`, `${spec.tokens} tokens`)]),
      ]
    })
  })
  const asOf = budgets.flatMap(({ status }) => status?.asOf ?? []).sort()
  return [
    tableText(['BUDGET', 'HOLDER', 'SPENT', 'LEFT', 'OF', 'PERIOD', 'UNTIL', 'REFUSED', 'MODE'], rows),
    asOf.length > 0 ? `last change ${asOf.at(-1)}` : 'not counted yet: the controllers are not running',
  ].join('\n')
}
