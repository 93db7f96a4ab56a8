import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { binding, configMap, deployment, policy } from '../policy/admission/policies.fake.ts'
import { parseInvocation } from './command.ts'
import { policyTest } from './policy-test.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'keelway-policy-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function file(name: string, ...objects: object[]): string {
  const path = join(folder, name)
  writeFileSync(path, objects.map(object => stringify(object)).join('---\n'))
  return path
}

async function run(...args: string[]) {
  const lines: string[] = []
  const io = {
    out: (text: string) => void lines.push(text),
    err: () => {},
    signal: new AbortController().signal,
  }
  const code = await policyTest.run(parseInvocation(policyTest, args, io))
  return { code, lines }
}

const deployments = {
  apiGroups: ['apps'],
  apiVersions: ['v1'],
  operations: ['CREATE'],
  resources: ['deployments'],
}
const few = {
  paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
  matchConstraints: { resourceRules: [deployments] },
  validations: [{ expression: 'object.spec.replicas <= int(params.data.most)', message: 'too many' }],
}

test('it says which objects would be refused, where they stand and by what', async () => {
  const rules = file(
    'rules.yaml',
    policy('few', few),
    policy('idle', few),
    binding('few', 'few', { paramRef: { name: 'limit', parameterNotFoundAction: 'Deny' } }),
    configMap('limit', { most: '3' }),
  )
  const objects = file(
    'web.yaml',
    deployment({ replicas: 3 }),
    deployment({ replicas: 4 }, { name: 'large' }),
  )
  const { code, lines } = await run(objects, '--policies', rules)
  expect(code).toBe(1)
  expect(lines).toEqual([
    expect.stringMatching(
      /web\.yaml:\d+: Deployment\/default\/large: Deny by policy few with binding few and parameter default\/limit: too many$/,
    ),
    'policy idle has no binding, so it has no effect',
    '2 objects, 1 refused',
  ])
  const found = JSON.parse((await run(objects, '--policies', rules, '--json')).lines.join(''))
  expect(found).toMatchObject({
    denied: 1,
    objects: [
      { object: 'Deployment/default/web', decisions: [] },
      { decisions: [{ policy: 'few', message: 'too many' }] },
    ],
  })
})

test('several files are fine where nothing is refused, and warnings refuse nothing', async () => {
  const all = { ...deployments, apiGroups: ['*'], apiVersions: ['*'], resources: ['*'] }
  const rules = file(
    'warn.yaml',
    policy('all', {
      matchConstraints: { resourceRules: [all] },
      validations: [{ expression: 'false', message: 'no' }],
    }),
    binding('all', 'all', { validationActions: ['Warn'] }),
  )
  const widget = { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'w' } }
  const { code, lines } = await run(
    file('a.yaml', configMap('a', {})),
    file('b.yaml', widget),
    '--policies',
    rules,
  )
  expect(code).toBe(0)
  expect(lines.at(-1)).toBe('2 objects, 0 refused')
  expect(lines.filter(line => line.includes('Warn by policy all'))).toHaveLength(2)
})

test('what can not be read is told', async () => {
  const rules = file('some.yaml', policy('few', few))
  await expect(run(join(folder, 'nothing.yaml'), '--policies', rules)).rejects.toThrow('there is no')
  const wrong = file('wrong.yaml', { ...deployment({}), spec: {} })
  await expect(run(wrong, '--policies', rules)).rejects.toThrow(
    'Deployment/default/web: spec.selector: Required value',
  )
  await expect(run('--policies', rules)).rejects.toThrow('policy test needs FILE...')
})
