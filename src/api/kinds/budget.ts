import { z } from 'zod'
import { commonStatus } from '../conditions.ts'
import { defineKind, type ResourceOf } from '../kind.ts'

const names = () => z.array(z.string().min(1).max(253)).max(1000).optional()

export const Budget = defineKind({
  kind: 'Budget',
  plural: 'budgets',
  shortNames: ['bg'],
  summary:
    'What calls may spend, in money or tokens, in a period. A call must have room in every Budget that is for it.',
  spec: z.object({
    keys: names().describe('AccessKeys it is for; without it all of the namespace.'),
    teams: names().describe('Teams (of AccessKeys) it is for; without it all, and keys without a team.'),
    routes: names().describe('ModelRoutes it is for; without it all of the namespace.'),
    each: z
      .enum(['key', 'team', 'route'])
      .optional()
      .describe('Every key, team or route has the amount for itself; without it they share it.'),
    period: z
      .enum(['minute', 'hour', 'day', 'week', 'month', 'total'])
      .default('month')
      .describe('When it starts anew: at whole UTC times, weeks on Monday; total never does.'),
    usd: z
      .number()
      .min(0)
      .max(9_000_000)
      .optional()
      .describe('Money in USD, by the prices of ModelProviders or of the built-in catalogue.'),
    tokens: z
      .number()
      .int()
      .min(0)
      .max(1_000_000_000_000_000)
      .optional()
      .describe('Tokens of input and output together.'),
    unknownPrice: z
      .enum(['refuse', 'allow'])
      .default('refuse')
      .describe('With usd: what happens to a call whose price nobody knows; allow leaves it uncounted.'),
    mode: z
      .enum(['shadow', 'enforce'])
      .default('enforce')
      .describe('shadow: everything is counted and nothing is refused; status says what would have been.'),
  }),
  status: z.object({
    ...commonStatus,
    from: z.string().optional().describe('When the period began.'),
    until: z.string().optional().describe('When it ends and the amount is there again; absent for total.'),
    spentUsd: z
      .number()
      .optional()
      .describe('Money spent by all holders, with what calls under way reserved.'),
    spentTokens: z
      .number()
      .optional()
      .describe('Tokens used by all holders, with what calls under way reserved.'),
    refused: z
      .number()
      .int()
      .optional()
      .describe('Calls of this period that were refused; in mode shadow, that would have been.'),
    holders: z
      .array(
        z.object({
          name: z
            .string()
            .describe('The key, team or route; empty when all share the amount or it has no team.'),
          spentUsd: z.number().optional().describe('Money spent.'),
          leftUsd: z.number().optional().describe('Money left.'),
          spentTokens: z.number().optional().describe('Tokens used.'),
          leftTokens: z.number().optional().describe('Tokens left.'),
          refused: z.number().int().optional().describe('Calls refused.'),
        }),
      )
      .optional()
      .describe('Who has spent of it, the one with the smallest share left first; 100 at most.'),
    asOf: z
      .string()
      .optional()
      .describe(
        'When these figures changed last. They are read every ten seconds; gateways report within two.',
      ),
  }),
  rules: [{ rule: 'has(self.spec.usd) || has(self.spec.tokens)', message: 'spec needs usd, tokens or both' }],
  columns: [
    { name: 'Period', path: '.spec.period' },
    { name: 'USD', path: '.spec.usd', type: 'number' },
    { name: 'Spent', path: '.status.spentUsd', type: 'number' },
    { name: 'Tokens', path: '.spec.tokens', type: 'integer' },
    { name: 'Used', path: '.status.spentTokens', type: 'integer' },
    { name: 'Exhausted', path: '.status.conditions[?(@.type=="Exhausted")].status' },
    { name: 'Message', path: '.status.conditions[?(@.type=="Ready")].message', priority: 1 },
  ],
  example: {
    apiVersion: 'keelway.dev/v1alpha1',
    kind: 'Budget',
    metadata: { name: 'teams', namespace: 'default' },
    spec: { each: 'team', period: 'month', usd: 500, mode: 'enforce' },
  },
})
export type Budget = ResourceOf<typeof Budget>
