import { expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { ownKinds } from '../api/kinds/index.ts'
import { parseInvocation } from './command.ts'
import { crds } from './crds.ts'

async function run(...args: string[]): Promise<string> {
  const lines: string[] = []
  const io = {
    out: (text: string) => void lines.push(text),
    err: () => {},
    signal: new AbortController().signal,
  }
  expect(await crds.run(parseInvocation(crds, args, io))).toBe(0)
  return lines.join('\n')
}

test('crds prints one definition of each kind, the same in both forms', async () => {
  const documents = parseAllDocuments(await run()).map(
    document => document.toJS() as { spec: { names: { kind: string } } },
  )
  expect(documents.map(({ spec }) => spec.names.kind)).toEqual(ownKinds.map(({ kind }) => kind))
  expect(JSON.parse(await run('--json'))).toEqual({ apiVersion: 'v1', kind: 'List', items: documents })
})
