import { z } from 'zod'
import { sourcedStatus } from '../conditions.ts'
import { defineKind, type ResourceOf } from '../kind.ts'
import { stampWriter } from '../source.ts'
import { duration, reference, secretReference } from './reference.ts'

const usd = (what: string) => z.number().min(0).describe(`USD per million ${what}.`)

export const ModelProvider = defineKind({
  kind: 'ModelProvider',
  plural: 'modelproviders',
  shortNames: ['mp'],
  summary: 'Where language models are called: protocol, endpoint, key, and the models with their price.',
  spec: z.object({
    protocol: z
      .enum([
        'openai',
        'anthropic',
        'gemini',
        'vertex',
        'bedrock',
        'mistral',
        'cohere',
        'recorded',
        'scripted',
      ])
      .describe(
        'openai: any endpoint of the OpenAI HTTP API. anthropic: the Messages API. gemini, vertex, bedrock, mistral, cohere: the APIs of these services. recorded: replays the answers of a Dataset. scripted: answers as options say, for tests.',
      ),
    dialect: z
      .string()
      .regex(/^[a-z][a-z0-9-]*$/)
      .max(63)
      .optional()
      .describe(
        'How an endpoint of protocol openai differs from OpenAI, such as azure, vllm, ollama or groq; told by the host where it is known.',
      ),
    options: z
      .record(z.string().max(63), z.string().max(4096))
      .default({})
      .describe('What a protocol needs beyond endpoint and key, such as region, project or apiVersion.'),
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
          maxOutputTokens: z
            .number()
            .int()
            .positive()
            .optional()
            .describe('Most tokens of one answer; what a budget reserves when the request sets no limit.'),
          price: z
            .object({
              inputPerMillionUsd: usd('input tokens'),
              outputPerMillionUsd: usd('output tokens'),
              cacheReadPerMillionUsd: usd('input tokens read from the prompt cache').optional(),
              cacheWritePerMillionUsd: usd('input tokens written to the prompt cache').optional(),
              inputAudioPerMillionUsd: usd('audio input tokens').optional(),
              outputAudioPerMillionUsd: usd('audio output tokens').optional(),
              reasoningPerMillionUsd: usd('reasoning tokens').optional(),
            })
            .optional()
            .describe('Overrides the price catalogue. Where neither has a price cost is unknown, never 0.'),
        }),
      )
      .max(200)
      .default([])
      .describe('Models offered.'),
    catalogue: z
      .string()
      .regex(/^[a-z0-9][a-z0-9._-]*$/)
      .max(63)
      .optional()
      .describe('Id of the provider in the price catalogue, where protocol and endpoint do not tell it.'),
    timeout: duration()
      .default('60s')
      .describe('Time limit for the first token of an answer, and between two.'),
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
    {
      rule: "!has(self.spec.dialect) || self.spec.protocol == 'openai'",
      message: 'spec.dialect is for protocol openai only',
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
