import { z } from 'zod'
import { sourcedStatus } from '../conditions.ts'
import { defineKind, type ResourceOf } from '../kind.ts'
import { stampWriter } from '../source.ts'
import { duration, reference } from './reference.ts'

export const Model = defineKind({
  kind: 'Model',
  plural: 'models',
  summary:
    'How to train a model from a Dataset. The same rows and parameters give the same artefact, bit for bit.',
  spec: z.object({
    trainer: z.string().min(1).max(63).describe('Name of the trainer, such as linear-text.'),
    dataset: reference('Dataset').describe('Rows to train from.'),
    input: z.string().min(1).max(253).default('text').describe('Column with the input text.'),
    label: z.string().min(1).max(253).default('label').describe('Column with the label.'),
    parameters: z
      .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
      .default({})
      .describe("The trainer's own parameters; each has a default."),
    timeout: duration().default('10m').describe('Time limit of one training.'),
  }),
  status: z.object({
    ...sourcedStatus,
    format: z.string().optional().describe('Format of the artefact; the runtime of that name serves it.'),
    dataset: z.string().optional().describe('Digest of the rows it was trained from.'),
    recipe: z
      .string()
      .optional()
      .describe('Digest of trainer, parameters, columns and rows: what was trained last.'),
    labels: z.number().int().optional().describe('Number of labels.'),
    bytes: z.number().int().optional().describe('Size of the artefact in bytes.'),
    trainedSeconds: z.number().optional().describe('How long training took.'),
  }),
  stamp: stampWriter,
  columns: [
    { name: 'Ready', path: '.status.conditions[?(@.type=="Ready")].status' },
    { name: 'Trainer', path: '.spec.trainer' },
    { name: 'Digest', path: '.status.digest', priority: 1 },
    { name: 'Message', path: '.status.conditions[?(@.type=="Ready")].message', priority: 1 },
  ],
  example: {
    apiVersion: 'keelway.dev/v1alpha1',
    kind: 'Model',
    metadata: { name: 'mail-triage', namespace: 'default' },
    spec: { trainer: 'linear-text', dataset: { ref: 'mail-train' } },
  },
})
export type Model = ResourceOf<typeof Model>
