import type { Ledger, LedgerEntry } from '../ledger/ledger.ts'
import { remote } from '../lib/rpc.ts'
import { learntFrom, type Outcome, type SkillRate, skillRates } from '../policy/outcomes.ts'
import { rulePriors } from '../policy/outcomes-priors.ts'
import type { Command, Invocation } from './command.ts'
import { runningEndpoints, stateOption } from './endpoints.ts'
import { tableText } from './table.ts'

const PAGE = 1000

export const outcomes: Command = {
  name: 'outcomes',
  summary: 'Show how often proposals of each skill are taken and help, and what that taught diagnosis.',
  options: { state: stateOption },
  help: 'Everything is read from the ledger anew. Proposals that expired, or that Git overtook, count nowhere.',
  async run(invocation) {
    const learnt = learntFrom(await entriesOf(await ledgerOf(invocation)))
    const rates = skillRates(learnt)
    if (invocation.json) {
      for (const rate of rates) invocation.out(JSON.stringify(rate))
      for (const { rule, factor, detail } of ruleFactors(learnt.outcomes))
        invocation.out(JSON.stringify({ rule, factor, detail }))
    } else invocation.out(outcomesText(rates, learnt.outcomes))
    return 0
  },
}

/** The ledger of the running system. */
export async function ledgerOf(invocation: Invocation): Promise<Pick<Ledger, 'append' | 'list'>> {
  const { control: url, controlToken: token } = await runningEndpoints(invocation.required('state'))
  return remote<Ledger>({ endpoint: { url, token }, service: 'ledger', methods: ['append', 'list'] })
}

async function entriesOf(ledger: Pick<Ledger, 'list'>): Promise<LedgerEntry[]> {
  const found: LedgerEntry[] = []
  for (let after = 0; ; ) {
    const page = await ledger.list({ after, limit: PAGE })
    found.push(...page)
    after = page.at(-1)?.sequence ?? after
    if (page.length < PAGE) return found
  }
}

const ruleFactors = (outcomes: readonly Outcome[]) => {
  const priors = rulePriors(outcomes)
  const rules = [...new Set(outcomes.flatMap(outcome => outcome.rules))].sort()
  return rules.map(rule => ({ rule, ...priors(rule) })).filter(({ factor }) => factor !== 1)
}

export function outcomesText(rates: readonly SkillRate[], outcomes: readonly Outcome[]): string {
  if (rates.length === 0) return 'nothing was proposed and decided yet'
  const share = (value: number | undefined) => (value === undefined ? '-' : `${Math.round(value * 100)} %`)
  const rows = rates.map(
    ({ skill, acceptance, merged, rejected, verified, ineffective, reverted, revertRate }) => [
      skill,
      merged,
      rejected,
      share(acceptance),
      verified,
      ineffective,
      reverted,
      share(revertRate),
    ],
  )
  const head = [
    'SKILL',
    'MERGED',
    'REJECTED',
    'ACCEPTED',
    'VERIFIED',
    'INEFFECTIVE',
    'REVERTED',
    'TAKEN BACK',
  ]
  const rules = ruleFactors(outcomes).map(({ rule, detail }) => [rule, detail])
  return [
    tableText(head, rows),
    ...(rules.length > 0 ? ['', tableText(['RULE OF DIAGNOSIS', 'WHAT OUTCOMES TAUGHT'], rules)] : []),
  ].join('\n')
}
