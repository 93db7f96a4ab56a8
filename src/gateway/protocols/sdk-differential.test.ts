import Anthropic from '@anthropic-ai/sdk'
import fc from 'fast-check'
import OpenAI from 'openai'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Frame } from '../canonical/answer.ts'
import { type AnswerShape, anyAnswer, inFrames, type ProtocolWorld, protocolWorld } from './protocol.world.ts'

/** The official clients are the judges: what they put together from a stream is what they get whole. */
let world: ProtocolWorld
let openai: OpenAI
let anthropic: Anthropic

beforeAll(async () => {
  world = await protocolWorld()
  const options = { apiKey: 'test', maxRetries: 0, logLevel: 'off' } as const
  openai = new OpenAI({ ...options, baseURL: `${world.url}/v1` })
  anthropic = new Anthropic({ ...options, baseURL: world.url })
})
afterAll(() => world[Symbol.asyncDispose]())

const runs = { numRuns: 40 }
const one: AnswerShape = { choices: 1, reasoning: true, refusal: true, interleaved: true, signed: true }
const question = [{ role: 'user' as const, content: 'Hello' }]

const forEach = (shape: AnswerShape, check: (frames: Frame[]) => Promise<void>): Promise<void> =>
  fc.assert(
    fc.asyncProperty(inFrames(anyAnswer(shape)), async frames => {
      world.answer(frames)
      await check(frames)
    }),
    runs,
  )

test('ChatCompletionStream puts together what a whole chat completion says', async () => {
  // The client keeps only the last piece of fields it does not know, so reasoning is read apart.
  await forEach({ ...one, choices: 3, reasoning: false }, async () => {
    const request = { model: 'm', messages: question, stream_options: { include_usage: true } }
    const streamed = await openai.chat.completions.stream(request).finalChatCompletion()
    const whole = await openai.chat.completions.create({ ...request, stream: false })
    // A message without text is null in the one and empty in the other.
    const plain = ({ choices, ...rest }: OpenAI.ChatCompletion) => ({
      ...rest,
      choices: choices.map(({ message, ...choice }) => ({
        ...choice,
        message: {
          ...message,
          content: message.content || null,
          parsed: undefined,
          tool_calls: message.tool_calls?.map(call => ({
            ...call,
            function: { ...functionOf(call), parsed_arguments: undefined },
          })),
        },
      })),
    })
    expect(plain(streamed)).toEqual(plain(whole))
  })
})

const functionOf = (call: OpenAI.ChatCompletionMessageToolCall) =>
  call.type === 'function' ? { name: call.function.name, arguments: call.function.arguments } : {}

test('reasoning in chunks is the reasoning of the whole answer, and its proof comes once', async () => {
  await forEach({ ...one, choices: 2, refusal: false }, async () => {
    const request = { model: 'm', messages: question }
    const reasoning: string[] = ['', '']
    const proofs: unknown[] = []
    for await (const { choices } of await openai.chat.completions.create({ ...request, stream: true }))
      for (const { index, delta } of choices) {
        const { reasoning_content: text, thinking_blocks: blocks } = delta as Record<string, unknown>
        if (typeof text === 'string') reasoning[index] += text
        if (blocks) proofs[index] = blocks
      }
    const { choices } = await openai.chat.completions.create(request)
    for (const { index, message } of choices) {
      const told = message as unknown as Record<string, unknown>
      expect(reasoning[index]).toBe(told.reasoning_content ?? '')
      expect(proofs[index]).toEqual(told.thinking_blocks)
    }
  })
})

test('MessageStream puts together what a whole message says', async () => {
  await forEach(one, async () => {
    const request = { model: 'm', messages: question, max_tokens: 10 }
    const streamed = await anthropic.messages.stream(request).finalMessage()
    const whole = await anthropic.messages.create(request)
    expect({ ...streamed, parsed_output: undefined }).toEqual(whole)
  })
})

test('ResponseStream puts together what a whole response says', async () => {
  await forEach(one, async () => {
    const request = { model: 'm', input: 'Hello' }
    const types: string[] = []
    const numbers: number[] = []
    const stream = openai.responses.stream(request).on('event', event => {
      types.push(event.type)
      if ('sequence_number' in event) numbers.push(event.sequence_number)
    })
    const streamed = await stream.finalResponse()
    const whole = await openai.responses.create(request)
    const plain = (response: object): unknown =>
      JSON.parse(
        JSON.stringify(response, (name, value) =>
          /^(output_)?parsed(_arguments)?$/.test(name) ? undefined : value,
        ),
      )
    expect(plain(streamed)).toEqual(plain(whole))
    expect(numbers).toEqual(numbers.map((_, i) => i))
    expect(types.slice(0, 2)).toEqual(['response.created', 'response.in_progress'])
    expect(types.at(-1)).toBe(`response.${whole.status}`)
  })
})

test('ResponseStream sees the same without the last event, which repeats everything', async () => {
  await forEach(one, async () => {
    const request = { model: 'm', input: 'Hello' }
    const items: unknown[] = []
    for await (const event of await openai.responses.create({ ...request, stream: true })) {
      if (event.type === 'response.output_item.added') items.push(structuredClone(event.item))
      if (event.type === 'response.output_item.done') items[event.output_index] = event.item
    }
    const whole = await openai.responses.create(request)
    expect(items).toEqual(whole.output)
  })
})

test('a stream of completions is the whole completion', async () => {
  await forEach({ ...one, choices: 2 }, async () => {
    const request = { model: 'm', prompt: 'Hello' }
    const texts: string[] = ['', '']
    const finishes: unknown[] = []
    let usage: unknown
    const asked = { ...request, stream: true, stream_options: { include_usage: true } } as const
    for await (const chunk of await openai.completions.create(asked)) {
      usage = chunk.usage ?? usage
      for (const { index, text, finish_reason: finish } of chunk.choices) {
        texts[index] += text
        if (finish) finishes[index] = finish
      }
    }
    const whole = await openai.completions.create(request)
    expect(whole.choices.map(({ text }) => text)).toEqual(texts.slice(0, whole.choices.length))
    expect(whole.choices.map(({ finish_reason }) => finish_reason)).toEqual(finishes)
    expect(whole.usage).toEqual(usage)
  })
})

test('embeddings reach the client that asks for base64 as the floats they are', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 8 }), {
        minLength: 1,
        maxLength: 3,
      }),
      fc.constantFrom('events', 'floats', 'base64'),
      async (vectors, from) => {
        world.answer([embeddingFrame(vectors, from)])
        const byDefault = await openai.embeddings.create({ model: 'm', input: ['a'] })
        expect(byDefault.data.map(({ embedding }) => Array.from(embedding))).toEqual(vectors)
        const asFloats = await openai.embeddings.create({
          model: 'm',
          input: ['a'],
          encoding_format: 'float',
        })
        // JSON has no negative zero.
        expect(asFloats.data.map(({ embedding }) => embedding.map(x => x + 0))).toEqual(
          vectors.map(vector => vector.map(x => x + 0)),
        )
        expect(asFloats.usage).toEqual({ prompt_tokens: 3, total_tokens: 3 })
      },
    ),
    runs,
  )
})

function embeddingFrame(vectors: number[][], from: string): Frame {
  const events = vectors.map((vector, index) => ({ type: 'embedding', index, vector }) as const)
  const usage = {
    input: 3,
    cacheRead: 0,
    cacheWrite: 0,
    inputAudio: 0,
    output: 0,
    reasoning: 0,
    outputAudio: 0,
  }
  if (from === 'events')
    return { events: [...events, { type: 'usage', usage: { ...usage, source: 'provider' } }] }
  const base64 = (vector: number[]): string => {
    const bytes = Buffer.alloc(vector.length * 4)
    for (const [i, x] of vector.entries()) bytes.writeFloatLE(x, i * 4)
    return bytes.toString('base64')
  }
  const data = vectors.map((vector, index) => ({
    object: 'embedding',
    index,
    embedding: from === 'base64' ? base64(vector) : vector,
  }))
  const wire = { object: 'list', data, model: 'e', usage: { prompt_tokens: 3, total_tokens: 3 } }
  return { events: [], wire: { protocol: 'openai-embeddings', data: JSON.stringify(wire) } }
}

test('both clients raise errors with what happened, and count what was refused as their own fault', async () => {
  const wrong = { model: 'm', messages: [{ role: 'user' as const, content: 7 as never }], max_tokens: 5 }
  await expect(openai.chat.completions.create(wrong)).rejects.toMatchObject({
    name: 'Error',
    status: 400,
    type: 'invalid_request_error',
    code: 'invalid_request',
    param: 'messages[0].content',
  })
  await expect(anthropic.messages.create(wrong)).rejects.toMatchObject({
    status: 400,
    error: { type: 'error', error: { type: 'invalid_request_error' } },
  })
})

test('all clients raise a stream that breaks, after what came before', async () => {
  const failure = { status: 502, code: 'provider_interrupted', message: 'it broke', headers: {} }
  const frames: Frame[] = [
    { events: [{ type: 'start', id: 'a', model: 'm' }] },
    { events: [{ type: 'text', choice: 0, text: 'half' }] },
  ]
  world.answer(frames, failure)
  const chat = openai.chat.completions.stream({ model: 'm', messages: question })
  await expect(chat.finalChatCompletion()).rejects.toMatchObject({ error: { message: 'it broke' } })
  const response = openai.responses.stream({ model: 'm', input: 'Hello' })
  await expect(response.finalResponse()).rejects.toMatchObject({ code: 'provider_interrupted' })
  const message = anthropic.messages.stream({ model: 'm', messages: question, max_tokens: 5 })
  await expect(message.finalMessage()).rejects.toMatchObject({ type: 'api_error' })
  expect(chat.currentChatCompletionSnapshot?.choices[0]?.message.content).toBe('half')
  expect(message.currentMessage?.content).toEqual([{ type: 'text', text: 'half' }])
})
