import { expect, test } from 'vitest'
import { change, create, readyOf, statusOf } from '../../../test/objects.ts'
import { testWorld } from '../../../test/world.ts'
import { Prompt } from '../../api/kinds/prompt.ts'

const says = (content: string, more: object = {}) => ({
  spec: { messages: [{ role: 'system', content }], ...more },
})

test('a template may name what it has, and the first thing that it lacks is named', async () => {
  await using world = await testWorld()
  const variables = { shop: { type: 'string', default: 'X' } }
  await create(
    world,
    Prompt,
    'whole',
    says('{{ shop }} {{> tone}}', { variables, partials: { tone: 'be kind' } }),
  )
  await create(world, Prompt, 'variable', says('{{toString}}', { variables }))
  await create(world, Prompt, 'partial', says('{{> tone}}'))
  await create(world, Prompt, 'nested', says('{{> tone}}', { partials: { tone: '{{city}}' } }))
  await create(world, Prompt, 'block', says('a\n{{#if shop}}b', { variables }))
  await create(world, Prompt, 'unused', says('{{> tone}}', { partials: { tone: 'a', rest: '{{> }}' } }))
  await create(world, Prompt, 'typed', says('a', { variables: { n: { type: 'number', default: 'x' } } }))
  await create(world, Prompt, 'schema', says('hi', { output: { schema: { type: 'strnig' } } }))
  expect(await readyOf(world, Prompt, 'whole')).toBe('True Valid: the template is complete')
  expect(await readyOf(world, Prompt, 'variable')).toContain(
    'BadTemplate: Prompt variable: spec.messages[0].content, line 1, column 3: the template uses {{toString}}',
  )
  expect(await readyOf(world, Prompt, 'partial')).toContain('spec.partials has no "tone"')
  expect(await readyOf(world, Prompt, 'nested')).toContain('spec.variables has no "city"')
  expect(await readyOf(world, Prompt, 'block')).toContain('line 2, column 14: a block is not closed')
  expect(await readyOf(world, Prompt, 'unused')).toContain(
    'spec.partials.rest, line 1, column 1: this is no tag',
  )
  expect(await readyOf(world, Prompt, 'typed')).toContain('spec.variables.n.default')
  expect(await readyOf(world, Prompt, 'schema')).toContain('BadSchema: spec.output')
})

test('the digest is that of the content: equal under another name, another when a word changes', async () => {
  await using world = await testWorld()
  await create(world, Prompt, 'a', says('be kind'))
  await create(world, Prompt, 'b', says('be kind'))
  const { digest } = await statusOf(world, Prompt, 'a')
  expect((await statusOf(world, Prompt, 'b')).digest).toBe(digest)
  await change(world, Prompt, 'b', says('be brief').spec)
  expect((await statusOf(world, Prompt, 'b')).digest).not.toBe(digest)
})
