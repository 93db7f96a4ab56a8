import { execFile, execFileSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { needs, program } from '../../test/needs.ts'
import type { Resource } from '../api/kind.ts'
import { workloadKinds } from '../api/kinds/workloads/index.ts'
import { caller } from './caller.fake.ts'
import { type Served, serve, temporaryDirectory } from './served.fake.ts'

const kubectl = program('kubectl')

function recent(): boolean {
  if (!kubectl) return false
  const text = execFileSync(kubectl, ['version', '--client', '-o', 'json'], { encoding: 'utf8' })
  const { clientVersion } = JSON.parse(text) as { clientVersion: { minor: string } }
  return Number.parseInt(clientVersion.minor, 10) >= 29
}

const withKubectl = needs('kubectl >= 1.29', recent())

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

const run = promisify(execFile)

async function k(...words: string[]): Promise<string> {
  const env = { ...process.env, KUBECONFIG: served.kubeconfig, KUBECACHEDIR: join(directory.path, 'cache') }
  const { stdout, stderr } = await run(kubectl ?? '', words, { env })
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

const web = (image: string, more = '', ports = '') => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
      - name: web
        image: ${image}${ports}${more}
`

describe('kubectl', () => {
  withKubectl('it applies the example of every kind, twice', { timeout: 60_000 }, async () => {
    for (const kind of workloadKinds) {
      const path = await file(`${kind.plural}.json`, JSON.stringify(kind.example))
      expect(await k('apply', '-f', path)).toContain('created\n')
      // Defaults inside an atomic list look like a change to kubectl, here as on clusters; nothing is written for them.
      const revision = () => k('get', '-f', path, '-o', 'jsonpath={.metadata.resourceVersion}')
      const before = await revision()
      expect(await k('apply', '-f', path)).toMatch(/ (unchanged|configured)\n/)
      expect(await revision()).toBe(before)
      expect(await k('get', kind.plural)).toContain('NAME')
    }
    const all = await k('get', 'all')
    for (const name of [
      'pod/shell',
      'service/web',
      'deployment.apps/web',
      'statefulset.apps/web',
      'cronjob.batch/nightly',
    ])
      expect(all).toContain(name)
  })

  withKubectl(
    'it merges containers by name, ports and variables by key, and takes away what a file no longer has',
    async () => {
      const sidecar = '\n      - { name: sidecar, image: "busybox:1" }'
      const path = await file(
        'web.yaml',
        web('nginx:1', sidecar, '\n        ports: [{ containerPort: 80 }, { containerPort: 81 }]'),
      )
      await k('create', 'ns', 'merged')
      expect(await k('apply', '-n', 'merged', '-f', path)).toContain('created')
      const before = JSON.parse(await k('get', 'deploy', 'web', '-n', 'merged', '-o', 'json'))
      await k('set', 'env', 'deploy/web', '-n', 'merged', '-c', 'sidecar', 'A=1')
      await file('web.yaml', web('nginx:2', '', '\n        ports: [{ containerPort: 81 }]'))
      expect(await k('apply', '-n', 'merged', '-f', path)).toContain('configured')
      const after = JSON.parse(await k('get', 'deploy', 'web', '-n', 'merged', '-o', 'json'))
      expect(after.spec.template.spec.containers).toMatchObject([
        { name: 'web', image: 'nginx:2', ports: [{ containerPort: 81 }] },
      ])
      expect(after.spec.template.spec.containers).toHaveLength(1)
      expect(after.spec.template.spec.containers[0].ports).toHaveLength(1)
      expect([before.metadata.generation, after.metadata.generation]).toEqual([1, 3])
      await k('set', 'image', 'deploy/web', '-n', 'merged', 'web=nginx:3')
      await k('rollout', 'restart', 'deploy/web', '-n', 'merged')
      await k(
        'patch',
        'deploy',
        'web',
        '-n',
        'merged',
        '-p',
        '{"spec":{"template":{"spec":{"containers":[{"name":"web","env":[{"name":"B","value":"2"}]}]}}}}',
      )
      const patched = JSON.parse(await k('get', 'deploy', 'web', '-n', 'merged', '-o', 'json'))
      expect(patched.spec.template.spec.containers).toMatchObject([
        { image: 'nginx:3', env: [{ name: 'B' }], ports: [{ containerPort: 81 }] },
      ])
    },
  )

  withKubectl('it describes and explains them', async () => {
    await k('apply', '-f', await file('described.yaml', web('nginx:1').replaceAll('web', 'described')))
    expect(await k('describe', 'deploy', 'described')).toMatch(
      /Replicas: +2 desired[\s\S]*StrategyType: +RollingUpdate[\s\S]*Image: +nginx:1/,
    )
    expect(await k('explain', 'deployment.spec.template.spec.containers.readinessProbe')).toContain(
      'periodSeconds\t<integer>',
    )
    expect(await k('explain', 'networkpolicy.spec.ingress')).toContain('from\t<[]Object>')
    expect(await k('api-resources', '--api-group=apps', '-o', 'name')).toBe(
      'daemonsets.apps\ndeployments.apps\nreplicasets.apps\nstatefulsets.apps\n',
    )
  })

  withKubectl('it prints what it is told about their status', async () => {
    await k('apply', '-f', await file('counted.yaml', web('nginx:1').replaceAll('web', 'counted')))
    const status = '{"status":{"replicas":2,"readyReplicas":1,"updatedReplicas":2,"availableReplicas":1}}'
    await k('patch', 'deploy', 'counted', '--subresource=status', '--type=merge', '-p', status)
    expect(await k('get', 'deploy', 'counted')).toMatch(
      /NAME +READY +UP-TO-DATE +AVAILABLE +AGE\ncounted +1\/2 +2 +1 +\d+s/,
    )
    expect(await k('get', 'deploy', 'counted', '-o', 'wide')).toMatch(
      /CONTAINERS +IMAGES +SELECTOR\n.* counted +nginx:1 +app=counted/,
    )
  })

  withKubectl('it says what is wrong', async () => {
    const wrong = web('nginx:1')
      .replace('app: web } }\n  template', 'app: api } }\n  template')
      .replaceAll('name: web\n', 'name: wrong\n')
    expect(await fails('create', '-f', await file('wrong.yaml', wrong))).toContain(
      'The Deployment "wrong" is invalid: spec.template.metadata.labels: Invalid value: {"app":"web"}: `selector` does not match template `labels`',
    )
    const typo = web('nginx:1')
      .replace('image:', 'imagee: x\n        image:')
      .replaceAll('name: web\n', 'name: typo\n')
    expect(await fails('create', '-f', await file('typo.yaml', typo))).toContain(
      'unknown field "spec.template.spec.containers[0].imagee"',
    )
    const policy = `apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: { name: no-latest }
spec:
  matchConstraints:
    resourceRules: [{ apiGroups: [apps], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [deployments] }]
  validations:
  - { expression: "object.spec.template.spec.containers.all(c, !c.image.endsWith(':latest'))", message: pin your images }
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: { name: no-latest }
spec: { policyName: no-latest, validationActions: [Deny] }
`
    const path = await file('policy.yaml', policy)
    await k('apply', '-f', path)
    expect(await k('get', 'validatingadmissionpolicybindings')).toMatch(
      /NAME +POLICYNAME +PARAMREF +AGE\nno-latest +no-latest +<unset>/,
    )
    expect(
      await fails(
        'apply',
        '-f',
        await file('latest.yaml', web('nginx:latest').replaceAll('name: web\n', 'name: latest\n')),
      ),
    ).toContain(
      `The deployments "latest" is invalid: : ValidatingAdmissionPolicy 'no-latest' with binding 'no-latest' denied request: pin your images`,
    )
    expect(await k('delete', '-f', path)).toContain('deleted')
  })
})

describe('status', () => {
  test('is written through its own door alone', async () => {
    const { call } = caller(served.server)
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'told' },
      spec: { containers: [{ name: 'a', image: 'b' }] },
      status: { phase: 'Running' },
    }
    const made = await call('POST', '/api/v1/namespaces/default/pods', pod)
    expect([made.status, made.json.status]).toEqual([201, undefined])
    const told = await call('PUT', '/api/v1/namespaces/default/pods/told/status', {
      ...made.json,
      status: { phase: 'Running' },
    })
    expect([told.status, told.json.status.phase, told.json.metadata.generation]).toEqual([200, 'Running', 1])
    const { json } = await call('GET', '/api/v1/namespaces/default/pods?fieldSelector=status.phase%3DRunning')
    expect(json.items.map(({ metadata }: Resource) => metadata.name)).toEqual(['told'])
  })
})
