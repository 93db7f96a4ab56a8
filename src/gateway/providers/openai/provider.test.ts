import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { Agent } from 'undici'
import { expect, test } from 'vitest'
import { chunkEvents, completion as completionBody, fakeOpenAi, sendJson } from '../../upstream.world.ts'
import type { ProviderContext } from '../provider.ts'
import { canonical, openTarget, providerRequest, providerSecret } from '../provider.world.ts'
import { upstreamContract } from '../upstream/upstream.contract.ts'
import { openaiProvider } from './provider.ts'

const fixtures = join(import.meta.dirname, 'fixtures')
const totals: Record<string, number> = {
  'openai-text.sse': 1099,
  'openai-parallel-tools.sse': 120,
  'openai-two-choices.sse': 17,
  'openai-refusal.sse': 18,
  'azure-text.sse': 16,
  'groq-reasoning.sse': 92,
  'deepseek-reasoning.sse': 130,
  'mistral-tools.sse': 130,
  'ollama-tools.sse': 194,
  'vllm-stop.sse': 31,
  'llamacpp-text.sse': 15,
  'openrouter-reasoning.sse': 214,
  'completion-text.sse': 4,
}
const completion = canonical({
  operation: 'completion',
  origin: { protocol: 'openai-completions', value: { model: 'm', prompt: 'once' } },
  stream: true,
})

const cut = (stream: string): string[] => stream.split(/(?<=\n\n)/)
const chunk = (text: string) => ({
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  choices: [{ index: 0, delta: { content: text }, finish_reason: null }],
})

upstreamContract({
  provider: openaiProvider,
  fixtures,
  streams: readdirSync(fixtures)
    .filter(name => name.endsWith('.sse') && !name.startsWith('recorded-'))
    .map(name => ({
      name,
      total: totals[name] ?? Number.NaN,
      request: name.startsWith('completion')
        ? providerRequest(completion)
        : providerRequest({ stream: true }),
    })),
  events: cut(chunkEvents(['Hé', '€ 👋', ' end'])),
  text: 'Hé€ 👋 end',
  eventOf: text => `data: ${JSON.stringify(chunk(text))}\n\n`,
  errorEvent: 'data: {"error":{"message":"busy","type":"overloaded_error","code":"503"}}\n\n',
})

test('Azure gets deployment, version and its own header of the key', async () => {
  const dispatcher = new Agent()
  const upstream = await fakeOpenAi(response => sendJson(response, 200, completionBody('hi')))
  const endpoint = upstream.endpoint.replace(/\/v1$/, '')
  const provider = { protocol: 'openai', dialect: 'azure', endpoint, timeoutMs: 1000 }
  const backend = await openTarget(
    openaiProvider,
    { serve: 'provider', provider, model: 'my-gpt' },
    { dispatcher },
  )
  await backend.answer(providerRequest({ model: 'my-gpt' }), new AbortController().signal)
  expect(upstream.requests[0]?.path).toBe(
    '/openai/deployments/my-gpt/chat/completions?api-version=2024-10-21',
  )
  expect(upstream.requests[0]?.headers).toMatchObject({ 'api-key': providerSecret })
  expect(upstream.requests[0]?.headers).not.toHaveProperty('authorization')
  await upstream.stop()
  await dispatcher.destroy()
})

test('an endpoint is needed, and a dialect that exists', async () => {
  const open = (provider: object) =>
    openaiProvider.open(
      { serve: 'provider', provider: { protocol: 'openai', timeoutMs: 1, ...provider }, model: 'm' },
      {} as ProviderContext,
    )
  await expect(open({})).rejects.toThrow('set spec.endpoint')
  await expect(open({ endpoint: 'http://e.com/v1', dialect: 'odd' })).rejects.toThrow('no dialect "odd"')
})
