import { expect, test } from 'vitest'
import { type Command, helpOf, parseInvocation } from './command.ts'

const command: Command = {
  name: 'fly far',
  summary: 'Fly.',
  arguments: ['FROM', 'TO?'],
  options: {
    speed: { type: 'string', value: 'N', default: '5', summary: 'how fast' },
    who: { type: 'string', value: 'NAME', required: true, summary: 'who' },
    quiet: { type: 'boolean', summary: 'say nothing' },
  },
  help: 'More.',
  run: async () => 0,
}
const io = { out: () => {}, err: () => {}, signal: new AbortController().signal }
const parse = (...args: string[]) => parseInvocation(command, args, io)

test('options have their text, number, flag and default', () => {
  const invocation = parse('here', '--who', 'me', '--quiet')
  expect(invocation.positionals).toEqual(['here'])
  expect(invocation.number('speed')).toBe(5)
  expect([invocation.flag('quiet'), invocation.json]).toEqual([true, false])
  expect(invocation.text('nothing')).toBeUndefined()
  expect(parse('here', 'there', '--who=me', '--json')).toMatchObject({
    json: true,
    positionals: ['here', 'there'],
  })
})

test.each([
  [['--who', 'me'], 'fly far needs FROM; see keelway fly far --help'],
  [['a', 'b', 'c', '--who', 'me'], 'unexpected argument "c"'],
  [['a'], '--who is required'],
  [['a', '--who'], "'--who <value>' argument missing"],
  [['a', '--who', 'me', '--wings'], "Unknown option '--wings'"],
])('%j is refused by name', (args, message) => {
  expect(() => parse(...args)).toThrow(message)
})

test.each(['x', '', ' ', 'Infinity', '1e999'])('"%s" is no number', text => {
  expect(() => parse('a', '--who', 'me', '--speed', text).number('speed')).toThrow(
    `--speed must be a number, not "${text}"`,
  )
})

test('help says arguments, options, defaults and more', () => {
  expect(helpOf(command)).toBe(
    [
      'keelway fly far FROM [TO] [options]',
      '',
      'Fly.',
      '',
      '  --speed N   how fast (default 5)',
      '  --who NAME  who',
      '  --quiet     say nothing',
      '  --json      print machine-readable JSON',
      '',
      'More.',
      '',
    ].join('\n'),
  )
})
