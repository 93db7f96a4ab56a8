import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { parseInvocation } from './command.ts'
import { promptImport } from './prompt-import.ts'
import { resourceName } from './prompt-imported.ts'

describe('the command', () => {
  let folder: string
  let lines: string[]
  let notes: string[]
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'keelway-import-'))
    lines = []
    notes = []
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))
  const run = (...args: string[]) =>
    promptImport.run(
      parseInvocation(promptImport, args, {
        out: text => lines.push(text),
        err: text => notes.push(text),
        signal: new AbortController().signal,
      }),
    )
  const write = (name: string, text: string): string => {
    const file = join(folder, name)
    writeFileSync(file, text)
    return file
  }

  test('writes one file a prompt of a folder, with what was lost and a route on top and below', async () => {
    write('a.prompt', '---\nmodel: openai/gpt-5\nversion: 1\n---\nHi {{> tone}}')
    write('b.prompt', '{{media url=x}}')
    write('_tone.prompt', '---\nversion: 1\n---\nkind\n')
    const out = join(folder, 'out')
    expect(await run(folder, '--out', out)).toBe(1)
    const text = readFileSync(join(out, 'a.yaml'), 'utf8')
    expect(text).toMatch(/^# Imported from a\.prompt\.\n# Not carried over: version: Git keeps versions\n/)
    expect(text).toContain('#     provider:\n#       ref: openai\n') // the sketch
    const documents = parseAllDocuments(text).map(document => document.toJS())
    expect(documents).toEqual([
      expect.objectContaining({
        kind: 'Prompt',
        spec: { messages: [{ role: 'user', content: 'Hi {{> tone}}' }], partials: { tone: 'kind' } },
      }),
      null,
    ])
    expect(existsSync(join(out, 'b.yaml'))).toBe(false)
    expect(notes.join('\n')).toContain('b.prompt: not imported\n  not carried over: not imported: {{media}}')
    await expect(run(folder, '--out', out)).rejects.toThrow('a.yaml exists')
  })

  test('prints to standard output, and tells files of Langfuse by their name', async () => {
    const file = write('export.json', '[{"name":"A b","prompt":"x"},{"name":"a-b","prompt":"y"}]')
    expect(await run(file)).toBe(0)
    expect(lines.join('\n')).toContain('name: a-b-2')
    lines = []
    expect(await run(file, '--json')).toBe(0)
    expect(JSON.parse(lines[0] ?? '')).toMatchObject([
      { name: 'a-b', imported: true },
      { name: 'a-b-2', lost: [] },
    ])
    await expect(run(write('bad.json', '{'))).rejects.toThrow('bad.json: ')
    await expect(run(file, '--from', 'other')).rejects.toThrow('--from is dotprompt or langfuse')
    await expect(run(join(folder, 'none'))).rejects.toThrow('cannot read')
  })
})

test.each([
  ['greetingPrompt', 'greeting-prompt'],
  ['a/b C_d', 'a-b-c-d'],
  ['--', 'prompt'],
])('%s is the resource %s', (name, expected) => {
  expect(resourceName(name)).toBe(expected)
})
