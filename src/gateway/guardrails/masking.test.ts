import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { AnswerEvent } from '../canonical/answer.ts'
import { createChannel } from './channel.ts'
import type { Finding } from './detector.ts'
import { editPiece } from './edit.ts'
import { createMask, type Mask } from './masking.ts'

const unmask = (mask: Mask, text: string): string => editPiece(text, 0, mask.restorations(text))
const at = (text: string, found: string, reason: string): Finding => {
  const start = text.indexOf(found)
  return { score: 1, reason, start, end: start + found.length }
}

describe('masking', () => {
  test('gives the same original the same placeholder and another one another', () => {
    const mask = createMask()
    const first = 'from a@b.io to c@d.io'
    expect(
      mask.mask(first, [at(first, 'a@b.io', 'EMAIL_ADDRESS'), at(first, 'c@d.io', 'EMAIL_ADDRESS')]),
    ).toBe('from [EMAIL_1] to [EMAIL_2]')
    expect(mask.mask('c@d.io', [at('c@d.io', 'c@d.io', 'EMAIL_ADDRESS')])).toBe('[EMAIL_2]')
    expect(unmask(mask, 'I wrote to [EMAIL_2], not [EMAIL_1] or [EMAIL_3].')).toBe(
      'I wrote to c@d.io, not a@b.io or [EMAIL_3].',
    )
  })

  test('leaves a placeholder that stood in the text before alone', () => {
    const mask = createMask()
    const text = 'the template has [EMAIL_1]; mine is a@b.io'
    mask.reserve(text)
    const masked = mask.mask(text, [at(text, 'a@b.io', 'EMAIL_ADDRESS')])
    expect(masked).toBe('the template has [EMAIL_1]; mine is [EMAIL_2]')
    expect(unmask(mask, masked)).toBe(text)
  })

  test('knows nothing of another call', () => {
    const one = createMask()
    one.mask('a@b.io', [at('a@b.io', 'a@b.io', 'EMAIL_ADDRESS')])
    expect(unmask(createMask(), '[EMAIL_1]')).toBe('[EMAIL_1]')
  })

  const pieces = fc.array(
    fc.oneof(
      fc.string(),
      fc.constantFrom('[EMAIL_1]', '[EMAIL_', '1]', '[', ']', '[PHONE_2]', 'a@b.io', '\ud83d', '[[', 'EMAIL'),
      fc.record({
        secret: fc.string({ minLength: 1 }),
        reason: fc.constantFrom('EMAIL_ADDRESS', 'aws-key', '7'),
      }),
    ),
    { maxLength: 12 },
  )
  /** A text with findings, masked. */
  const masked = pieces.map(parts => {
    let text = ''
    const findings: Finding[] = []
    for (const part of parts) {
      if (typeof part !== 'string')
        findings.push({
          score: 1,
          reason: part.reason,
          start: text.length,
          end: text.length + part.secret.length,
        })
      text += typeof part === 'string' ? part : part.secret
    }
    const mask = createMask()
    mask.reserve(text)
    return { mask, text, sent: mask.mask(text, findings) }
  })

  test('gives back what was masked, whatever it was and stood beside', () => {
    fc.assert(
      fc.property(masked, ({ mask, text, sent }) => {
        expect(unmask(mask, sent)).toBe(text)
      }),
    )
  })

  test('gives it back in a stream cut anywhere', () => {
    fc.assert(
      fc.property(
        masked,
        fc.array(fc.nat({ max: 200 }), { maxLength: 30 }),
        ({ mask, text, sent }, sizes) => {
          const channel = createChannel(part => mask.restorations(part))
          const long = `${sent}\n${sent}\n${sent}`
          let out = ''
          let rest = long
          const take = (last: boolean) => {
            channel.look(last)
            let length = 0
            while (channel.clears(0, length + 1)) length++
            out += channel.edited(long.slice(long.length - held, long.length - held + length), 0)
            channel.release(length)
            held -= length
            if (last) expect(held).toBe(0)
          }
          let held = long.length
          for (const size of sizes) {
            channel.add(rest.slice(0, size))
            rest = rest.slice(size)
            take(false)
          }
          channel.add(rest)
          take(true)
          expect(out).toBe(`${text}\n${text}\n${text}`)
        },
      ),
    )
  })

  test('puts originals back into the arguments of tool calls as JSON', () => {
    const mask = createMask()
    const original = 'say "hi"\n'
    mask.mask(original, [at(original, original, 'PERSON')])
    const sent = '{"to":"[PERSON_1]","n":1}'
    fc.assert(
      fc.property(fc.nat({ max: sent.length }), cut => {
        const event = (text: string): AnswerEvent => ({ type: 'tool-arguments', choice: 0, index: 0, text })
        const frames = mask.restoreCalls([
          { events: [event(sent.slice(0, cut))], wire: { protocol: 'openai-chat', data: '' } },
          { events: [event(sent.slice(cut))] },
        ])
        const text = frames.flatMap(({ events }) =>
          events.map(one => (one.type === 'tool-arguments' ? one.text : '')),
        )
        expect(JSON.parse(text.join(''))).toEqual({ to: original, n: 1 })
      }),
    )
  })
})
