import { z } from 'zod'
import { commonStatus } from '../conditions.ts'
import { defineKind, type Resource, type ResourceOf } from '../kind.ts'
import { duration } from './reference.ts'

const name = (about: string) => z.string().min(1).max(253).describe(about)

const Operation = z.object({
  op: z
    .enum(['add', 'remove', 'replace', 'test'])
    .describe('Operation of JSON Patch; test makes the proposal void when Git says something else by now.'),
  path: z.string().max(1024).describe('JSON Pointer within the object, such as /spec/replicas.'),
  value: z.unknown().optional().describe('Value to write or to compare with.'),
})

const ObjectReference = z.object({
  apiVersion: name('apiVersion of the object.'),
  kind: name('Kind of the object.'),
  name: name('Name of the object.'),
  namespace: z.string().max(253).optional().describe('Namespace of the object; absent when cluster-scoped.'),
})

const Change = z.object({
  file: z.string().min(1).max(1024).describe('Path in the repository.'),
  object: ObjectReference.optional().describe('Object of that file that operations are for.'),
  operations: z
    .array(Operation)
    .max(100)
    .optional()
    .describe('What to change of the object (RFC 6902); comments and order of the file stay.'),
  restore: z
    .string()
    .regex(/^[0-9a-f]{40}([0-9a-f]{24})?$/)
    .optional()
    .describe('Commit whose content the file gets back; a file that it does not have is removed.'),
  content: z
    .string()
    .max(262_144)
    .optional()
    .describe('Whole content of the file, which is new or was not changed since this was proposed.'),
})

const Signal = z.object({
  incident: name('Incident that has to be over: Recovering or Closed.').optional(),
  service: z.string().max(253).optional().describe('Service that the figure is of.'),
  figure: z
    .enum(['errorRatio', 'p50', 'p95', 'p99', 'rate', 'metric', 'score', 'cost'])
    .optional()
    .describe(
      'errorRatio, rate (1/s) and p50 to p99 (milliseconds) of its requests; a metric; the mean score or the cost (USD an hour) of the calls of the ModelRoute that service names.',
    ),
  metric: z.string().max(512).optional().describe('Name of the metric, or of the score.'),
  below: z.number().optional().describe('It has to be below this.'),
  above: z.number().optional().describe('It has to be above this.'),
})

const classes = z.enum(['low', 'medium', 'high'])

const status = {
  ...commonStatus,
  phase: z
    .enum([
      'Checking',
      'Proposed',
      'Merged',
      'Verifying',
      'Verified',
      'Ineffective',
      'Reverted',
      'Refused',
      'Rejected',
      'Withdrawn',
      'Expired',
      'Superseded',
    ])
    .optional()
    .describe(
      'Checking: gates look at it. Proposed: it waits for people. Merged: it waits to be applied. Verifying: its signal is watched. The rest are ends: Verified or Ineffective by the signal, Reverted by another proposal, Refused by a gate or by policy, Rejected or Withdrawn by people, Expired, Superseded when Git says something else by now.',
    ),
  message: z.string().optional().describe('Why it is in that phase, and what to do next.'),
  digest: z
    .string()
    .optional()
    .describe('Digest of spec without decisions; another one is another proposal.'),
  decisionsSeen: z.number().int().optional().describe('How many of spec.decisions stand in the ledger.'),
  environment: z.string().optional().describe('Label keelway.dev/environment of the namespace, or its name.'),
  automatic: z.boolean().optional().describe('Automation made it, or nobody knows who did.'),
  risk: z
    .object({
      class: classes.describe('low, medium or high.'),
      reasons: z.array(z.string()).describe('What makes it so, the gravest first.'),
    })
    .optional()
    .describe('What it can do if it is wrong, from its blast radius.'),
  objects: z
    .array(
      ObjectReference.extend({ change: z.enum(['add', 'change', 'remove']).describe('What becomes of it.') }),
    )
    .optional()
    .describe('Objects that it adds, changes or removes; 100 at most.'),
  gates: z
    .array(
      z.object({
        gate: z.string().describe('Name of the gate.'),
        state: z.enum(['open', 'closed']).describe('Whether it may pass.'),
        message: z.string().describe('What the gate found.'),
      }),
    )
    .optional()
    .describe('What looked at it before any person.'),
  since: z.string().optional().describe('Newest commit when it was first looked at.'),
  base: z.string().optional().describe('Commit that it is made on.'),
  branch: z
    .object({
      name: z.string().describe('Name of the branch.'),
      revision: z.string().describe('Its commit.'),
      removed: z.boolean().optional().describe('It was cleaned away.'),
    })
    .optional()
    .describe('Branch that holds it.'),
  pullRequest: z
    .object({
      forge: z.string().describe('github or gitlab.'),
      number: z.number().int().describe('Its number there.'),
      url: z.string().describe('Where people find it.'),
      state: z.enum(['open', 'merged', 'closed']).describe('open, merged or closed.'),
    })
    .optional()
    .describe('Pull request of the branch, where the repository is on a forge.'),
  diff: z.string().optional().describe('What it changes, as a unified diff of 32 KiB at most.'),
  mode: z.string().optional().describe('Mode of the Autonomies that hold where it reaches.'),
  policies: z.array(z.string()).optional().describe('Those Autonomies, as namespace/name.'),
  quorum: z.number().int().optional().describe('People who have to approve it.'),
  approvals: z
    .array(
      z.object({
        user: z.string().describe('Who approved.'),
        via: z.string().describe('keelway, github or gitlab.'),
        at: z.string().optional().describe('When.'),
      }),
    )
    .optional()
    .describe('Approvals that count.'),
  ignored: z.array(z.string()).optional().describe('Decisions that do not count, and why.'),
  expiresAt: z.string().optional().describe('When it ends if nobody decides.'),
  merge: z
    .object({
      revision: z.string().describe('Commit of the ref that holds it.'),
      onto: z.string().describe('Commit that the ref was at before, as far as known.'),
      at: z.string().describe('When it was seen there.'),
      by: z.enum(['keelway', 'people']).describe('Who merged it.'),
    })
    .optional()
    .describe('How it came into the ref.'),
  appliedAt: z.string().optional().describe('When the Delivery had applied it.'),
  verifyBy: z.string().optional().describe('Until when the signal has to be well.'),
  observed: z.string().optional().describe('What the signal said last.'),
  revert: z.string().optional().describe('Proposal that takes it back.'),
  endedAt: z.string().optional().describe('When it came to its end.'),
}

const Decision = z.object({
  action: z
    .enum(['approve', 'reject', 'withdraw'])
    .describe('approve: towards the quorum. reject: not wanted. withdraw: its author takes it back.'),
  reason: z.string().min(1).max(2000).describe('Why.'),
  by: z.string().max(253).optional().describe('Who decided; written by the server.'),
  at: z.string().max(64).optional().describe('When; written by the server.'),
})

/** What a skill makes of a diagnosis: everything of a Proposal but decisions. */
export const ProposalDraft = z.object({
  delivery: name('Delivery, in the same namespace, whose repository it changes.'),
  title: z.string().min(1).max(120).describe('What it does, in one line.'),
  why: z.string().min(1).max(10_000).describe('What is wrong and how this mends it.'),
  skill: name('Skill that made it.'),
  incident: name('Incident it is for.').optional(),
  hypothesis: z
    .object({
      statement: z.string().max(4000).describe('What is taken to be wrong.'),
      class: z.string().max(64).describe('Class of the fault.'),
      rules: z.array(z.string().max(128)).max(20).default([]).describe('Rules that found it.'),
      confidence: z.number().min(0).max(1).describe('How sure the diagnosis was.'),
    })
    .optional()
    .describe('Diagnosis it rests on.'),
  evidence: z
    .array(
      z.object({
        source: z.string().max(1024).describe('Where it was seen.'),
        detail: z.string().max(4000).describe('What was seen.'),
      }),
    )
    .max(20)
    .default([])
    .describe('What speaks for it.'),
  changes: z.array(Change).min(1).max(50).describe('What it changes in Git.'),
  expected: z
    .object({
      signal: Signal.describe('What has to get well.'),
      within: duration().default('15m').describe('By when after the change is applied.'),
    })
    .describe('How it is seen whether it helped; when it did not, a revert is proposed.'),
  risks: z.array(z.string().max(1000)).max(20).default([]).describe('What may go wrong, in words.'),
  reverts: name('Proposal that it takes back.').optional(),
})
export type ProposalDraft = z.output<typeof ProposalDraft>

export const Proposal = defineKind({
  kind: 'Proposal',
  plural: 'proposals',
  shortNames: ['prop'],
  summary:
    'A change of Git with why, evidence and what it should lead to. Gates check it, people or policy approve it, and what it led to is verified.',
  spec: ProposalDraft.extend({
    createdBy: z.string().max(253).optional().describe('Who created it; written by the server.'),
    onBehalfOf: z
      .string()
      .min(1)
      .max(253)
      .optional()
      .describe('User whom automation made it for; like its author, that user does not approve it.'),
    decisions: z.array(Decision).max(100).default([]).describe('What people decided, oldest first.'),
  }),
  status: z.object(status),
  rules: [
    {
      rule: 'size(self.spec.decisions) >= size(oldSelf.spec.decisions)',
      message: 'spec.decisions can only grow',
    },
    {
      rule: 'self.spec.delivery == oldSelf.spec.delivery && self.spec.title == oldSelf.spec.title && self.spec.why == oldSelf.spec.why && self.spec.changes == oldSelf.spec.changes',
      message: 'what it changes and why can not change: make another Proposal',
    },
    {
      rule: 'self.spec.changes.all(change, (has(change.operations) ? 1 : 0) + (has(change.restore) ? 1 : 0) + (has(change.content) ? 1 : 0) == 1)',
      message: 'each of spec.changes needs exactly one of operations, restore and content',
    },
    {
      rule: 'has(self.spec.expected.signal.incident) != has(self.spec.expected.signal.figure)',
      message: 'spec.expected.signal needs exactly one of incident and figure',
    },
    {
      rule: '!has(self.spec.expected.signal.figure) || has(self.spec.expected.signal.below) || has(self.spec.expected.signal.above)',
      message: 'spec.expected.signal.figure needs below, above or both',
    },
    {
      rule: "!has(self.spec.expected.signal.figure) || !(self.spec.expected.signal.figure in ['metric', 'score']) || has(self.spec.expected.signal.metric)",
      message: 'spec.expected.signal of a metric or score needs metric: its name',
    },
    {
      rule: "!has(self.spec.expected.signal.figure) || self.spec.expected.signal.figure == 'metric' || has(self.spec.expected.signal.service)",
      message: 'spec.expected.signal.figure needs service: what it is of',
    },
  ],
  columns: [
    { name: 'Phase', path: '.status.phase' },
    { name: 'Risk', path: '.status.risk.class' },
    { name: 'Quorum', path: '.status.quorum', type: 'integer' },
    { name: 'Title', path: '.spec.title' },
    { name: 'Age', path: '.metadata.creationTimestamp', type: 'date' },
    { name: 'Skill', path: '.spec.skill', priority: 1 },
    { name: 'Incident', path: '.spec.incident', priority: 1 },
    { name: 'Message', path: '.status.message', priority: 1 },
  ],
  example: {
    apiVersion: 'keelway.dev/v1alpha1',
    kind: 'Proposal',
    metadata: { name: 'checkout-memory', namespace: 'default' },
    spec: {
      delivery: 'shop',
      title: 'Raise the memory limit of checkout to 512Mi',
      why: 'checkout was killed for memory 7 times since 10:14; it needs 410 MiB at its peak and may use 256Mi.',
      skill: 'right-size',
      incident: 'checkout-3f9a2b1c04',
      changes: [
        {
          file: 'deploy/checkout.yaml',
          object: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'checkout', namespace: 'default' },
          operations: [
            { op: 'test', path: '/spec/template/spec/containers/0/resources/limits/memory', value: '256Mi' },
            {
              op: 'replace',
              path: '/spec/template/spec/containers/0/resources/limits/memory',
              value: '512Mi',
            },
          ],
        },
      ],
      expected: { signal: { incident: 'checkout-3f9a2b1c04' }, within: '15m' },
    },
  },
  stamp: (next, previous, { user, now }) => {
    const { spec } = next as { spec?: unknown }
    const createdBy = previous ? (previous.spec as { createdBy?: string } | undefined)?.createdBy : user
    if (typeof spec === 'object' && spec !== null) Object.assign(spec, { createdBy })
    const known = decisionsOf(previous)
    decisionsOf(next).forEach((decision, i) => {
      Object.assign(decision, known[i] ?? { by: user, at: now })
    })
  },
})
export type Proposal = ResourceOf<typeof Proposal>

const decisionsOf = (object: Resource | undefined): object[] => {
  const decisions = (object?.spec as { decisions?: unknown } | undefined)?.decisions
  return Array.isArray(decisions) ? decisions.filter(item => typeof item === 'object' && item !== null) : []
}
