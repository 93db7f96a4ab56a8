import { describe, expect, test } from 'vitest'
import { textOf } from '../gateway/canonical/request.ts'
import { compilePrompt } from '../gateway/prompt.ts'
import type { PromptContent } from '../gateway/snapshot.ts'
import { importDotprompt } from './prompt-dotprompt.ts'
import { checked } from './prompt-imported.ts'
import { jsonSchemaOf } from './prompt-picoschema.ts'

const dotprompt = (text: string, partials: Record<string, string> = {}) =>
  checked(importDotprompt('greeting', text, partials))

describe('a .prompt file', () => {
  test('becomes messages, variables, schema and the sketch of a route', () => {
    const imported = dotprompt(`---
name: greetingPrompt
variant: formal
model: googleai/gemini-2.5-flash
config:
  temperature: 0.7
  topK: 20
  maxOutputTokens: 400
  stopSequences: [STOP]
input:
  default: { name: Guest }
  schema:
    name: string, who is greeted
    language?: string
    age?: integer
    tags(array, marks): string
    mood(enum): [glad, sad]
    place(object):
      city: string
output:
  format: json
  schema:
    greeting: string, the greeting
tools: [timeOfDay]
metadata: { owner: me }
---
{{role "system"}}
Greet {{name}}{{#if language}} in {{language}}{{/if}}.
{{#each tags}}
- {{this}}
{{/each}}
{{history}}
{{role "user"}}
I am {{age}} in {{place.city}}, {{mood}}.
`)
    expect(imported.name).toBe('greeting-prompt-formal')
    expect(imported.spec).toEqual({
      messages: [
        {
          role: 'system',
          content:
            'Greet {{name}}{{#if language}} in {{language}}{{/if}}.\n{{#each tags}}\n- {{this}}\n{{/each}}',
        },
        { role: 'messages' },
        { role: 'user', content: 'I am {{age}} in {{place.city}}, {{mood}}.' },
      ],
      variables: {
        name: { type: 'string', description: 'who is greeted', default: 'Guest' },
        language: { type: 'string', required: false },
        age: { type: 'number', schema: { type: 'integer' }, required: false },
        tags: { type: 'array', schema: { type: 'array', items: { type: 'string' } }, description: 'marks' },
        mood: { type: 'string', enum: ['glad', 'sad'] },
        place: {
          type: 'object',
          schema: {
            type: 'object',
            properties: { city: { type: 'string' } },
            required: ['city'],
            additionalProperties: false,
          },
        },
      },
      output: {
        schema: {
          type: 'object',
          properties: { greeting: { type: 'string', description: 'the greeting' } },
          required: ['greeting'],
          additionalProperties: false,
        },
      },
    })
    expect(imported.model).toEqual({
      provider: 'googleai',
      name: 'gemini-2.5-flash',
      parameters: { temperature: 0.7, top_k: 20, max_tokens: 400 },
    })
    expect(imported.lost).toEqual([
      'config.stopSequences: parameters of a route are plain values; let the client send it',
      'tools: tools come with the request',
      'metadata: a Prompt has no metadata of its own; use annotations',
    ])
  })

  test('without front matter is a user message whose variables are told by their use', () => {
    const { spec, lost } = dotprompt(
      'Hi {{name}}{{#each items}}{{this}}{{/each}}{{#if x}}!{{/if}}{{place.city}}',
    )
    expect(spec?.variables).toEqual({
      name: { type: 'string' },
      items: { type: 'array' },
      x: { type: 'string', required: false },
      place: { type: 'object' },
    })
    expect(lost).toEqual([])
  })

  test('gets the conversation before its last user message, as dotprompt puts it', () => {
    const { spec } = dotprompt('{{role "system"}}a{{role "user"}}b{{role "model"}}c{{role "user"}}d')
    expect(spec?.messages).toEqual([
      { role: 'system', content: 'a' },
      { role: 'user', content: 'b' },
      { role: 'assistant', content: 'c' },
      { role: 'messages' },
      { role: 'user', content: 'd' },
    ])
  })

  test('takes along the partials it uses, and those they use', () => {
    const { spec } = dotprompt('{{> tone}}\nHi', {
      tone: 'Be {{> how}}\n',
      how: 'kind {{n}}',
      other: '{{media}}',
    })
    expect(spec).toMatchObject({
      partials: { tone: 'Be {{> how}}', how: 'kind {{n}}' },
      variables: { n: {} },
    })
    const [first] = compilePrompt(spec as unknown as PromptContent).render({
      messages: [],
      variables: { n: 'N' },
    })
    expect(first && textOf(first)).toBe('Be kind N\nHi')
  })

  test.each([
    ['{{media url=photo}}', '{{media}}: a Prompt holds text; images come with the request'],
    ['{{#if a}}{{role "user"}}{{/if}}', '{{role}} within #if: messages of a Prompt are always the same ones'],
    ['{{role "tool"}}x', '{{role "tool"}}: a Prompt has messages of system, user and model'],
    ['{{section "code"}}', '{{section}}: only the code'],
    ['{{> absent}}', 'spec.partials has no "absent"'],
    ['{{> chat}}', 'the partial _chat.prompt begins messages of its own'],
    ['{{@auth.email}}', '@auth is none of'],
    ['{{shout x}}', 'there is no helper "shout"'],
    ['---\ninput: { schema: MySchema }\n---\nx', 'refers to the schema "MySchema", which is defined in code'],
    ['---\n- a\n---\nx', 'the front matter is no map'],
    ['---\nname: a\n---\n', 'the file has no text'],
  ])('with %s is refused with the reason', (text, reason) => {
    const imported = dotprompt(text, { chat: '{{role "user"}}hi' })
    expect(imported.spec).toBeUndefined()
    expect(imported.lost.join('\n')).toContain(reason)
  })

  test('names each field that it does not carry', () => {
    const { lost } = dotprompt(
      '---\nversion: 3\nmyext.foo: 1\noutput: { format: jsonl, x: 1 }\nconfig: { a: 1 }\n---\nhi',
    )
    expect(lost.map(line => line.split(':')[0])).toEqual([
      'output.x',
      'output.format jsonl',
      'config.a',
      'version',
      'myext.foo',
    ])
  })
})

test('Picoschema means what its reference says', () => {
  expect(
    jsonSchemaOf({
      'a?': 'number, how many',
      'b(array)': { c: 'any' },
      'd?(enum, kinds)': ['x'],
      '(*)': 'string',
    }),
  ).toEqual({
    type: 'object',
    properties: {
      a: { type: ['number', 'null'], description: 'how many' },
      b: {
        type: 'array',
        items: { type: 'object', properties: { c: {} }, required: ['c'], additionalProperties: false },
      },
      d: { enum: ['x', null], description: 'kinds' },
    },
    required: ['b'],
    additionalProperties: { type: 'string' },
  })
  const full = { type: 'object', properties: { a: { type: 'string' } } }
  expect(jsonSchemaOf(full)).toBe(full)
  expect(() => jsonSchemaOf({ 'a(map)': 'string' })).toThrow('schema.a has the kind "map"')
  expect(() => jsonSchemaOf({ 'a b': 'string' })).toThrow('"a b" that is no Picoschema')
})
