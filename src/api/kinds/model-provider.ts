import { z } from 'zod'
import { sourcedStatus } from '../conditions.ts'
import { defineKind, type ResourceOf } from '../kind.ts'
import { stampWriter } from '../source.ts'
import { duration, reference, secretReference } from './reference.ts'

export const ModelProvider = defineKind({
  kind: 'ModelProvider',
  plural: 'modelproviders',
  shortNames: ['mp'],
  summary: 'Where language models are called: protocol, endpoint, key, and the models with their price.',
  spec: z.object({
    protocol: z
      .enum(['openai', 'recorded'])
      .describe('openai: any endpoint of the OpenAI HTTP API. recorded: replays the answers of a Dataset.'),
    endpoint: z
      .string()
      .regex(/^https?:\/\//)
      .max(2048)
      .optional()
      .describe('Base URL up to and including /v1. Needed by protocol openai.'),
    key: secretReference.optional().describe('The API key sent as bearer token.'),
    cassette: reference('Dataset')
      .optional()
      .describe('Dataset with columns system, user and answer. Needed by protocol recorded.'),
    models: z
      .array(
        z.object({
          name: z.string().min(1).max(253).describe('Name the endpoint knows the model by.'),
          contextWindow: z
            .number()
            .int()
            .positive()
            .optional()
            .describe('Tokens of input and output together.'),
          price: z
            .object({
              inputPerMillionUsd: z.number().min(0).describe('USD per million input tokens.'),
              outputPerMillionUsd: z.number().min(0).describe('USD per million output tokens.'),
            })
            .optional()
            .describe('Price; without it cost is unknown, never 0.'),
        }),
      )
      .max(200)
      .default([])
      .describe('Models offered.'),
    timeout: duration().default('60s').describe('Time limit of one call.'),
  }),
  status: z.object({ ...sourcedStatus }),
  rules: [
    {
      rule: "self.spec.protocol != 'openai' || has(self.spec.endpoint)",
      message: 'protocol openai needs spec.endpoint',
    },
    {
      rule: "!has(self.spec.endpoint) || !self.spec.endpoint.matches('^https?://[^/?#]*@')",
      message:
        'spec.endpoint holds a user or password: put the API key into a Secret and name that in spec.key',
    },
    {
      rule: "self.spec.protocol != 'recorded' || has(self.spec.cassette)",
      message: 'protocol recorded needs spec.cassette',
    },
  ],
  stamp: stampWriter,
  columns: [
    { name: 'Protocol', path: '.spec.protocol' },
    { name: 'Ready', path: '.status.conditions[?(@.type=="Ready")].status' },
    { name: 'Message', path: '.status.conditions[?(@.type=="Ready")].message', priority: 1 },
  ],
  example: {
    apiVersion: 'keelway.dev/v1alpha1',
    kind: 'ModelProvider',
    metadata: { name: 'openai', namespace: 'default' },
    spec: {
      protocol: 'openai',
      endpoint: 'https://api.openai.com/v1',
      key: { name: 'openai', key: 'apiKey' },
      models: [{ name: 'gpt-5-mini', contextWindow: 400000 }],
    },
  },
})
export type ModelProvider = ResourceOf<typeof ModelProvider>
