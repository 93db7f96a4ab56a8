import { z } from 'zod'
import { commonStatus } from '../conditions.ts'
import { defineKind, type ResourceOf } from '../kind.ts'
import { duration } from './reference.ts'

const quorum = (about: string) => z.number().int().min(0).max(10).describe(about)

export const Autonomy = defineKind({
  kind: 'Autonomy',
  plural: 'autonomies',
  shortNames: ['auto'],
  summary:
    'How far automation may go in a namespace. Those of namespace keelway-system hold everywhere; of several the strictest counts.',
  spec: z.object({
    mode: z
      .enum(['observe', 'propose', 'approve', 'auto'])
      .default('approve')
      .describe(
        'observe: no proposals by automation. propose: a branch or pull request, which people merge in their forge. approve: merged when people approved here. auto: merged without them where approvals says 0.',
      ),
    approvals: z
      .object({
        low: quorum('People who have to approve a proposal of low risk.').default(1),
        medium: quorum('People who have to approve one of medium risk.').default(1),
        high: quorum('People who have to approve one of high risk.').default(2),
      })
      .prefault({})
      .describe('Quorum by class of risk. 0 counts in mode auto only. Authors never count.'),
    approvers: z
      .array(z.string().min(1).max(253))
      .max(200)
      .optional()
      .describe('Users who may approve; without it everybody who may write Proposals.'),
    reviewers: z
      .array(
        z.object({
          user: z.string().min(1).max(253).describe('User here.'),
          login: z.string().min(1).max(256).optional().describe('Login of GitHub or GitLab.'),
          mail: z.string().min(3).max(320).optional().describe('Mail address in commits.'),
        }),
      )
      .max(500)
      .optional()
      .describe(
        'Who is who: an approving review of a pull request counts as an approval of the user with that login, and an author is known by login and mail. Where several Autonomies name reviewers, those that all of them name count.',
      ),
    skills: z
      .array(z.string().min(1).max(64))
      .max(100)
      .optional()
      .describe('Skills that may propose; without it all.'),
    paused: z
      .object({ reason: z.string().min(1).max(500).describe('Why.') })
      .optional()
      .describe(
        'Stops all automatic steps at once: nothing is written, merged or reverted. The kill switch.',
      ),
    freezes: z
      .array(
        z.object({
          from: z.string().max(64).describe('When it begins (RFC 3339).'),
          until: z.string().max(64).describe('When it ends (RFC 3339).'),
          reason: z.string().min(1).max(500).describe('Why.'),
        }),
      )
      .max(100)
      .default([])
      .describe('Times in which nothing is merged.'),
    limits: z
      .object({
        open: z.number().int().min(0).max(1000).default(5).describe('Open proposals at once.'),
        perHour: z.number().int().min(0).max(1000).default(6).describe('New proposals in an hour.'),
        mergesPerDay: z.number().int().min(0).max(1000).default(10).describe('Merges in 24 hours.'),
      })
      .prefault({})
      .describe('Most that automation may do.'),
    flapping: z
      .object({
        changes: z
          .number()
          .int()
          .min(2)
          .max(100)
          .default(3)
          .describe('Automatic changes of one object that stop automation for it.'),
        within: duration().default('24h').describe('Time in which they count.'),
      })
      .prefault({})
      .describe('When automation stops changing the same object again and again.'),
    expiresAfter: duration().default('24h').describe('A proposal that nobody decided on ends after this.'),
  }),
  status: z.object({ ...commonStatus }),
  rules: [
    {
      rule: 'self.spec.freezes.all(freeze, freeze.from < freeze.until)',
      message: 'each of spec.freezes begins before it ends, both in RFC 3339 with the same zone',
    },
    {
      rule: '!has(self.spec.reviewers) || self.spec.reviewers.all(reviewer, has(reviewer.login) || has(reviewer.mail))',
      message: 'each of spec.reviewers needs login, mail or both',
    },
  ],
  columns: [
    { name: 'Mode', path: '.spec.mode' },
    { name: 'Paused', path: '.spec.paused.reason' },
    { name: 'Low', path: '.spec.approvals.low', type: 'integer' },
    { name: 'Medium', path: '.spec.approvals.medium', type: 'integer' },
    { name: 'High', path: '.spec.approvals.high', type: 'integer' },
  ],
  example: {
    apiVersion: 'keelway.dev/v1alpha1',
    kind: 'Autonomy',
    metadata: { name: 'shop', namespace: 'default' },
    spec: { mode: 'auto', approvals: { low: 0, medium: 1, high: 2 } },
  },
})
export type Autonomy = ResourceOf<typeof Autonomy>
