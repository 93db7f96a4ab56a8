import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compilePrompt } from './prompt.ts'
import type { ChatRequest } from './protocols/openai/request.ts'
import type { PromptContent } from './snapshot.ts'

const prompt = (content: string, fields: Partial<PromptContent> = {}): PromptContent => ({
  messages: [{ role: 'system', content }],
  variables: {},
  partials: {},
  ...fields,
})

const request = (variables: Record<string, unknown>): ChatRequest => ({
  model: 'm',
  messages: [],
  keelway: { variables },
})

const render = (content: PromptContent, variables: Record<string, unknown> = {}) =>
  compilePrompt(content).render(request(variables))[0]?.content

describe('a prompt', () => {
  test('puts in partials, variables and defaults', () => {
    const content = prompt('{{> head}} for {{ shop }} in {{city}}', {
      partials: { head: 'Greet {{> who}}', who: 'customers' },
      variables: { shop: { type: 'string' }, city: { type: 'string', default: 'Delft' } },
    })
    expect(render(content, { shop: 'Tea & Co' })).toBe('Greet customers for Tea & Co in Delft')
  })

  test('never reads a value as template', () => {
    fc.assert(
      fc.property(fc.string(), value => {
        const text = `{{> secret}}${value}{{other}}`
        expect(render(prompt('<{{x}}>', { partials: { secret: 'S' } }), { x: text })).toBe(`<${text}>`)
      }),
    )
  })

  test('takes metadata when no variables are given, numbers and booleans also as text', () => {
    const content = prompt('{{n}} {{b}}', { variables: { n: { type: 'number' }, b: { type: 'boolean' } } })
    const given: ChatRequest = { model: 'm', messages: [], metadata: { n: '1.5', b: 'true' } }
    expect(compilePrompt(content).render(given)[0]?.content).toBe('1.5 true')
    expect(render(content, { n: 2, b: false })).toBe('2 false')
  })

  test.each([
    ['missing', {}, 'needs the variable "n"'],
    ['of another type', { n: 'many' }, '"n" must be a number'],
    ['empty', { n: '' }, '"n" must be a number'],
    ['an object', { n: {} }, '"n" must be a number'],
  ])('refuses a value that is %s', (_, given, message) => {
    const content = prompt('{{n}}', { variables: { n: { type: 'number' } } })
    expect(() => render(content, given)).toThrow(message)
  })

  test('does not find what every object inherits', () => {
    expect(() => render(prompt('{{constructor}}'), {})).toThrow('needs the variable "constructor"')
    expect(() => compilePrompt(prompt('{{> toString}}'))).toThrow('no partial "toString"')
  })

  test('with a partial that contains itself, or grows without end, is refused', () => {
    expect(() => compilePrompt(prompt('{{> a}}', { partials: { a: '{{> b}}', b: '{{> a}}' } }))).toThrow(
      'nested',
    )
    const nested = (last: string) => ({
      ...Object.fromEntries(Array.from({ length: 7 }, (_, i) => [`p${i}`, `{{> p${i + 1}}}`.repeat(50)])),
      p7: last,
    })
    expect(() => compilePrompt(prompt('{{> p0}}', { partials: nested('xxxx') }))).toThrow('larger')
    expect(render(prompt('<{{> p0}}>', { partials: nested('') }))).toBe('<>')
  })
})
