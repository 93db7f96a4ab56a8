import { z } from 'zod'
import { sourcedStatus } from '../conditions.ts'
import { defineKind, type ResourceOf } from '../kind.ts'
import { stampWriter } from '../source.ts'

export const Dataset = defineKind({
  kind: 'Dataset',
  plural: 'datasets',
  shortNames: ['ds'],
  summary: 'Labelled data in the repository of the Delivery that applies it, pinned by content digest.',
  spec: z.object({
    path: z
      .string()
      .min(1)
      .max(1024)
      .describe(
        'File in the repository, relative to its root. For an object that is not from Git: the digest of a stored blob.',
      ),
    format: z.enum(['csv', 'jsonl']).describe('csv with a header line, or one JSON object a line.'),
  }),
  status: z.object({
    ...sourcedStatus,
    rows: z.number().int().optional().describe('Number of rows.'),
    bytes: z.number().int().optional().describe('Size of the content in bytes.'),
    columns: z.array(z.string()).optional().describe('Names of the columns, 200 at most.'),
  }),
  stamp: stampWriter,
  columns: [
    { name: 'Ready', path: '.status.conditions[?(@.type=="Ready")].status' },
    { name: 'Rows', path: '.status.rows', type: 'integer' },
    { name: 'Digest', path: '.status.digest', priority: 1 },
    { name: 'Message', path: '.status.conditions[?(@.type=="Ready")].message', priority: 1 },
  ],
  example: {
    apiVersion: 'keelway.dev/v1alpha1',
    kind: 'Dataset',
    metadata: { name: 'mail-train', namespace: 'default' },
    spec: { path: 'data/mail-train.jsonl', format: 'jsonl' },
  },
})
export type Dataset = ResourceOf<typeof Dataset>
