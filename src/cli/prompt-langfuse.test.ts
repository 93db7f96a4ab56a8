import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { textOf } from '../gateway/canonical/request.ts'
import { compilePrompt } from '../gateway/prompt.ts'
import type { PromptContent } from '../gateway/snapshot.ts'
import { checked } from './prompt-imported.ts'
import { importLangfuse } from './prompt-langfuse.ts'

describe('an export of Langfuse', () => {
  const only = (item: object) =>
    checked(importLangfuse('f.json', { name: 'movieCritic', version: 1, ...item })[0] as never)

  test('becomes a Prompt for each name, of the version in production', () => {
    const [critic, chat] = importLangfuse('f.json', {
      data: [
        {
          name: 'movie critic',
          version: 3,
          type: 'text',
          prompt: 'new {{movie}}',
          labels: ['latest'],
          config: {},
        },
        {
          name: 'movie critic',
          version: 2,
          type: 'text',
          prompt: 'As a {{ level }} critic, do you like {{movie}}?',
          labels: ['production'],
          tags: ['movies'],
          commitMessage: 'shorter',
          config: { model: 'gpt-4o', temperature: 0.5, supported_languages: ['en'] },
        },
        {
          name: 'chat',
          version: 1,
          type: 'chat',
          prompt: [
            { role: 'system', content: 'You are {{who}}' },
            { type: 'placeholder', name: 'history' },
            { type: 'placeholder', name: 'more' },
            { type: 'chatmessage', role: 'user', content: 'hi' },
          ],
        },
      ],
    }).map(checked)
    expect(critic).toMatchObject({
      name: 'movie-critic',
      spec: {
        messages: [{ role: 'user', content: 'As a {{level}} critic, do you like {{movie}}?' }],
        variables: { level: { type: 'string' }, movie: { type: 'string' } },
      },
      model: { name: 'gpt-4o', parameters: { temperature: 0.5 } },
      lost: [
        'versions 3: Git keeps versions, 2 is taken',
        'config.supported_languages: parameters of a route are plain values; let the client send it',
        'labels production: a branch, and the rollout of a route, take their place',
        'tags movies: use labels of the resource',
        'commitMessage: write it into the commit',
      ],
    })
    expect(chat).toMatchObject({
      spec: {
        messages: [
          { role: 'system', content: 'You are {{who}}' },
          { role: 'messages' },
          { role: 'user', content: 'hi' },
        ],
      },
      lost: ['placeholder "more": the messages of a request stand in one place'],
    })
  })

  test('renders to what Langfuse makes of it, whatever braces and backslashes its text has', () => {
    const piece = fc.constantFrom(
      '{{x}}',
      '{{ x }}',
      '{{',
      '}}',
      '{',
      '}',
      '\\',
      '"',
      'a',
      '\n',
      '{{#x}}',
      '{{{x}}}',
      '{{> x}}',
    )
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.string()), { minLength: 1 }), fc.string(), (pieces, x) => {
        const prompt = `.${pieces.join('')}.`
        const { spec } = only({ prompt })
        const names = Object.keys(spec?.variables ?? {})
        const [message] = compilePrompt({
          partials: {},
          variables: {},
          ...(spec as object),
        } as PromptContent).render({
          messages: [],
          variables: Object.fromEntries(names.map(name => [name, x])),
        })
        expect(message && textOf(message)).toBe(
          prompt.replace(/\{\{\s{0,20}([A-Za-z_][A-Za-z0-9_]{0,100})\s{0,20}\}\}/g, () => x),
        )
      }),
    )
  })

  test('puts prompts that others refer to into partials', () => {
    const [first, second] = importLangfuse('f.json', [
      { name: 'all', version: 1, prompt: 'a @@@langfusePrompt:name=rules/tone|label=production@@@ b {{x}}' },
      { name: 'rules/tone', version: 1, prompt: 'be {{how}}' },
    ]).map(checked)
    expect(first?.spec).toMatchObject({
      messages: [{ content: 'a {{> rules_tone}} b {{x}}' }],
      partials: { rules_tone: 'be {{how}}' },
      variables: { how: {}, x: {} },
    })
    expect(second?.name).toBe('rules-tone')
    expect(only({ prompt: '@@@langfusePrompt:name=gone|version=1@@@' }).lost[0]).toContain(
      'reference to the prompt "gone"',
    )
  })

  test('takes the schema of answers from its config, and says what it can not take', () => {
    const schema = { type: 'object', properties: {} }
    const config = { response_format: { type: 'json_schema', json_schema: { name: 'a', schema } } }
    expect(only({ prompt: 'x', config })).toMatchObject({ spec: { output: { schema } }, lost: [] })
    expect(only({ prompt: '{{#a}}x{{/a}}' }).lost).toHaveLength(1)
    expect(only({ prompt: [{ role: 'tool', content: 'x' }] }).lost[0]).toContain('has the role "tool"')
    expect(() => importLangfuse('f', [{ name: 'a', versions: [1] }])).toThrow(
      'has no text: the list of prompts',
    )
    expect(() => importLangfuse('f', { a: 1 })).toThrow('no export of Langfuse prompts')
  })
})
