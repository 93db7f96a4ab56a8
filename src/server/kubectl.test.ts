import { execFile, execFileSync, spawn } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect } from 'vitest'
import { needs, program } from '../../test/needs.ts'
import { type Served, serve, temporaryDirectory } from './served.fake.ts'

const kubectl = program('kubectl')

function recent(): boolean {
  if (!kubectl) return false
  const text = execFileSync(kubectl, ['version', '--client', '-o', 'json'], { encoding: 'utf8' })
  const { clientVersion } = JSON.parse(text) as { clientVersion: { minor: string } }
  return Number.parseInt(clientVersion.minor, 10) >= 29
}

const test = needs('kubectl >= 1.29', recent())

let served: Served
let directory: Awaited<ReturnType<typeof temporaryDirectory>>

beforeAll(async () => {
  directory = await temporaryDirectory()
  served = await serve(directory.path)
})
afterAll(async () => {
  await served[Symbol.asyncDispose]()
  await directory[Symbol.asyncDispose]()
})

const environment = () => ({
  ...process.env,
  KUBECONFIG: served.kubeconfig,
  KUBECACHEDIR: join(directory.path, 'cache'),
})
const run = promisify(execFile)

/** What kubectl prints, on both outputs; throws with them when it fails. */
async function k(...words: string[]): Promise<string> {
  const { stdout, stderr } = await run(kubectl ?? '', words, { env: environment() })
  return stdout + stderr
}

const fails = (...words: string[]): Promise<string> =>
  k(...words).then(
    output => `succeeded: ${output}`,
    (error: { stderr: string }) => error.stderr,
  )

async function file(name: string, content: string): Promise<string> {
  const path = join(directory.path, name)
  await writeFile(path, content)
  return path
}

const prompt = (name: string, text: string) => `apiVersion: keelway.dev/v1alpha1
kind: Prompt
metadata:
  name: ${name}
spec:
  messages:
    - role: system
      content: ${text}
`

test('it applies an object twice, changes it and shows the difference', async () => {
  const path = await file('prompt.yaml', prompt('greeting', 'Hello.'))
  expect(await k('apply', '-f', path)).toBe('prompt.keelway.dev/greeting created\n')
  expect(await k('apply', '-f', path)).toBe('prompt.keelway.dev/greeting unchanged\n')
  await file('prompt.yaml', prompt('greeting', 'Good day.'))
  expect(await fails('diff', '-f', path)).not.toContain('error')
  expect(await k('apply', '-f', path)).toBe('prompt.keelway.dev/greeting configured\n')
  const found = JSON.parse(await k('get', 'prompt', 'greeting', '-o', 'json'))
  expect(found).toMatchObject({ metadata: { generation: 2 }, spec: { messages: [{ content: 'Good day.' }] } })
})

test('it prints objects in every form', async () => {
  await k('apply', '-f', await file('forms.yaml', prompt('forms', 'Hello.')))
  expect(await k('get', 'prompts')).toMatch(/^NAME +READY +AGE\n(.*\n)*forms +\d+s\n/)
  expect(await k('get', 'prompts', '-o', 'wide')).toMatch(
    /^NAME +READY +AGE +DIGEST\n|^NAME +READY +DIGEST +AGE\n/,
  )
  expect(await k('get', 'prompt', 'forms', '-o', 'name')).toBe('prompt.keelway.dev/forms\n')
  expect(await k('get', 'prompt', 'forms', '-o', 'yaml')).toContain('content: Hello.')
  expect(await k('get', 'prompt', 'forms', '-o', 'jsonpath={.spec.messages[0].role}')).toBe('system')
  expect(await k('get', 'prompt', 'forms', '--show-managed-fields', '-o', 'yaml')).toContain(
    'manager: kubectl-client-side-apply',
  )
  expect(await k('get', 'keelway', '-A')).toContain('prompt.keelway.dev/forms')
  expect(await fails('get', 'prompt', 'nothing')).toBe(
    'Error from server (NotFound): prompts.keelway.dev "nothing" not found\n',
  )
})

test('it labels, annotates and selects', async () => {
  await k('create', 'configmap', 'labelled', '--from-literal=a=1')
  await k('create', 'configmap', 'plain', '--from-literal=a=1')
  expect(await k('label', 'configmap', 'labelled', 'tier=web')).toBe('configmap/labelled labeled\n')
  expect(await k('annotate', 'configmap', 'labelled', 'note=x')).toBe('configmap/labelled annotated\n')
  expect(await k('get', 'cm', '-l', 'tier in (web,db),!gone', '-o', 'name')).toBe('configmap/labelled\n')
  expect(await k('get', 'cm', '--field-selector', 'metadata.name=plain', '-o', 'name')).toBe(
    'configmap/plain\n',
  )
  expect(await k('get', 'cm', '--chunk-size=1', '-o', 'name')).toContain(
    'configmap/labelled\nconfigmap/plain\n',
  )
})

test('it patches in every way the kind has', async () => {
  await k('create', 'configmap', 'patched', '--from-literal=a=1')
  const patch = (type: string, text: string) =>
    k('patch', 'configmap', 'patched', `--type=${type}`, '-p', text)
  expect(await patch('merge', '{"data":{"b":"2"}}')).toBe('configmap/patched patched\n')
  expect(await patch('json', '[{"op":"remove","path":"/data/a"}]')).toBe('configmap/patched patched\n')
  expect(await patch('strategic', '{"data":{"c":"3"}}')).toBe('configmap/patched patched\n')
  expect(await patch('merge', '{"data":{"b":"2"}}')).toBe('configmap/patched patched (no change)\n')
  expect(await k('get', 'cm', 'patched', '-o', 'jsonpath={.data}')).toBe('{"b":"2","c":"3"}')
  await k('apply', '-f', await file('custom.yaml', prompt('custom', 'Hello.')))
  expect(await fails('patch', 'prompt', 'custom', '--type=strategic', '-p', '{}')).toContain(
    'the body of the request was in an unknown format - accepted media types include',
  )
  expect(
    await k(
      'patch',
      'prompt',
      'custom',
      '--subresource=status',
      '--type=merge',
      '-p',
      '{"status":{"revision":"abc"}}',
    ),
  ).toContain('patched')
  expect(await k('get', 'prompt', 'custom', '-o', 'jsonpath={.status.revision} {.metadata.generation}')).toBe(
    'abc 1',
  )
})

test('it describes, explains and lists kinds', async () => {
  await k('apply', '-f', await file('described.yaml', prompt('described', 'Hello.')))
  const described = await k('describe', 'prompt', 'described')
  expect(described).toMatch(/Name: +described[\s\S]*Content: +Hello\.[\s\S]*Events: +<none>/)
  expect(await k('explain', 'prompt')).toContain('KIND:       Prompt')
  expect(await k('explain', 'prompt.spec.messages')).toContain('role\t<string> -required-')
  expect(await k('explain', 'prompt.metadata.labels')).toContain('<map[string]string>')
  expect(await k('explain', 'delivery.status.history')).toContain('revision\t<string>')
  expect(await k('explain', 'secret')).toContain('stringData\t<map[string]string>')
  const resources = await k('api-resources', '--api-group=keelway.dev', '-o', 'name')
  expect(resources.split('\n')).toContain('modelroutes.keelway.dev')
  expect((await k('api-versions')).split('\n')).toEqual(
    expect.arrayContaining(['apps/v1', 'coordination.k8s.io/v1', 'keelway.dev/v1alpha1', 'v1']),
  )
})

test('it creates namespaces, config maps and secrets, which typed clients send as protobuf', async () => {
  expect(await k('create', 'namespace', 'team')).toBe('namespace/team created\n')
  expect(await k('get', 'ns', 'team')).toMatch(/NAME +STATUS +AGE\nteam +Active +\d+s\n/)
  await k('create', 'configmap', 'settings', '--from-literal=a=1', '-n', 'team')
  await k('create', 'secret', 'generic', 'token', '--from-literal=key=sesame', '-n', 'team')
  expect(await k('get', 'secret', 'token', '-n', 'team', '-o', 'jsonpath={.data.key} {.type}')).toBe(
    'c2VzYW1l Opaque',
  )
  expect(await k('get', 'secret', 'token', '-n', 'team')).toMatch(
    /NAME +TYPE +DATA +AGE\ntoken +Opaque +1 +\d+s\n/,
  )
  expect(await fails('create', 'namespace', 'team')).toBe(
    'Error from server (AlreadyExists): namespaces "team" already exists\n',
  )
})

test('it deletes a namespace with all that is in it, and waits for it', async () => {
  await k('create', 'namespace', 'doomed')
  for (const name of ['a', 'b', 'c']) await k('create', 'configmap', name, '-n', 'doomed')
  expect(await k('delete', 'namespace', 'doomed', '--timeout=10s')).toMatch(/^namespace "doomed" deleted/)
  expect(await fails('get', 'ns', 'doomed')).toContain('namespaces "doomed" not found')
  expect((await served.store.list('configmaps', { namespace: 'doomed' })).entries).toEqual([])
})

test('it deletes, and waits for conditions and for deletion', async () => {
  await k('create', 'configmap', 'brief', '--from-literal=a=1')
  expect(await k('wait', '--for=jsonpath={.data.a}=1', 'cm/brief', '--timeout=5s')).toBe(
    'configmap/brief condition met\n',
  )
  const gone = k('wait', '--for=delete', 'cm/brief', '--timeout=10s')
  expect(await k('delete', 'cm', 'brief')).toMatch(/^configmap "brief" deleted/)
  expect(await gone).toMatch(/condition met|^$/)
})

test('it watches', async () => {
  const watching = spawn(
    kubectl ?? '',
    ['get', 'cm', '-w', '-o', 'name', '--field-selector=metadata.name=seen'],
    {
      env: environment(),
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  try {
    const lines = createInterface(watching.stdout)[Symbol.asyncIterator]()
    await k('create', 'cm', 'seen')
    expect((await lines.next()).value).toBe('configmap/seen')
    await k('label', 'cm', 'seen', 'x=y')
    expect((await lines.next()).value).toBe('configmap/seen')
  } finally {
    watching.kill()
  }
})

test('it names what is wrong with an object', async () => {
  const wrong = await file('wrong.yaml', prompt('wrong', 'Hello.').replace('role: system', 'role: nobody'))
  expect(await fails('apply', '-f', wrong)).toMatch(
    /The Prompt "wrong" is invalid: spec\.messages\[0\]\.role: Unsupported value: "nobody": supported values: "system"/,
  )
  const unknown = await file('unknown.yaml', prompt('unknown', 'Hello.').replace('spec:', 'spec:\n  typo: 1'))
  expect(await fails('create', '-f', unknown)).toContain('strict decoding error: unknown field "spec.typo"')
})

test('it edits, replaces, and asks what it may do', async () => {
  const path = await file('replaced.yaml', prompt('replaced', 'Hello.'))
  await k('create', '-f', path)
  expect(await k('replace', '-f', path)).toBe('prompt.keelway.dev/replaced replaced\n')
  const { stdout } = await run(kubectl ?? '', ['edit', 'prompt', 'replaced'], {
    env: { ...environment(), KUBE_EDITOR: 'sed -i s/Hello/Bye/' },
  })
  expect(stdout).toBe('prompt.keelway.dev/replaced edited\n')
  expect(await k('apply', '--dry-run=server', '-f', path)).toContain('(server dry run)')
  expect(await k('auth', 'can-i', 'create', 'prompts')).toBe('yes\n')
  expect(await k('auth', 'whoami')).toMatch(/Username +admin/)
  expect(await fails('apply', '--server-side', '-f', path)).toContain('unknown format')
})
