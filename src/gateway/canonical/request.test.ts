import { describe, expect, test } from 'vitest'
import { protocols } from '../protocols/index.ts'
import type { Protocol } from '../protocols/protocol.ts'
import { messagesBody } from '../providers/anthropic/body.ts'
import { chatBody } from '../providers/openai/chat-body.ts'
import { dialects } from '../providers/openai/dialect.ts'
import { type CanonicalRequest, type Message, originalOf, withParts } from './request.ts'

const named = (name: string) => protocols.find(protocol => protocol.name === name) as Protocol
const parse = (protocol: Protocol, content: unknown): CanonicalRequest =>
  protocol.parse(
    Buffer.from(
      JSON.stringify({ model: 'm', max_tokens: 9, messages: [{ role: 'user', content, note: 1 }] }),
    ),
    {},
  )

/** What a guardrail does: another text in a copy of the part. */
const masked = (request: CanonicalRequest): CanonicalRequest => ({
  ...request,
  messages: request.messages.map((message: Message) =>
    withParts(
      message,
      message.parts.map(part =>
        part.type === 'text' && part.text.includes('secret')
          ? { ...part, text: part.text.replaceAll('secret', '***') }
          : part,
      ),
    ),
  ),
})

const document = {
  type: 'document',
  source: { type: 'text', media_type: 'text/plain', data: 'a secret page' },
}
const untouched = { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'a page' } }
const marked = { type: 'text', text: 'my secret', cache_control: { type: 'ephemeral' } }

describe('a part with another text', () => {
  test('goes out with it to every provider, whatever protocol it came in', () => {
    const chat = parse(named('openai-chat'), [{ type: 'text', text: 'my secret' }])
    const message = parse(named('anthropic-messages'), [marked, document, untouched])
    for (const request of [chat, message])
      for (const body of [
        chatBody(masked(request), dialects.openai),
        messagesBody(masked(request), undefined),
      ])
        expect(JSON.stringify(body)).not.toContain('secret')
  })

  test('keeps the fields beside it, and the parts beside it are as they came', () => {
    const { body } = messagesBody(masked(parse(named('anthropic-messages'), [marked, untouched])), undefined)
    expect(body.messages).toMatchObject([{ content: [{ ...marked, text: 'my ***' }, untouched] }])
  })
})

test('what was not edited is its original in its own protocol only', () => {
  const [message] = parse(named('openai-chat'), 'Hi').messages as [Message]
  expect(originalOf(message, 'openai-chat')).toEqual({ role: 'user', content: 'Hi', note: 1 })
  expect(originalOf(message, 'anthropic-messages')).toBeUndefined()
  expect(originalOf(withParts(message, []), 'openai-chat')).toBeUndefined()
})
