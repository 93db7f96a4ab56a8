import { AdmissionregistrationV1Api, AppsV1Api, CoreV1Api, KubeConfig } from '@kubernetes/client-node'
import { describe, expect, test } from 'vitest'
import { kinds } from '../api/kinds/index.ts'
import { FakeClock } from '../lib/clock.fake.ts'
import { binding, configMap, deployment, policy } from '../policy/admission/policies.fake.ts'
import { memoryStore } from '../store/memory.ts'
import { caller } from './caller.fake.ts'
import { encryptingCodec } from './codec.ts'
import type { PolicyAudit } from './policies.ts'
import { serve, temporaryDirectory } from './served.fake.ts'
import { createApiServer } from './server.ts'

const policies = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies'
const bindings = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings'
const deployments = '/apis/apps/v1/namespaces/default/deployments'

async function start() {
  const store = memoryStore()
  const audits: PolicyAudit[] = []
  const server = await createApiServer({
    store,
    kinds,
    clock: new FakeClock(),
    codec: encryptingCodec(new Uint8Array(32)),
    onAudit: record => void audits.push(record),
  })
  const { call } = caller(server)
  return {
    call,
    audits,
    async inForce(spec: object, bound: object = {}) {
      const resourceRules = [
        {
          apiGroups: ['apps'],
          apiVersions: ['v1'],
          operations: ['*'],
          resources: ['deployments', 'deployments/status'],
        },
      ]
      const made = await call('POST', policies, policy('p', { matchConstraints: { resourceRules }, ...spec }))
      expect(made.status, JSON.stringify(made.json)).toBe(201)
      const { status, json } = await call('POST', bindings, binding('b', 'p', bound))
      expect(status, JSON.stringify(json)).toBe(201)
      return made.json
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]()
      await store[Symbol.asyncDispose]()
    },
  }
}

const atMost = (replicas: number, more: object = {}) => ({
  validations: [
    {
      expression: `object == null || object.spec.replicas <= ${replicas}`,
      message: `${replicas} at most`,
      ...more,
    },
  ],
})

describe('over HTTPS, with the client of Kubernetes', () => {
  test('a policy decides from the next write on, for all ways to write, until it is gone', async () => {
    await using directory = await temporaryDirectory()
    await using served = await serve(directory.path)
    const config = new KubeConfig()
    config.loadFromFile(served.kubeconfig)
    const [rules, apps, core] = [
      config.makeApiClient(AdmissionregistrationV1Api),
      config.makeApiClient(AppsV1Api),
      config.makeApiClient(CoreV1Api),
    ]
    const namespace = 'default'
    const resourceRules = [
      {
        apiGroups: ['apps'],
        apiVersions: ['v1'],
        operations: ['CREATE', 'UPDATE'],
        resources: ['deployments'],
      },
    ]
    await core.createNamespacedConfigMap({
      namespace,
      body: { metadata: { name: 'limits' }, data: { replicas: '3' } },
    })
    const body = (object: object) => ({ body: object as never })
    const made = await rules.createValidatingAdmissionPolicy(
      body(
        policy('few', {
          paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
          matchConstraints: { resourceRules },
          validations: [
            {
              expression: 'object.spec.replicas <= int(params.data.replicas)',
              messageExpression: "'at most ' + params.data.replicas",
            },
          ],
        }),
      ),
    )
    expect(made.metadata?.generation).toBe(1)
    await rules.createValidatingAdmissionPolicyBinding(
      body(binding('few', 'few', { paramRef: { name: 'limits', parameterNotFoundAction: 'Deny' } })),
    )
    const create = (replicas: number, name: string) =>
      apps.createNamespacedDeployment({ namespace, ...body(deployment({ replicas }, { name })) })
    await expect(create(4, 'large')).rejects.toMatchObject({ code: 422 })
    const small = await create(3, 'small')
    const message =
      "deployments.apps \\\"small\\\" is forbidden: ValidatingAdmissionPolicy 'few' with binding 'few' denied request: at most 3"
    const raised = { ...small, spec: { ...small.spec, replicas: 4 } }
    await expect(
      apps.replaceNamespacedDeployment({ namespace, name: 'small', ...body(raised) }),
    ).rejects.toMatchObject({
      body: expect.stringContaining(message),
    })
    const patch = apps.patchNamespacedDeployment({
      namespace,
      name: 'small',
      ...body([{ op: 'replace', path: '/spec/replicas', value: 9 }]),
    })
    await expect(patch).rejects.toMatchObject({ code: 422 })
    await core.replaceNamespacedConfigMap({
      namespace,
      name: 'limits',
      body: { metadata: { name: 'limits' }, data: { replicas: '4' } },
    })
    await create(4, 'large')
    await core.deleteNamespacedConfigMap({ namespace, name: 'limits' })
    await expect(create(1, 'none')).rejects.toMatchObject({
      body: expect.stringContaining('no params found'),
    })
    await rules.deleteValidatingAdmissionPolicyBinding({ name: 'few' })
    await create(40, 'any')
  })
})

test('a refusal has the reason of the policy, and says which said no', async () => {
  await using api = await start()
  await api.inForce(atMost(3, { reason: 'Forbidden' }))
  const { status, json } = await api.call('POST', deployments, deployment({ replicas: 4 }))
  const message = "ValidatingAdmissionPolicy 'p' with binding 'b' denied request: 3 at most"
  expect(status).toBe(403)
  expect(json).toMatchObject({
    reason: 'Forbidden',
    message: `deployments.apps "web" is forbidden: ${message}`,
    details: { name: 'web', group: 'apps', kind: 'deployments', causes: [{ message }] },
  })
  const dry = await api.call('POST', `${deployments}?dryRun=All`, deployment({ replicas: 4 }))
  expect(dry.status).toBe(403)
  expect((await api.call('POST', deployments, deployment({ replicas: 3 }))).status).toBe(201)
})

test('Warn warns and Audit tells; the write goes on', async () => {
  await using api = await start()
  await api.inForce(atMost(3), { validationActions: ['Warn', 'Audit'] })
  const { status, headers } = await api.call('POST', deployments, deployment({ replicas: 4 }))
  expect(status).toBe(201)
  expect(headers.warning).toBe(
    `299 - "Validation failed for ValidatingAdmissionPolicy 'p' with binding 'b': 3 at most"`,
  )
  expect(api.audits).toMatchObject([
    {
      policy: 'p',
      binding: 'b',
      user: 'admin',
      operation: 'CREATE',
      object: 'deployments.apps/web',
      message: '3 at most',
    },
  ])
  await api.call(
    'PATCH',
    `${deployments}/web?dryRun=All`,
    { metadata: { labels: { a: 'b' } } },
    { contentType: 'application/merge-patch+json' },
  )
  expect(api.audits, 'a dry run is no write').toHaveLength(1)
})

test('deletions, status and users are told apart', async () => {
  await using api = await start()
  await api.inForce({
    validations: [
      {
        expression: 'request.operation != "DELETE" || request.userInfo.username == "admin"',
        message: 'only admin deletes',
      },
      {
        expression: 'request.subResource != "status" || "system:nodes" in request.userInfo.groups',
        message: 'status is for nodes',
      },
    ],
  })
  await api.call('POST', deployments, deployment({}))
  const status = { ...deployment({}), status: { replicas: 1 } }
  const bob = { user: { name: 'bob', groups: [] } }
  const node = { user: { name: 'n', groups: ['system:nodes'] } }
  expect((await api.call('PUT', `${deployments}/web/status`, status, bob)).json.message).toContain(
    'status is for nodes',
  )
  expect((await api.call('PUT', `${deployments}/web/status`, status, node)).status).toBe(200)
  expect((await api.call('DELETE', `${deployments}/web`, undefined, bob)).json.message).toContain(
    'only admin deletes',
  )
  expect((await api.call('DELETE', deployments, undefined, bob)).status).toBe(422)
  expect((await api.call('DELETE', `${deployments}/web`)).status).toBe(200)
})

test('a policy that does not compile is refused, and what schemas say about one stands in its status', async () => {
  await using api = await start()
  const resourceRules = [
    { apiGroups: ['apps'], apiVersions: ['v1'], operations: ['*'], resources: ['deployments'] },
  ]
  const wrong = { matchConstraints: { resourceRules }, validations: [{ expression: 'object.spec. <= 5' }] }
  const { status, json } = await api.call('POST', policies, policy('wrong', wrong))
  expect(status).toBe(422)
  expect(json.details.causes).toMatchObject([
    { field: 'spec.validations[0].expression', message: expect.stringContaining('compilation failed') },
  ])
  const made = await api.inForce({
    matchConstraints: { resourceRules },
    validations: [
      { expression: 'object.spec.replicaCount <= 5' },
      {
        expression:
          'object.metadata.namespace != "" && object.spec.template.spec.containers.all(c, has(c.image))',
      },
    ],
  })
  expect(made.status.typeChecking.expressionWarnings).toEqual([
    {
      fieldRef: 'spec.validations[0].expression',
      warning: 'apps/v1, Kind=Deployment: there is no field replicaCount',
    },
  ])
  const fixed = {
    ...made,
    spec: { ...made.spec, validations: [{ expression: 'object.spec.replicas <= 5' }] },
  }
  const { json: now } = await api.call('PUT', `${policies}/p`, fixed)
  expect(now).toMatchObject({ metadata: { generation: 2 }, status: { typeChecking: {} } })
})

test('a policy against everything leaves a way out: policies and the server itself go on', async () => {
  await using api = await start()
  const resourceRules = [{ apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: ['*/*'] }]
  await api.inForce({ matchConstraints: { resourceRules }, validations: [{ expression: 'false' }] })
  expect((await api.call('POST', '/api/v1/namespaces/default/configmaps', configMap('a', {}))).status).toBe(
    422,
  )
  expect((await api.call('DELETE', `${bindings}/b`)).status).toBe(200)
  expect((await api.call('POST', '/api/v1/namespaces/default/configmaps', configMap('a', {}))).status).toBe(
    201,
  )
})

describe('what a policy and a binding must be like', () => {
  const rule = { apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: ['*'] }
  const valid = { matchConstraints: { resourceRules: [rule] }, validations: [{ expression: 'true' }] }
  test.each<[string, object, string]>([
    ['something to match', { ...valid, matchConstraints: undefined }, 'spec.matchConstraints'],
    ['rules', { ...valid, matchConstraints: {} }, 'spec.matchConstraints.resourceRules'],
    ['a validation', { ...valid, validations: [] }, 'spec.validations'],
    [
      'known operations',
      { ...valid, matchConstraints: { resourceRules: [{ ...rule, operations: ['PATCH'] }] } },
      'spec.matchConstraints.resourceRules[0].operations[0]',
    ],
    [
      'names of variables',
      { ...valid, variables: [{ name: 'a-b', expression: '1' }] },
      'spec.variables[0].name',
    ],
    [
      'variables before use',
      {
        ...valid,
        variables: [
          { name: 'a', expression: 'variables.b' },
          { name: 'b', expression: '1' },
        ],
      },
      'spec.variables[0].expression',
    ],
    [
      'params with a kind',
      { ...valid, validations: [{ expression: 'params == null' }] },
      'spec.validations[0].expression',
    ],
    [
      'conditions without variables',
      { ...valid, matchConditions: [{ name: 'a', expression: 'variables.x' }] },
      'spec.matchConditions[0].expression',
    ],
    [
      'names of conditions',
      {
        ...valid,
        matchConditions: [
          { name: 'a', expression: 'true' },
          { name: 'a', expression: 'true' },
        ],
      },
      'spec.matchConditions[1].name',
    ],
    [
      'a message in one line',
      { ...valid, validations: [{ expression: 'true', message: 'a\nb' }] },
      'spec.validations[0].message',
    ],
  ])('a policy has %s', async (_, spec, field) => {
    await using api = await start()
    const { status, json } = await api.call('POST', policies, policy('p', spec))
    expect(status).toBe(422)
    expect(json.details.causes.map((cause: { field: string }) => cause.field)).toEqual([field])
  })

  test.each<[string, object, string]>([
    ['actions', { validationActions: [] }, 'spec.validationActions'],
    ['actions that agree', { validationActions: ['Deny', 'Warn'] }, 'spec.validationActions'],
    ['a policy', { policyName: '' }, 'spec.policyName'],
    [
      'one way to parameters',
      { paramRef: { name: 'a', selector: {}, parameterNotFoundAction: 'Deny' } },
      'spec.paramRef',
    ],
    ['an answer to missing ones', { paramRef: { name: 'a' } }, 'spec.paramRef.parameterNotFoundAction'],
  ])('a binding has %s', async (_, spec, field) => {
    await using api = await start()
    const { status, json } = await api.call('POST', bindings, binding('b', 'p', spec))
    expect(status).toBe(422)
    expect(json.details.causes.map((cause: { field: string }) => cause.field)).toEqual([field])
  })
})
