import { expect, test } from 'vitest'
import { ConfigMap } from '../../../api/kinds/core.ts'
import { kinds } from '../../../api/kinds/index.ts'
import { ModelRoute } from '../../../api/kinds/model-route.ts'
import type { Edit } from '../../../lib/json-edit.ts'
import { type ProposalWorld, proposalWorld, raise } from '../proposal.world.ts'
import { needsOf } from './needs.ts'

/** What gates say of edits of the Deployment checkout, or of another object. */
async function asked(
  world: ProposalWorld,
  edits: Edit[],
  given: { file?: string; kind?: string; apiVersion?: string; name?: string } = {},
) {
  const { file: path, ...object } = { file: 'deploy/checkout.yaml', ...given }
  const change = raise('', '')
  await world.propose({
    changes: [{ ...change, file: path, object: { ...change.object, ...object } as never, operations: edits }],
  })
  const { status } = await world.proposal()
  const gates = Object.fromEntries(
    (status?.gates ?? []).map(({ gate, state, message }) => [gate, `${state}: ${message}`]),
  )
  return { phase: status?.phase, message: status?.message, gates }
}

test('renders says what changes, and what does not fit', async () => {
  await using world = await proposalWorld()
  const { gates } = await asked(world, [{ op: 'replace', path: '/spec/replicas', value: 3 }])
  expect(gates.renders).toBe('open: 1 file; changes apps/Deployment/shop/checkout')
  await using second = await proposalWorld()
  expect(await asked(second, [{ op: 'replace', path: '/spec/gone', value: 3 }])).toMatchObject({
    phase: 'Refused',
    message: 'gate renders: deploy/checkout.yaml: operation 1 (replace /spec/gone): there is no such place',
  })
})

test.each<[string, Edit, string]>([
  ['a wrong value', { op: 'replace', path: '/spec/replicas', value: 'many' }, 'spec.replicas'],
  [
    'a field that nobody knows',
    { op: 'add', path: '/spec/replica', value: 3 },
    'there is no field spec.replica',
  ],
  [
    'a broken rule',
    { op: 'replace', path: '/spec/selector/matchLabels/app', value: 'other' },
    'spec.template.metadata.labels',
  ],
])('schema refuses %s', async (_, edit, why) => {
  await using world = await proposalWorld()
  const { phase, message } = await asked(world, [edit])
  expect(phase).toBe('Refused')
  expect(message).toContain('gate schema: apps/Deployment/shop/checkout: ')
  expect(message).toContain(why)
})

test('dry-run refuses what the server does not take', async () => {
  await using world = await proposalWorld()
  const data = { a: '1' }
  world.repository.commit({
    'deploy/settings.yaml':
      'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: settings }\nimmutable: true\ndata: { a: "1" }\n',
  })
  await world.client.create(ConfigMap, {
    metadata: { name: 'settings', namespace: 'shop' },
    immutable: true,
    data,
  })
  const { phase, message } = await asked(world, [{ op: 'replace', path: '/data/a', value: '2' }], {
    file: 'deploy/settings.yaml',
    kind: 'ConfigMap',
    apiVersion: 'v1',
    name: 'settings',
  })
  expect(phase).toBe('Refused')
  expect(message).toContain('gate dry-run: the server refuses ConfigMap/shop/settings: ')
  expect(message).toContain('can not change when immutable is true')
  const { data: live } = await world.client.get(ConfigMap, 'settings', 'shop')
  expect(live).toEqual(data)
})

test('budget holds requests against the quota, and says what a change costs', async () => {
  const quota = kinds.find(({ kind }) => kind === 'ResourceQuota')
  if (!quota) throw new Error('there is no kind ResourceQuota')
  await using world = await proposalWorld()
  const created = await world.client.create(quota, {
    metadata: { name: 'team', namespace: 'shop' },
    spec: { hard: { 'limits.memory': '1Gi', pods: '10' } },
  })
  await world.client.updateStatus(quota, {
    ...created,
    status: { hard: { 'limits.memory': '1Gi', pods: '10' }, used: { 'limits.memory': '512Mi', pods: '2' } },
  } as never)
  await world.settle()
  expect((await asked(world, [{ op: 'replace', path: '/spec/replicas', value: 3 }])).gates.budget).toBe(
    'open: shop: +256 MiB limits.memory, +1 pods, +256 MiB requests.memory',
  )
  await world.decide('reject', 'bob')
  await world.propose({ changes: [raise('256Mi', '768Mi')] }, { name: 'too-much' })
  expect((await world.proposal('too-much')).status).toMatchObject({
    phase: 'Refused',
    message: expect.stringMatching(
      /gate budget: ResourceQuota team allows limits.memory 1Gi, 512Mi is used and 1073740000 more is needed/,
    ),
  })
})

test('policy refuses what a ValidatingAdmissionPolicy denies, in its words', async () => {
  await using world = await proposalWorld()
  const kindOf = (name: string) => {
    const found = kinds.find(({ kind }) => kind === name)
    if (!found) throw new Error(`there is no kind ${name}`)
    return found
  }
  await world.client.create(kindOf('ValidatingAdmissionPolicy'), {
    metadata: { name: 'at-least-two' },
    spec: {
      failurePolicy: 'Fail',
      matchConstraints: {
        resourceRules: [
          {
            apiGroups: ['apps'],
            apiVersions: ['v1'],
            operations: ['CREATE', 'UPDATE'],
            resources: ['deployments'],
          },
        ],
      },
      validations: [{ expression: 'object.spec.replicas >= 2', message: 'one replica is none' }],
    },
  })
  await world.client.create(kindOf('ValidatingAdmissionPolicyBinding'), {
    metadata: { name: 'at-least-two' },
    spec: { policyName: 'at-least-two', validationActions: ['Deny'] },
  })
  await world.settle()
  expect(await asked(world, [{ op: 'replace', path: '/spec/replicas', value: 1 }])).toMatchObject({
    phase: 'Refused',
    message: expect.stringMatching(
      /^gate policy: apps\/Deployment\/shop\/checkout: at-least-two: .*one replica is none/,
    ),
  })
  await world.propose({}, { name: 'allowed' })
  const { status } = await world.proposal('allowed')
  expect(status?.gates?.find(({ gate }) => gate === 'policy')?.message).toBe('1 policies agree')
})

test('evaluation says which gates of which routes will judge', async () => {
  await using world = await proposalWorld()
  await world.client.create(ModelRoute, {
    metadata: { name: 'refund', namespace: 'shop' },
    spec: {
      model: 'refund',
      serve: { provider: { ref: 'p', model: 'm' }, prompt: { ref: 'refund' } },
      gates: [{ approval: {} }],
    },
  })
  world.repository.commit({
    'deploy/prompt.yaml':
      'apiVersion: keelway.dev/v1alpha1\nkind: Prompt\nmetadata: { name: refund }\nspec:\n  messages:\n    - { role: system, content: Be brief. }\n',
  })
  const { gates, phase } = await asked(
    world,
    [{ op: 'replace', path: '/spec/messages/0/content', value: 'Be kind.' }],
    { file: 'deploy/prompt.yaml', kind: 'Prompt', apiVersion: 'keelway.dev/v1alpha1', name: 'refund' },
  )
  expect(phase).toBe('Proposed')
  expect(gates.evaluation).toMatch(
    /^open: judged before it serves: shop\/refund: gates approval, then rollout shadow/,
  )
})

test('needs count what runs together, and what runs first where that is more', () => {
  const pod = {
    containers: [
      { resources: { requests: { cpu: '100m' }, limits: { cpu: '1', memory: '1Gi' } } },
      { resources: { requests: { cpu: '0.5', memory: '256Mi' } } },
    ],
    initContainers: [{ resources: { limits: { memory: '4Gi' } } }],
  }
  const needs = needsOf({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'x' },
    spec: { replicas: 2, template: { spec: pod } },
  })
  expect(Object.fromEntries(needs)).toEqual({
    'requests.cpu': 1.2,
    'requests.memory': 2 * 4 * 2 ** 30,
    'limits.cpu': 2,
    'limits.memory': 2 * 4 * 2 ** 30,
    pods: 2,
  })
  expect(needsOf({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x' }, spec: pod }).get('pods')).toBe(1)
  expect(needsOf({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'x' }, spec: {} }).size).toBe(0)
})
