import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { messageEvents } from '../../upstream.world.ts'
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
