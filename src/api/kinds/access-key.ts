import { z } from 'zod'
import { commonStatus } from '../conditions.ts'
import { defineKind, type ResourceOf } from '../kind.ts'

export const AccessKey = defineKind({
  kind: 'AccessKey',
  plural: 'accesskeys',
  shortNames: ['ak'],
  summary: 'A key for the gateway. Only its hash is stored; it opens the routes of its namespace.',
  spec: z.object({
    hash: z
      .string()
      .regex(/^sha256:[0-9a-f]{64}$/)
      .describe(
        'SHA-256 of the key, as sha256:<hex>. Keys carry at least 128 random bits, so a plain hash is safe.',
      ),
    owner: z.string().max(253).optional().describe('Person or team the key was given to.'),
    routes: z
      .array(z.string().max(253))
      .max(1000)
      .default([])
      .describe('ModelRoutes it opens; empty means all of the namespace.'),
    expires: z.string().max(64).optional().describe('RFC 3339 time after which it is refused.'),
    team: z
      .string()
      .min(1)
      .max(253)
      .optional()
      .describe('Team whose Budgets the key falls under, and that its use is shown under.'),
    limits: z
      .object({
        requestsPerMinute: z
          .number()
          .int()
          .min(1)
          .max(1_000_000_000)
          .optional()
          .describe('Calls in each minute of the clock.'),
        tokensPerMinute: z
          .number()
          .int()
          .min(1)
          .max(1_000_000_000_000)
          .optional()
          .describe(
            'Tokens in each minute of the clock, input and output; a call counts as what it may use at most until it has ended.',
          ),
        concurrency: z
          .number()
          .int()
          .min(1)
          .max(100_000)
          .optional()
          .describe('Calls at the same time, over all gateways.'),
      })
      .optional()
      .describe('What the key may do; a call above it gets status 429 with the time to wait.'),
    suspend: z.boolean().default(false).describe('Refuse the key for now.'),
  }),
  status: z.object({ ...commonStatus }),
  columns: [
    { name: 'Owner', path: '.spec.owner' },
    { name: 'Team', path: '.spec.team' },
    { name: 'Expires', path: '.spec.expires' },
  ],
  example: {
    apiVersion: 'keelway.dev/v1alpha1',
    kind: 'AccessKey',
    metadata: { name: 'web-shop', namespace: 'default' },
    spec: {
      hash: 'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
      owner: 'web-shop',
      team: 'sales',
      limits: { requestsPerMinute: 600, tokensPerMinute: 200000, concurrency: 20 },
    },
  },
})
export type AccessKey = ResourceOf<typeof AccessKey>
