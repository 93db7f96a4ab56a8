import fc from 'fast-check'
import { Agent } from 'undici'
import { describe, expect, test } from 'vitest'
import { createFold, type Frame } from '../canonical/answer.ts'
import type { CanonicalRequest } from '../canonical/request.ts'
import type { GuardrailContent, GuardrailRule } from '../snapshot.ts'
import { createAnswerGuard } from './answer-guard.ts'
import { createMask, type Mask } from './masking.ts'
import { compileRules } from './rules.ts'

const request: CanonicalRequest = {
  operation: 'chat',
  origin: { protocol: 'openai-chat', value: {} },
  model: 'm',
  messages: [{ role: 'user', parts: [{ type: 'text', text: 'hi' }] }],
  choices: 1,
  stream: true,
  usageInStream: false,
  variables: {},
}

const rule = (fields: Partial<GuardrailRule>): GuardrailRule => ({
  name: 'r',
  detector: 'topics',
  zones: ['output'],
  action: 'block',
  options: { topics: { eden: ['forbidden fruit'] } },
  ...fields,
})

function open(rules: GuardrailRule[], fields: Partial<GuardrailContent> = {}, mask?: Mask) {
  const fold = createFold()
  const content: GuardrailContent = { name: 'g', mode: 'enforce', onError: 'block', rules, ...fields }
  const guard = createAnswerGuard(compileRules([content], new Agent()), {
    request,
    content: fold.content,
    mask,
    signal: new AbortController().signal,
  })
  return {
    guard,
    pass: (frames: Frame[]) => {
      for (const { events } of frames) fold.add(events)
      return guard.pass(frames)
    },
    end: async () => guard.end([]),
  }
}

const say = (text: string): Frame => ({
  events: [{ type: 'text', choice: 0, text }],
  wire: { protocol: 'openai-chat', data: text },
})
const textOf = (frames: readonly Frame[]): string =>
  frames.flatMap(({ events }) => events.map(event => (event.type === 'text' ? event.text : ''))).join('')

/** The text in pieces cut where the numbers say. */
function pieces(text: string, cuts: number[]): string[] {
  const at = [...new Set(cuts.map(cut => cut % (text.length + 1)))].sort((a, b) => a - b)
  return [...at, text.length].map((end, i) => text.slice(at[i - 1] ?? 0, end))
}

describe('a stream under guard', () => {
  test('keeps what is denied from the client however it is cut, and lets go of nothing behind it', async () => {
    const filler = fc.string({ unit: 'grapheme-ascii', maxLength: 400 })
    await fc.assert(
      fc.asyncProperty(
        filler,
        filler,
        fc.array(fc.nat(900), { maxLength: 30 }),
        async (before, after, cuts) => {
          const { pass, end } = open([rule({})])
          let seen = ''
          const run = async () => {
            for (const piece of pieces(`${before} forbidden fruit ${after}`, cuts))
              seen += textOf(pass([say(piece)]))
            seen += textOf(await end())
          }
          await expect(run()).rejects.toMatchObject({ code: 'content_blocked' })
          expect(`${before} forbidden fruit`.startsWith(seen)).toBe(true)
          expect(seen.toLowerCase()).not.toContain('forbidden fruit')
        },
      ),
      { numRuns: 200 },
    )
  })

  test('passes every frame as it came when nothing is found, in order', async () => {
    const { pass, end } = open([rule({})])
    const frames = Array.from({ length: 60 }, (_, i) => say(`word ${i} and `))
    const out = [...frames.flatMap(frame => [...pass([frame])]), ...(await end())]
    expect(out).toEqual(frames)
  })

  test('sends text on before the end: what is held back is bounded', () => {
    const { pass } = open([rule({})])
    const sent = Array.from({ length: 100 }, () => textOf(pass([say('0123456789')]))).join('')
    expect(sent.length).toBeGreaterThan(800)
  })

  test('masks what is found across pieces, and nothing else', async () => {
    const filler = fc.stringMatching(/^[a-z ]{0,300}$/)
    await fc.assert(
      fc.asyncProperty(
        filler,
        filler,
        fc.array(fc.nat(700), { maxLength: 20 }),
        async (before, after, cuts) => {
          const { pass, end } = open([rule({ detector: 'pii', action: 'mask', options: {} })])
          const text = `${before} mail ada@example.org now ${after}`
          let seen = ''
          for (const piece of pieces(text, cuts)) seen += textOf(pass([say(piece)]))
          seen += textOf(await end())
          expect(seen).toBe(text.replace('ada@example.org', '[EMAIL_ADDRESS]'))
        },
      ),
      { numRuns: 200 },
    )
  })

  test('puts back what was masked on the way in, wherever the placeholder is cut', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(200), { maxLength: 12 }), async cuts => {
        const mask = createMask()
        const original = 'ada@example.org'
        const placeholder = mask.mask(original, [
          { score: 1, reason: 'EMAIL_ADDRESS', start: 0, end: original.length },
        ])
        const { pass, end } = open([], {}, mask)
        let seen = ''
        for (const piece of pieces(`I wrote to ${placeholder} and copied ${placeholder}.`, cuts))
          seen += textOf(pass([say(piece)]))
        seen += textOf(await end())
        expect(seen).toBe(`I wrote to ${original} and copied ${original}.`)
      }),
    )
  })
})

describe('what a guard says', () => {
  test('in shadow mode a finding is a verdict without an action, and every frame goes at once', async () => {
    const { guard, pass, end } = open([rule({})], { mode: 'shadow' })
    const frame = say('a forbidden fruit here')
    expect(pass([frame])).toEqual([frame])
    await end()
    expect(guard.results()).toMatchObject([{ verdict: 'deny', action: 'none' }])
  })

  test('a rule that saw a part only has not passed', () => {
    const { guard, pass } = open([rule({})])
    pass([say('all is well so far')])
    expect(guard.results()).toMatchObject([{ verdict: 'failed', reason: 'the answer ended before' }])
  })

  test('a rule that can not run fails closed or open, and never passes', async () => {
    const broken = rule({ detector: 'no-such-thing' })
    const closed = open([broken])
    await expect(closed.end()).rejects.toMatchObject({ code: 'guardrail_failed' })
    const free = open([broken], { onError: 'allow' })
    free.pass([say('hi')])
    await free.end()
    expect(free.guard.results()).toMatchObject([{ verdict: 'failed', action: 'none' }])
  })

  test('an answer that must be JSON is held until it is whole', async () => {
    const schema = rule({ detector: 'json-schema', options: { schema: { type: 'object' } } })
    const good = open([schema])
    expect(good.pass([say('{"a":')])).toEqual([])
    good.pass([say('1}')])
    expect(textOf(await good.end())).toBe('{"a":1}')
    const bad = open([schema])
    bad.pass([say('{"a":')])
    await expect(bad.end()).rejects.toMatchObject({ code: 'content_blocked' })
  })

  test('tool calls wait for the end, and what they carry is looked at', async () => {
    const { pass, end } = open([rule({})])
    const frames: Frame[] = [
      { events: [{ type: 'tool-call', choice: 0, index: 0, id: 'c', name: 'order' }] },
      { events: [{ type: 'tool-arguments', choice: 0, index: 0, text: '{"item":"forbidden ' }] },
      { events: [{ type: 'tool-arguments', choice: 0, index: 0, text: 'fruit"}' }] },
    ]
    expect(frames.flatMap(frame => [...pass([frame])])).toEqual([])
    await expect(end()).rejects.toMatchObject({ code: 'content_blocked' })
  })
})
