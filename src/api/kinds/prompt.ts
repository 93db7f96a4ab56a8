import { z } from 'zod'
import { sourcedStatus } from '../conditions.ts'
import { defineKind, type ResourceOf } from '../kind.ts'
import { stampWriter } from '../source.ts'

export const Prompt = defineKind({
  kind: 'Prompt',
  plural: 'prompts',
  summary: 'A messages template with typed variables, partials and an output schema.',
  spec: z.object({
    messages: z
      .array(
        z.object({
          role: z.enum(['system', 'user', 'assistant']).describe('Role of the message.'),
          content: z
            .string()
            .max(65536)
            .describe(
              'Text with {{variable}} and {{> partial}}. The messages of the request follow the template.',
            ),
        }),
      )
      .min(1)
      .max(64)
      .describe('Messages put before those of the request.'),
    variables: z
      .record(
        z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/),
        z.object({
          type: z.enum(['string', 'number', 'boolean']).default('string').describe('Type of the value.'),
          default: z
            .string()
            .max(65536)
            .optional()
            .describe('Text used when the request gives none; without it the variable is required.'),
          description: z.string().max(1024).optional().describe('What the variable is for.'),
        }),
      )
      .default({})
      .describe('Variables of the template, by name.'),
    partials: z
      .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_-]*$/), z.string().max(65536))
      .default({})
      .describe('Named pieces of text for {{> name}}.'),
    output: z
      .object({
        schema: z.record(z.string(), z.unknown()).describe('JSON schema that an answer must match.'),
      })
      .optional()
      .describe('Form of the answer.'),
  }),
  status: z.object({ ...sourcedStatus }),
  stamp: stampWriter,
  columns: [
    { name: 'Ready', path: '.status.conditions[?(@.type=="Ready")].status' },
    { name: 'Digest', path: '.status.digest', priority: 1 },
  ],
  example: {
    apiVersion: 'keelway.dev/v1alpha1',
    kind: 'Prompt',
    metadata: { name: 'greeting', namespace: 'default' },
    spec: {
      messages: [{ role: 'system', content: 'You greet customers of {{shop}} in one sentence.' }],
      variables: { shop: { type: 'string', default: 'Example Shop', description: 'Name of the shop.' } },
    },
  },
})
export type Prompt = ResourceOf<typeof Prompt>
