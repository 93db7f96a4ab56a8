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
  content: z.string().max(262_144).optional().describe('Whole content of a new file.'),
})

const Signal = z.object({
  incident: name('Incident that has to be over: Recovering or Closed.').optional(),
  service: z.string().max(253).optional().describe('Service that the figure is of.'),
  figure: z
    .enum(['errorRatio', 'p50', 'p95', 'p99', 'rate', 'metric', 'score', 'cost'])
    .optional()
    .describe(
      'errorRatio, rate (1/s) and p50 to p99 (milliseconds) of its requests; a metric; a score or the cost (USD) of calls.',
    ),
  metric: z.string().max(512).optional().describe('Name of the metric, or of the score.'),
  below: z.number().optional().describe('It has to be below this.'),
  above: z.number().optional().describe('It has to be above this.'),
})

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
    decisions: z.array(Decision).max(100).default([]).describe('What people decided, oldest first.'),
  }),
  status: z.object({ ...commonStatus }),
  rules: [
    {
      rule: 'size(self.spec.decisions) >= size(oldSelf.spec.decisions)',
      message: 'spec.decisions can only grow',
    },
  ],
  example: {
    apiVersion: 'keelway.dev/v1alpha1',
    kind: 'Proposal',
    metadata: { name: 'checkout-memory', namespace: 'shop' },
    spec: {
      delivery: 'shop',
      title: 'Raise the memory limit of checkout to 512Mi',
      why: 'checkout was killed for memory 7 times since 10:14; it needs 410 MiB at its peak and may use 256Mi.',
      skill: 'right-size',
      incident: 'checkout-3f9a2b1c04',
      changes: [
        {
          file: 'deploy/checkout.yaml',
          object: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'checkout', namespace: 'shop' },
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
