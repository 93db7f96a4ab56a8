import { z } from 'zod'
import { sourcedStatus } from '../conditions.ts'
import { defineKind, type ResourceOf } from '../kind.ts'
import { stampWriter } from '../source.ts'

export const Prompt = defineKind({
  kind: 'Prompt',
  plural: 'prompts',
  summary: 'A chat template with typed variables, partials and an output schema.',
  spec: z.object({
    messages: z
      .array(
        z.object({
          role: z
            .enum(['system', 'user', 'assistant', 'messages'])
            .describe('Role of the message; messages: those of the request stand here.'),
          content: z
            .string()
            .max(65536)
            .default('')
            .describe(
              'Text with {{variable}}, {{> partial}} and the blocks #if, #unless, #each and #with. Empty for role messages.',
            ),
        }),
      )
      .min(1)
      .max(64)
      .describe(
        'The prompt. Messages of the request follow it, unless one of role messages says where they go.',
      ),
    variables: z
      .record(
        z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/),
        z.object({
          type: z
            .enum(['string', 'number', 'boolean', 'array', 'object'])
            .default('string')
            .describe(
              'Type of the value. Metadata holds text only, so each type is also read from its text, as JSON.',
            ),
          required: z
            .boolean()
            .optional()
            .describe(
              'false: the request may leave it out, it is empty then. With a default it never has to send it.',
            ),
          default: z
            .unknown()
            .optional()
            .describe('Value used when the request gives none, of the type or as its text.'),
          enum: z
            .array(z.string().max(1024))
            .min(1)
            .max(256)
            .optional()
            .describe('The values that are accepted, as their text. Not for arrays and objects.'),
          pattern: z
            .string()
            .max(4096)
            .optional()
            .describe('RE2 pattern that a text must contain; with ^ and $ it must be all of it.'),
          maxLength: z
            .number()
            .int()
            .positive()
            .max(1048576)
            .optional()
            .describe('Most characters of a string, or members of an array.'),
          schema: z
            .record(z.string(), z.unknown())
            .optional()
            .describe('JSON schema (2020-12) that the value must match.'),
          zone: z
            .enum(['document', 'tool'])
            .optional()
            .describe(
              'Where values come from when not from the user: guardrails of that zone look at the text they make.',
            ),
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
