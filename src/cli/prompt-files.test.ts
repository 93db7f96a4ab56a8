import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startTestServer } from '../../test/api-server.ts'
import { apiVersionOf } from '../api/kind.ts'
import { Prompt } from '../api/kinds/prompt.ts'
import { createClient } from '../client/api-client.ts'
import { systemClock } from '../lib/clock.ts'
import { seededRandom } from '../lib/random.ts'
import { serverCertificate } from '../server/certificates.ts'
import { listenHttps } from '../server/https.ts'
import { writeKubeconfig } from '../server/kubeconfig.ts'
import { type Command, parseInvocation } from './command.ts'
import { promptDiff } from './prompt-diff.ts'
import { promptPreview } from './prompt-preview.ts'

let folder: string
let lines: string[]
let notes: string[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keelway-prompt-'))
  lines = []
  notes = []
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const run = (command: Command, ...args: string[]) =>
  command.run(
    parseInvocation(command, [...args, '--state', folder], {
      out: text => lines.push(...text.split('\n')),
      err: text => notes.push(...text.split('\n')),
      signal: new AbortController().signal,
    }),
  )

const manifest = (content: string, name = 'greeting') => `apiVersion: keelway.dev/v1alpha1
kind: Prompt
metadata:
  name: ${name}
spec:
  messages:
    - role: system
      content: |
${content.replaceAll(/^/gm, '        ')}
    - role: messages
  variables:
    shop: {}
    doc: { zone: document, required: false }
    n: { type: number, default: 3 }
`

const write = (name: string, text: string): string => {
  const file = join(folder, name)
  writeFileSync(file, text)
  return file
}

describe('a preview', () => {
  test('of a file shows messages, zones, tokens and digests', async () => {
    const file = write('a.yaml', manifest('You sell {{shop}}.\nSay {{n}} words about {{doc}}'))
    const vars = write('vars.json', '{"doc":"tea","shop":"X"}')
    expect(await run(promptPreview, file, '--vars', vars, '--var', 'shop=a=b', '--input', 'hi')).toBe(0)
    expect(lines).toEqual([
      '--- system',
      'You sell a=b.',
      'Say 3 words about [document: tea',
      ']',
      '--- user',
      'hi',
    ])
    expect(notes[0]).toMatch(
      /^Prompt greeting: 2 messages, about 10 tokens, content sha256:\w+, rendered sha256:/,
    )
    lines = []
    await run(promptPreview, `${file}#greeting`, '--var', 'shop=X', '--json')
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      name: 'greeting',
      messages: [{ role: 'system', text: 'You sell X.\nSay 3 words about \n' }],
      digest: expect.stringMatching(/^sha256:/),
    })
  })

  test.each([
    [
      '{{shop}}',
      [],
      'Prompt greeting: the prompt needs the variable "shop" (string); give it with --var or --vars',
    ],
    ['{{shop}}', ['--var', 'shop=a', '--var', 'n=x'], undefined],
    ['{{n}}', ['--var', 'n=x'], 'the variable "n" must be a number; give it with --var'],
    ['{{#if shop}}', [], 'Prompt greeting: spec.messages[0].content, line'],
    ['{{x}}', [], 'spec.variables has no "x"'],
    ['{{shop}}', ['--var', 'shop'], '--var shop: write NAME=VALUE'],
    ['{{shop}}', ['--vars', 'absent.json'], 'cannot read absent.json'],
  ])('of %s with %j says what is wrong', async (content, args, message) => {
    const file = write('a.yaml', manifest(content))
    const done = run(promptPreview, file, ...args)
    if (message) await expect(done).rejects.toThrow(message)
    else expect(await done).toBe(0)
  })

  test('says which file, line and prompt it can not take', async () => {
    const two = write('b.yaml', `${manifest('a')}---\n${manifest('b', 'other')}`)
    await expect(run(promptPreview, two)).rejects.toThrow('holds the Prompts greeting, other: say which')
    await expect(run(promptPreview, `${two}#third`)).rejects.toThrow(
      'holds no Prompt "third": it has greeting, other',
    )
    expect(await run(promptPreview, `${two}#other`)).toBe(0)
    const bad = write('c.yaml', manifest('a').replace('role: messages', 'role: nobody'))
    await expect(run(promptPreview, bad)).rejects.toThrow(/c\.yaml:10: spec\.messages\[1\]\.role/)
    await expect(run(promptPreview, write('d.yaml', 'a: 1'))).rejects.toThrow('holds no Prompt')
    await expect(run(promptPreview, join(folder, 'none.yaml'))).rejects.toThrow('cannot read')
  })

  test('of a name asks the running system', async () => {
    await using server = await startTestServer()
    const certificate = await serverCertificate(join(folder, 'pki'), ['127.0.0.1'], systemClock)
    const authenticate = (token: string) => ({ name: token, groups: [] })
    await using https = await listenHttps({
      server: server.server,
      certificate,
      authenticate,
      host: '127.0.0.1',
      port: 0,
    })
    const { ca } = certificate
    writeKubeconfig(join(folder, 'kubeconfig'), { server: https.url, ca, token: 'alice', user: 'alice' })
    const client = createClient(server.transport, { clock: systemClock, random: seededRandom(1) })
    await client.create(Prompt, {
      apiVersion: apiVersionOf(Prompt),
      kind: Prompt.kind,
      metadata: { name: 'greeting', namespace: 'default' },
      spec: { messages: [{ role: 'system', content: 'live' }] },
    } as never)
    expect(await run(promptPreview, 'greeting')).toBe(0)
    expect(lines).toEqual(['--- system', 'live'])
    await expect(run(promptPreview, 'other')).rejects.toThrow('namespace default has no Prompt "other"')
    lines = []
    expect(await run(promptDiff, 'greeting', write('a.yaml', manifest('local')))).toBe(1)
    expect(lines).toContain('- live')
  })
})

describe('a difference', () => {
  test('is shown rendered and as template', async () => {
    const before = write('a.yaml', manifest('You sell {{shop}}.\nBe kind.\nBe brief.'))
    const after = write('b.yaml', manifest('You sell {{shop}}.\nBe kind!\nBe brief.'))
    expect(await run(promptDiff, before, after)).toBe(1)
    expect(lines).toEqual([
      'rendered:',
      '  --- system',
      '  You sell ‹shop›.',
      '- Be kind.',
      '+ Be kind!',
      '  Be brief.',
      '  ',
      '',
      'template:',
      '  message system',
      '  You sell {{shop}}.',
      '- Be kind.',
      '+ Be kind!',
      '  Be brief.',
      '  ',
      '',
      'tokens  about 9 before, 9 after',
    ])
    lines = []
    expect(await run(promptDiff, before, after, '--json')).toBe(1)
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ equal: false, digests: { before: expect.anything() } })
  })

  test('of templates alone is told apart, and equal prompts are equal', async () => {
    const before = write('a.yaml', manifest('You sell {{shop}}.'))
    const same = write('b.yaml', manifest('You sell {{ shop }}.'))
    await run(promptDiff, before, same)
    expect(lines[0]).toBe('rendered: the model gets the same')
    lines = []
    expect(await run(promptDiff, before, before)).toBe(0)
    expect(lines).toEqual(['the prompts are equal'])
  })

  test('is taken against another revision of the repository, by file and by name', async () => {
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', '-C', folder, ...args], {
        stdio: 'pipe',
      })
    git('init', '-q')
    mkdirSync(join(folder, 'deep'))
    const file = write('deep/a.yaml', manifest('old'))
    git('add', '.')
    git('commit', '-qm', 'one')
    write('deep/a.yaml', manifest('new'))
    expect(await run(promptDiff, `${file}@HEAD`, file)).toBe(1)
    expect(lines.slice(2, 4)).toEqual(['- old', '+ new'])
    await expect(run(promptDiff, `${file}@absent`, file)).rejects.toThrow('git: ')
    await expect(run(promptDiff, `${file}@--upload-pack=x`, file)).rejects.toThrow(
      'is no commit, tag or branch',
    )
    const elsewhere = process.cwd()
    process.chdir(folder)
    try {
      lines = []
      expect(await run(promptPreview, 'greeting@HEAD')).toBe(0)
      expect(lines).toContain('old')
      await expect(run(promptPreview, 'other@HEAD')).rejects.toThrow(
        'no YAML file of HEAD holds a Prompt "other"',
      )
    } finally {
      process.chdir(elsewhere)
    }
  })
})
