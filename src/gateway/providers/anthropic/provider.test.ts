import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { Agent } from 'undici'
import { expect, test } from 'vitest'
import { fakeOpenAi, messageBody, messageEvents, sendJson } from '../../upstream.world.ts'
import { openTarget, providerRequest, providerSecret } from '../provider.world.ts'
import { upstreamContract } from '../upstream/upstream.contract.ts'
import { anthropicProvider } from './provider.ts'

const fixtures = join(import.meta.dirname, 'fixtures')
const totals: Record<string, number> = {
  'text.sse': 18 + 300 + 1000 + 12,
  'parallel-tools.sse': 472 + 89,
  'thinking.sse': 50 + 40,
  'server-tool.sse': 10_682 + 510,
}

const cut = (stream: string): string[] => stream.split(/(?<=\n\n)/)
const delta = (text: string) => ({
  type: 'content_block_delta',
  index: 0,
  delta: { type: 'text_delta', text },
})

upstreamContract({
  provider: anthropicProvider,
  fixtures,
  streams: readdirSync(fixtures)
    .filter(name => name.endsWith('.sse') && !name.startsWith('recorded-'))
    .map(name => ({ name, total: totals[name] ?? Number.NaN })),
  events: cut(messageEvents(['Hé', '€ 👋', ' end'])),
  text: 'Hé€ 👋 end',
  eventOf: text => `event: content_block_delta\ndata: ${JSON.stringify(delta(text))}\n\n`,
  errorEvent:
    'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n',
})

test('the headers name version, key and every beta that provider or client want', async () => {
  const dispatcher = new Agent()
  const upstream = await fakeOpenAi(response => sendJson(response, 200, messageBody('hi')))
  const settings = { protocol: 'anthropic', endpoint: upstream.endpoint, timeoutMs: 1000 }
  const ask = async (options: Record<string, string>, betas: string[]) => {
    const target = { serve: 'provider' as const, provider: { ...settings, options }, model: 'm' }
    const backend = await openTarget(anthropicProvider, target, { dispatcher })
    await backend.answer(providerRequest({ betas }), new AbortController().signal)
    return upstream.requests.at(-1)
  }
  expect(await ask({}, [])).toMatchObject({
    path: '/v1/messages',
    headers: { 'anthropic-version': '2023-06-01', 'x-api-key': providerSecret },
  })
  expect((await ask({}, []))?.headers).not.toHaveProperty('anthropic-beta')
  expect((await ask({ beta: 'a-1, b-2' }, ['b-2', 'c-3', 'x\r\ny: z']))?.headers['anthropic-beta']).toBe(
    'a-1,b-2,c-3',
  )
  await upstream.stop()
  await dispatcher.destroy()
})
