import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Message, textOf } from './canonical/request.ts'
import { compilePrompt } from './prompt.ts'
import type { PromptContent, PromptVariable } from './snapshot.ts'

const prompt = (content: string, fields: Partial<PromptContent> = {}): PromptContent => ({
  messages: [{ role: 'system', content }],
  variables: {},
  partials: {},
  ...fields,
})

const asked: Message = { role: 'user', parts: [{ type: 'text', text: 'hi' }] }

const messagesOf = (content: PromptContent, variables: Record<string, unknown> = {}) =>
  compilePrompt(content).render({ variables, messages: [asked] })

/** Text of the prompt's first message; empty when it has none. */
const render = (content: PromptContent, variables: Record<string, unknown> = {}): string => {
  const [first] = messagesOf(content, variables)
  return first && first !== asked
    ? first.parts.map(part => (part.type === 'text' ? part.text : '')).join('')
    : ''
}

const of = (type: PromptVariable['type'], more: Partial<PromptVariable> = {}): PromptVariable => ({
  type,
  ...more,
})

describe('a prompt', () => {
  test('puts in partials, variables and defaults', () => {
    const content = prompt('{{> head}} for {{ shop }} in {{city}}', {
      partials: { head: 'Greet {{> who}}', who: 'customers' },
      variables: { shop: of('string'), city: of('string', { default: 'Delft' }) },
    })
    expect(render(content, { shop: 'Tea & Co' })).toBe('Greet customers for Tea & Co in Delft')
  })

  test('of a snapshot is a template as it is', () => {
    const content: PromptContent = {
      messages: [{ role: 'user', content: 'a {{x}}' }],
      variables: { x: { type: 'string', zone: 'document' } },
      partials: {},
    }
    expect(messagesOf(content, { x: 'b' }).map(textOf)).toEqual(['a \nb', 'hi'])
  })

  test('stands before the messages of the request, or around them', () => {
    const roles = (messages: PromptContent['messages']) =>
      messagesOf({ messages, variables: {}, partials: {} }).map(
        message => `${message.role} ${textOf(message)}`,
      )
    const system = { role: 'system' as const, content: 'be kind' }
    expect(roles([system])).toEqual(['system be kind', 'user hi'])
    const last = { role: 'system' as const, content: 'be brief' }
    for (const middle of [
      { role: 'messages' as const, content: '' },
      { role: 'user' as const, content: '{{history}}\n' },
    ])
      expect(roles([system, middle, last])).toEqual(['system be kind', 'user hi', 'system be brief'])
  })

  test('calls {{history}} a variable where one has that name', () => {
    expect(render(prompt('{{history}}', { variables: { history: of('string') } }), { history: 'h' })).toBe(
      'h',
    )
  })

  test('leaves out a message that says nothing', () => {
    const content = prompt('{{#if tone}}Be {{tone}}.{{/if}}', {
      variables: { tone: of('string', { required: false }) },
    })
    expect(messagesOf(content)).toEqual([asked])
    expect(render(content, { tone: 'kind' })).toBe('Be kind.')
  })

  test('does not find what every object inherits', () => {
    expect(() => render(prompt('{{constructor}}'))).toThrow('needs the variable "constructor"')
    expect(() => compilePrompt(prompt('{{> toString}}'))).toThrow('no "toString"')
    expect(() => compilePrompt(prompt('{{#constructor x}}{{/constructor}}'))).toThrow('there is no block')
    const content = prompt('{{o.constructor}}{{o.__proto__.x}}{{#each o}}{{@key}}{{this.toString}}{{/each}}')
    expect(render({ ...content, variables: { o: of('object') } }, { o: { a: 'x' } })).toBe('a')
  })
})

describe('blocks', () => {
  const variables = {
    items: of('array'),
    shop: of('string', { default: 'S' }),
    on: of('boolean', { default: false }),
  }
  const shown = (
    content: string,
    given: Record<string, unknown> = {},
    partials: Record<string, string> = {},
  ) => render(prompt(content, { variables, partials }), { items: [], ...given })

  test.each([
    ['{{#if on}}yes{{else}}no{{/if}}', { on: true }, 'yes'],
    ['{{#if on}}yes{{else}}no{{/if}}', { on: 'false' }, 'no'],
    ['{{#unless on}}off{{/unless}}!', {}, 'off!'],
    ['{{#if items}}some{{else if on}}on{{else}}none{{/if}}', { on: true }, 'on'],
    [
      '{{#each items}}{{@index}}{{this}}{{#unless @last}}, {{/unless}}{{/each}}',
      { items: ['a', 'b'] },
      '0a, 1b',
    ],
    ['{{#each items}}{{this.n}}{{n}}{{./n}}{{../shop}}{{/each}}', { items: [{ n: 1 }] }, '111S'],
    ['{{#each items}}x{{else}}none{{/each}}', {}, 'none'],
    ['{{#each items as |one i|}}{{i}}{{one.n}}{{/each}}', { items: [{ n: 7 }] }, '07'],
    [
      '{{#each items}}{{#each this}}{{@../index}}{{@index}}{{this}} {{/each}}{{/each}}',
      { items: [['a'], ['b', 'c']] },
      '00a 10b 11c ',
    ],
    ['{{#with items.[0]}}{{n}}{{@root.shop}}{{/with}}', { items: [{ n: 2 }] }, '2S'],
    ['{{#each items}}{{@key}}={{this}};{{/each}}', { items: ['a'] }, '0=a;'],
    ['{{#ifEquals shop "S"}}same{{/ifEquals}}{{#unlessEquals shop "S"}}other{{/unlessEquals}}', {}, 'same'],
    ['{{items}} {{json items indent=1}}', { items: [1] }, '[1] [\n 1\n]'],
    ['{{items.length}}', { items: [1, 2] }, '2'],
    ['a{{! a note }}b {{~shop~}} c', {}, 'ab' + 'S' + 'c'],
    ['\\{{shop}} }} {{{shop}}}', {}, '{{shop}} }} S'],
    ['{{"text"}} {{7}}', {}, 'text 7'],
  ])('%s', (content, given, expected) => {
    expect(shown(content, given)).toBe(expected)
  })

  test('on lines of their own leave no empty lines', () => {
    expect(
      shown('a\n{{#if on}}\nb\n{{/if}}\nc\n{{#each items}}\n- {{this}}\n{{/each}}\nd', {
        items: [1, 2],
        on: true,
      }),
    ).toBe('a\nb\nc\n- 1\n- 2\nd')
  })

  test('may be around partials, which take a context and fields', () => {
    const partials = { line: '{{name}}/{{shop}}', bare: '- {{this}}\n' }
    expect(shown('{{#each items}}{{> bare}}{{/each}}', { items: [1, 2] }, partials)).toBe('- 1\n- 2\n')
    expect(
      shown('{{> line name="x"}} {{> line items.[0] shop="T"}}', { items: [{ name: 'y' }] }, partials),
    ).toBe('x/S y/T')
  })
})

describe('errors of a template', () => {
  const variables = { x: of('string'), items: of('array') }
  test.each([
    ['a\n  {{x', 'spec.messages[0].content, line 2, column 3: this is no tag'],
    ['{{#if x}}a', 'line 1, column 11: a block is not closed'],
    ['{{#if x}}a{{/each}}', "line 1, column 4: if doesn't match each"],
    ['{{y}}', 'line 1, column 3: the template uses {{y}} but spec.variables has no "y"'],
    ['{{> tone}}', 'spec.partials has no "tone"'],
    ['{{> outer}}', 'spec.partials.outer, line 2, column 3: the template uses {{z}}'],
    ['{{shout x}}', 'there is no helper "shout"'],
    ['{{x (a b)}}', 'there is no helper "x"'],
    ['{{json (a b)}}', 'in parentheses'],
    ['{{#x}}a{{/x}}', 'there is no block "x": use #if'],
    ['{{#if}}a{{/if}}', 'the block is written {{#if name}}'],
    ['{{this}}', 'this means something within #each and #with only'],
    ['{{@index}}', '@index is none of'],
    ['{{../x}}', '../x steps out of the prompt'],
    [
      '{{#each items}}{{x}}{{/each}}',
      'x is a field of the item: write this.x for it, @root.x for the variable',
    ],
    ['{{history}} and {{x}}', 'spec.variables has no "history"'],
    ['{{> (x)}}', 'the name of a partial can not be computed'],
    ['{{#> outer}}{{/outer}}', 'blocks of partials are not supported'],
    ['{{* x}}', 'decorators'],
    ['{{#if x}}'.repeat(20) + '{{/if}}'.repeat(20), 'nested more than 16 deep'],
    ['{{#if x}}'.repeat(9000) + '{{/if}}'.repeat(9000), 'deep'],
  ])('%.40s', (content, message) => {
    const compile = () =>
      compilePrompt(prompt(content, { variables, partials: { outer: '\n{{z}}' } }), { strict: true })
    expect(compile).toThrow(message)
    expect(compile).toThrow(expect.objectContaining({ name: 'TemplateError' }))
  })

  test('name the message', () => {
    const messages = [
      { role: 'system' as const, content: 'a' },
      { role: 'user' as const, content: '{{#each}}' },
    ]
    expect(() => compilePrompt({ messages, variables: {}, partials: {} })).toThrow(
      'spec.messages[1].content, line 1',
    )
    const twice = { role: 'messages' as const, content: '' }
    expect(() => compilePrompt({ messages: [twice, twice], variables: {}, partials: {} })).toThrow(
      'one place only',
    )
    const full = { role: 'messages' as const, content: 'x' }
    expect(() => compilePrompt({ messages: [full], variables: {}, partials: {} })).toThrow(
      'no content of its own',
    )
  })

  test('are found in partials that contain themselves or grow without end', () => {
    expect(() => compilePrompt(prompt('{{> a}}', { partials: { a: '{{> b}}', b: '{{> a}}' } }))).toThrow(
      'nested',
    )
    const nested = (last: string) => ({
      ...Object.fromEntries(Array.from({ length: 7 }, (_, i) => [`p${i}`, `{{> p${i + 1}}}`.repeat(50)])),
      p7: last,
    })
    expect(() => compilePrompt(prompt('{{> p0}}', { partials: nested('xxxx') }))).toThrow('larger')
    expect(() => compilePrompt(prompt('{{> p0}}', { partials: nested('{{x}}') }))).toThrow('larger')
    expect(() => compilePrompt(prompt('{{#each x}}{{> p0}}{{/each}}', { partials: nested('') }))).toThrow(
      'larger',
    )
    expect(render(prompt('<{{> p0}}>', { partials: nested('') }))).toBe('<>')
  })
})

describe('values', () => {
  test('are never read as template, nor looked into beyond their own members', () => {
    const hostile = fc.constantFrom(
      '{{> secret}}',
      '{{x}}',
      '{{/if}}',
      '{{#each list}}',
      '__proto__',
      'constructor',
    )
    const text = fc.array(fc.oneof(fc.string(), hostile)).map(pieces => pieces.join(''))
    const item = fc.dictionary(fc.oneof(fc.string(), hostile), text)
    fc.assert(
      fc.property(text, fc.array(item, { maxLength: 5 }), (x, list) => {
        const content = prompt(
          '<{{x}}>{{#each list}}[{{#each this}}({{@key}}:{{this}}){{/each}}{{this.name}}]{{/each}}',
          {
            variables: { x: of('string'), list: of('array') },
            partials: { secret: 'S' },
          },
        )
        const own = (one: Record<string, string>) => (Object.hasOwn(one, 'name') ? one.name : '')
        const expected = list.map(
          one =>
            `[${Object.entries(one)
              .map(([key, value]) => `(${key}:${value})`)
              .join('')}${own(one)}]`,
        )
        expect(render(content, { x, list })).toBe(`<${x}>${expected.join('')}`)
      }),
    )
  })

  test('of metadata are read from text, and written as that text', () => {
    const content = prompt('{{n}} {{b}} {{#each a}}{{this}}{{/each}} {{o.k}}', {
      variables: { n: of('number'), b: of('boolean'), a: of('array'), o: of('object') },
    })
    expect(render(content, { n: '1.50', b: 'true', a: '[1,2]', o: '{"k":"v"}' })).toBe('1.50 true 12 v')
    expect(render(content, { n: 2, b: false, a: ['x'], o: { k: 1 } })).toBe('2 false x 1')
  })

  test.each([
    [
      'missing',
      of('number'),
      undefined,
      'missing_variable',
      'needs the variable "v" (number); send it in keelway.variables or metadata',
    ],
    ['no number', of('number'), 'many', 'invalid_request', 'the variable "v" must be a number'],
    ['an empty text', of('number'), '', 'invalid_request', 'must be a number'],
    ['no array', of('array'), '{}', 'invalid_request', 'must be an array'],
    ['no object', of('object'), [], 'invalid_request', 'must be an object'],
    ['no text', of('string'), 1, 'invalid_request', 'must be a string'],
    ['not listed', of('string', { enum: ['a', 'b'] }), 'c', 'invalid_request', 'must be one of a, b'],
    [
      'of another form',
      of('string', { pattern: '^[a-z]+$' }),
      'A1',
      'invalid_request',
      'must match ^[a-z]+$',
    ],
    ['too long', of('string', { maxLength: 3 }), 'abcd', 'invalid_request', 'at most 3 characters'],
    ['too many', of('array', { maxLength: 1 }), [1, 2], 'invalid_request', 'at most 1 members'],
    [
      'unlike its schema',
      of('object', { schema: { properties: { a: { type: 'number' } }, required: ['a'] } }),
      { a: 'x' },
      'invalid_request',
      'does not fit its JSON schema',
    ],
  ])('that are %s are refused by name', (_, declared, given, code, message) => {
    const content = prompt('{{v}}', { variables: { v: declared } })
    const run = () => render(content, given === undefined ? {} : { v: given })
    expect(run).toThrow(message)
    expect(run).toThrow(expect.objectContaining({ code, status: 400, param: 'keelway.variables.v' }))
  })

  test('that are optional may be absent, those of unused variables too', () => {
    const variables = { v: of('string', { required: false }), other: of('string') }
    expect(render(prompt('<{{v}}>', { variables }))).toBe('<>')
  })

  test.each([
    [of('string', { pattern: '(?=a)' }), 'spec.variables.v: pattern'],
    [of('array', { schema: { type: 'arrray' } }), 'spec.variables.v: schema'],
    [of('array', { enum: ['a'] }), 'spec.variables.v: enum is for strings'],
    [of('number', { default: 'many' }), 'spec.variables.v.default: the variable "v" must be a number'],
  ])('of a declaration that can not work are found before any call', (declared, message) => {
    expect(() => compilePrompt(prompt('no tags', { variables: { v: declared } }))).toThrow(message)
  })

  test('from documents and tools become parts of their zone', () => {
    const variables = {
      doc: of('array', { zone: 'document' }),
      found: of('string', { zone: 'tool' }),
      shop: of('string'),
    }
    const content = prompt('Answer for {{shop}}.\n{{#each doc}}{{this.t}}\n{{/each}}Tool: {{found}}', {
      variables,
    })
    expect(
      messagesOf(content, { doc: [{ t: 'one' }, { t: 'two' }], found: 'three', shop: 'S' })[0]?.parts,
    ).toEqual([
      { type: 'text', text: 'Answer for S.\n' },
      { type: 'text', text: 'one\ntwo\n', zone: 'document' },
      { type: 'text', text: 'Tool: ' },
      { type: 'text', text: 'three', zone: 'tool' },
    ])
    const keys = prompt('{{#each doc}}{{@key}}{{/each}}|{{> p d=doc}}', {
      variables,
      partials: { p: 'd: {{json d}}' },
    })
    expect(messagesOf(keys, { doc: ['x'], found: '', shop: '' })[0]?.parts).toEqual([
      { type: 'text', text: '0', zone: 'document' },
      { type: 'text', text: '|d: ' },
      { type: 'text', text: '["x"]', zone: 'document' },
    ])
  })

  test('can not make a prompt grow without end', () => {
    const nested = '{{#each a}}{{#each @root.a}}{{#each @root.a}}x{{/each}}{{/each}}{{/each}}'
    const variables = { a: of('array'), s: of('string', { default: '' }) }
    const many = Array.from({ length: 300 }, () => 1)
    expect(() => render(prompt(nested, { variables }), { a: many })).toThrow('takes more than 100000 steps')
    const large = prompt('{{#each a}}{{@root.s}}{{/each}}', { variables })
    expect(() => render(large, { a: many, s: 'x'.repeat(50_000) })).toThrow('characters')
  })
})
