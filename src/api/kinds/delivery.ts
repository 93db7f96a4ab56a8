import { z } from 'zod'
import { commonStatus } from '../conditions.ts'
import { defineKind, type ResourceOf } from '../kind.ts'
import { duration } from './reference.ts'

const objectReference = {
  apiVersion: z.string().describe('apiVersion of the object.'),
  kind: z.string().describe('Kind of the object.'),
  namespace: z.string().optional().describe('Namespace of the object; absent when cluster-scoped.'),
  name: z.string().describe('Name of the object.'),
}

export const Delivery = defineKind({
  kind: 'Delivery',
  plural: 'deliveries',
  shortNames: ['dl'],
  summary:
    'Keeps the objects of one path of one Git repository applied: every synced commit is the wanted state.',
  spec: z.object({
    repository: z
      .string()
      .min(1)
      .max(2048)
      .describe(
        'Git repository: an absolute path, or a file://, https://, http:// or ssh:// URL, or user@host:path.',
      ),
    ref: z.string().min(1).max(255).default('main').describe('Branch, tag or full ref to sync.'),
    path: z.string().max(1024).default('.').describe('Folder of the repository that holds the objects.'),
    interval: duration().default('30s').describe('How often the repository is asked for a new commit.'),
    timeout: duration().default('60s').describe('Time limit of one fetch and of one sync.'),
    prune: z
      .boolean()
      .default(true)
      .describe('Delete objects that were applied from this repository and are no longer in it.'),
    drift: z
      .enum(['correct', 'report'])
      .default('correct')
      .describe(
        'What to do when an applied object was changed elsewhere: set it back, or only say so in status.',
      ),
    suspend: z.boolean().default(false).describe('Stop syncing; what is applied stays.'),
    credentials: z
      .object({ name: z.string().min(1).max(253).describe('Name of a Secret in the same namespace.') })
      .optional()
      .describe(
        'Secret with keys username and password (http), or privateKey and knownHosts (ssh). For pull requests: forgeToken (else password), and where the host does not tell, forge (github or gitlab), forgeApi and forgeProject.',
      ),
  }),
  status: z.object({
    ...commonStatus,
    revision: z.string().optional().describe('The commit that is applied.'),
    attempted: z
      .string()
      .optional()
      .describe('The newest commit that was tried; differs from revision when it was refused.'),
    inventory: z
      .array(
        z.object({ ...objectReference, file: z.string().describe('File in the repository it came from.') }),
      )
      .optional()
      .describe('Objects applied from the repository; the basis of pruning.'),
    skipped: z
      .array(z.object({ ...objectReference, reason: z.string().describe('Why it was not applied.') }))
      .optional()
      .describe('Objects that were not applied, such as those of kinds this server lacks.'),
    drift: z
      .array(
        z.object({
          ...objectReference,
          field: z.string().describe('Path of the changed field.'),
          live: z.string().describe('The value found, as JSON; *** for secrets.'),
          wanted: z.string().describe('The value in Git, as JSON; *** for secrets.'),
          writer: z.string().optional().describe('Who last wrote the object, as far as known.'),
          at: z.string().describe('When the difference was found.'),
          action: z.enum(['corrected', 'reported']).describe('What was done about it.'),
        }),
      )
      .optional()
      .describe('Differences between live objects and Git, newest first, 50 at most.'),
    history: z
      .array(
        z.object({
          revision: z.string().describe('The commit.'),
          author: z.string().describe('Its author, as name <mail>.'),
          title: z.string().describe('First line of its message.'),
          at: z.string().describe('When it was synced.'),
          result: z.enum(['applied', 'refused']).describe('Whether it was applied.'),
          message: z.string().optional().describe('Why it was refused.'),
        }),
      )
      .optional()
      .describe('Synced commits, newest first, 20 at most.'),
  }),
  rules: [
    {
      rule: "!self.spec.repository.matches('^[a-z+]+://[^/@]*:[^/@]+@')",
      message: 'spec.repository holds a password: put it into a Secret and name that in spec.credentials',
    },
  ],
  columns: [
    { name: 'Ready', path: '.status.conditions[?(@.type=="Ready")].status' },
    { name: 'Revision', path: '.status.revision' },
    { name: 'Repository', path: '.spec.repository', priority: 1 },
    { name: 'Message', path: '.status.conditions[?(@.type=="Ready")].message', priority: 1 },
  ],
  example: {
    apiVersion: 'keelway.dev/v1alpha1',
    kind: 'Delivery',
    metadata: { name: 'support-desk', namespace: 'default' },
    spec: { repository: 'https://git.example.com/support-desk.git', ref: 'main', path: 'deploy' },
  },
})
export type Delivery = ResourceOf<typeof Delivery>
