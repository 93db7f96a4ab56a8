import { describe, expect, test } from 'vitest'
import { checkPolicies, type Policies, type PolicyRequest } from './check.ts'
import { binding, deployment, policy, request } from './policies.fake.ts'

const messages = (asked: PolicyRequest, policies: Policies): string[] =>
  checkPolicies(asked, policies).map(({ message }) => message)

/** One policy with one binding. */
const single = (spec: object, bound: object = {}): Policies => ({
  policies: [policy('p', spec)],
  bindings: [binding('b', 'p', bound)],
})

describe('what a policy is about', () => {
  const always = (match: object, bound: object = {}) =>
    single({ matchConstraints: match, validations: [{ expression: 'false', message: 'no' }] }, bound)
  const rules = (...resourceRules: object[]) => ({ resourceRules })
  const all = { apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: ['*'] }
  const web = deployment({}, { labels: { app: 'web' } })

  test.each<[string, object, Partial<PolicyRequest>, boolean]>([
    ['everything', rules(all), {}, true],
    ['another group', rules({ ...all, apiGroups: ['batch'] }), {}, false],
    ['another version', rules({ ...all, apiVersions: ['v1beta1'] }), {}, false],
    ['another operation', rules({ ...all, operations: ['DELETE'] }), {}, false],
    ['one of two rules', rules({ ...all, resources: ['pods'] }, all), {}, true],
    ['* without subresources', rules(all), { subresource: 'status' }, false],
    ['*/* with them', rules({ ...all, resources: ['*/*'] }), { subresource: 'status' }, true],
    ['*/status', rules({ ...all, resources: ['*/status'] }), { subresource: 'status' }, true],
    ['*/status and not the object', rules({ ...all, resources: ['*/status'] }), {}, false],
    ['deployments/*', rules({ ...all, resources: ['deployments/*'] }), { subresource: 'scale' }, true],
    [
      'a resource and not its subresource',
      rules({ ...all, resources: ['deployments'] }),
      { subresource: 'scale' },
      false,
    ],
    ['its name', rules({ ...all, resourceNames: ['web'] }), {}, true],
    ['another name', rules({ ...all, resourceNames: ['other'] }), {}, false],
    ['the scope', rules({ ...all, scope: 'Namespaced' }), {}, true],
    ['another scope', rules({ ...all, scope: 'Cluster' }), {}, false],
    [
      'what is left out',
      { ...rules(all), excludeResourceRules: [{ ...all, resources: ['deployments'] }] },
      {},
      false,
    ],
    ['labels', { ...rules(all), objectSelector: { matchLabels: { app: 'web' } } }, {}, true],
    ['other labels', { ...rules(all), objectSelector: { matchLabels: { app: 'api' } } }, {}, false],
    [
      'labels of the namespace',
      {
        ...rules(all),
        namespaceSelector: {
          matchExpressions: [
            { key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: ['kube-system'] },
          ],
        },
      },
      {},
      true,
    ],
    [
      'other labels of the namespace',
      { ...rules(all), namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } } },
      {},
      false,
    ],
    [
      'policies themselves',
      rules(all),
      { group: 'admissionregistration.k8s.io', resource: 'validatingadmissionpolicies' },
      false,
    ],
  ])('%s', (_, match, more, denied) => {
    expect(messages(request(web, more), always(match))).toEqual(denied ? ['no'] : [])
  })

  test('labels that were or that are', () => {
    const policies = always({ ...rules(all), objectSelector: { matchLabels: { app: 'web' } } })
    const without = deployment({})
    expect(messages(request(without, { operation: 'UPDATE', oldObject: web }), policies)).toEqual(['no'])
    expect(messages(request(without, { operation: 'UPDATE', oldObject: without }), policies)).toEqual([])
  })

  test('a binding narrows it, and without one there is no effect', () => {
    const narrow = { matchResources: rules({ ...all, resources: ['pods'] }) }
    expect(messages(request(web), always(rules(all), narrow))).toEqual([])
    expect(messages(request(web), { ...always(rules(all)), bindings: [] })).toEqual([])
    const { bindings } = always(rules(all))
    expect(messages(request(web), { policies: [], bindings })).toEqual([])
  })

  test('cluster-scoped objects have no namespace to select by', () => {
    const { namespace: _, ...cluster } = request(web)
    const selected = always({ ...rules(all), namespaceSelector: { matchLabels: { a: 'b' } } })
    expect(messages(cluster, selected)).toEqual(['no'])
    const namespaces = { ...cluster, group: '', resource: 'namespaces', kind: 'Namespace' }
    expect(messages(namespaces, selected)).toEqual([])
  })

  test('decisions are sorted and carry what their binding does', () => {
    const spec = {
      matchConstraints: rules(all),
      validations: [{ expression: 'false' }, { expression: 'true' }, { expression: '1 > 2' }],
    }
    const policies: Policies = {
      policies: [policy('b', spec), policy('a', spec)],
      bindings: [
        binding('y', 'b', { validationActions: ['Warn'] }),
        binding('x', 'a', { validationActions: ['Audit'] }),
        binding('w', 'a'),
      ],
    }
    const found = checkPolicies(request(web), policies)
    expect(
      found.map(({ policy, binding, expressionIndex, actions }) => [
        policy,
        binding,
        expressionIndex,
        ...actions,
      ]),
    ).toEqual([
      ['a', 'w', 0, 'Deny'],
      ['a', 'w', 2, 'Deny'],
      ['a', 'x', 0, 'Audit'],
      ['a', 'x', 2, 'Audit'],
      ['b', 'y', 0, 'Warn'],
      ['b', 'y', 2, 'Warn'],
    ])
  })
})
