import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkPolicies, type Policies, type PolicyRequest, paramQueries } from './check.ts'
import { binding, configMap, deployment, policy, request } from './policies.fake.ts'

const deployments = {
  apiGroups: ['apps'],
  apiVersions: ['v1'],
  operations: ['CREATE', 'UPDATE'],
  resources: ['deployments'],
}

const messages = (asked: PolicyRequest, policies: Policies): string[] =>
  checkPolicies(asked, policies).map(({ message }) => message)

/** One policy with one binding. */
const single = (spec: object, bound: object = {}, more: Partial<Policies> = {}): Policies => ({
  policies: [policy('p', spec)],
  bindings: [binding('b', 'p', bound)],
  ...more,
})

describe("the examples of Kubernetes' documentation", () => {
  test('replicas are bounded', () => {
    const policies = single({
      matchConstraints: { resourceRules: [deployments] },
      validations: [{ expression: 'object.spec.replicas <= 5' }],
    })
    expect(checkPolicies(request(deployment({ replicas: 6 })), policies)).toEqual([
      {
        policy: 'p',
        binding: 'b',
        actions: ['Deny'],
        message: 'failed expression: object.spec.replicas <= 5',
        reason: 'Invalid',
        expression: 'object.spec.replicas <= 5',
        expressionIndex: 0,
        failed: false,
      },
    ])
    expect(checkPolicies(request(deployment({ replicas: 5 })), policies)).toEqual([])
  })

  test('replicas are bounded by a parameter', () => {
    const policies = single(
      {
        paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
        matchConstraints: { resourceRules: [deployments] },
        validations: [
          {
            expression: 'object.spec.replicas <= int(params.data.maxReplicas)',
            messageExpression: "'object.spec.replicas must be no greater than ' + params.data.maxReplicas",
            reason: 'Forbidden',
          },
        ],
      },
      { paramRef: { name: 'limit', namespace: 'default', parameterNotFoundAction: 'Deny' } },
      { params: () => [configMap('limit', { maxReplicas: '3' })] },
    )
    expect(checkPolicies(request(deployment({ replicas: 4 })), policies)).toMatchObject([
      {
        message: 'object.spec.replicas must be no greater than 3',
        reason: 'Forbidden',
        param: 'default/limit',
      },
    ])
    expect(checkPolicies(request(deployment({ replicas: 3 })), policies)).toEqual([])
  })

  test('match conditions leave out leases, nodes and requests of nobody', () => {
    const policies = single({
      matchConstraints: {
        resourceRules: [
          { apiGroups: ['*'], apiVersions: ['*'], operations: ['CREATE', 'UPDATE'], resources: ['*'] },
        ],
      },
      matchConditions: [
        {
          name: 'exclude-leases',
          expression:
            '!(request.resource.group == "coordination.k8s.io" && request.resource.resource == "leases")',
        },
        { name: 'exclude-kubelet-requests', expression: '!("system:nodes" in request.userInfo.groups)' },
      ],
      validations: [
        { expression: "!object.metadata.name.contains('demo') || object.metadata.namespace == 'demo'" },
      ],
    })
    const named = deployment({}, { name: 'demo-web' })
    expect(messages(request(named), policies)).toHaveLength(1)
    expect(messages(request(named, { user: { name: 'n', groups: ['system:nodes'] } }), policies)).toEqual([])
    const lease = { group: 'coordination.k8s.io', resource: 'leases', kind: 'Lease' }
    expect(messages(request(named, lease), policies)).toEqual([])
  })

  test('variables are shared, and read those before them', () => {
    const policies = single({
      matchConstraints: { resourceRules: [deployments] },
      variables: [
        {
          name: 'environment',
          expression:
            "'environment' in namespaceObject.metadata.labels ? namespaceObject.metadata.labels['environment'] : 'prod'",
        },
        {
          name: 'exempt',
          expression:
            "has(object.metadata.labels) && 'exempt' in object.metadata.labels && object.metadata.labels['exempt'] == 'true'",
        },
        { name: 'containers', expression: 'object.spec.template.spec.containers' },
        {
          name: 'containersToCheck',
          expression: "variables.containers.filter(c, c.image.contains('example.com/'))",
        },
      ],
      validations: [
        {
          expression:
            "variables.exempt || variables.containersToCheck.all(c, c.image.startsWith(variables.environment + '.'))",
          messageExpression:
            "'only ' + variables.environment + ' images are allowed in namespace ' + namespaceObject.metadata.name",
        },
      ],
    })
    const namespace = () => ({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'default', labels: { environment: 'staging' } },
    })
    const image = (name: string, labels = {}) => request(deployment({ image: name }, { labels }))
    expect(messages(image('prod.example.com/nginx'), { ...policies, namespace })).toEqual([
      'only staging images are allowed in namespace default',
    ])
    expect(messages(image('staging.example.com/nginx'), { ...policies, namespace })).toEqual([])
    expect(messages(image('prod.example.com/nginx', { exempt: 'true' }), { ...policies, namespace })).toEqual(
      [],
    )
    expect(messages(image('prod.example.com/nginx'), policies)).toEqual([])
    expect(messages(image('other.org/nginx'), { ...policies, namespace })).toEqual([])
  })

  test('fields are told by has(), maps and lists', () => {
    const expression =
      'object.spec.template.spec.containers.all(c, has(c.securityContext) && has(c.securityContext.runAsNonRoot) && c.securityContext.runAsNonRoot)'
    const policies = single({
      matchConstraints: { resourceRules: [deployments] },
      validations: [{ expression }],
    })
    expect(messages(request(deployment({})), policies)).toHaveLength(1)
    expect(messages(request(deployment({ securityContext: { runAsNonRoot: true } })), policies)).toEqual([])
  })

  test('a change is told from what was, and a deletion has no object', () => {
    const policies = single({
      matchConstraints: { resourceRules: [{ ...deployments, operations: ['UPDATE', 'DELETE'] }] },
      validations: [
        {
          expression: 'request.operation == "DELETE" || object.spec.replicas >= oldObject.spec.replicas',
          message: 'only upwards',
        },
        { expression: 'object != null || oldObject.metadata.name != "kept"', message: 'it is kept' },
      ],
    })
    const oldObject = deployment({ replicas: 3 }, { name: 'kept' })
    const down = request(deployment({ replicas: 2 }, { name: 'kept' }), { operation: 'UPDATE', oldObject })
    expect(messages(down, policies)).toEqual(['only upwards'])
    expect(messages({ ...down, object: deployment({ replicas: 3 }, { name: 'kept' }) }, policies)).toEqual([])
    const { object: _, ...gone } = down
    expect(messages({ ...gone, operation: 'DELETE' }, policies)).toEqual(['it is kept'])
    expect(messages({ ...down, operation: 'CREATE' }, policies)).toEqual([])
  })
})

describe('parameters', () => {
  const spec = {
    paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
    matchConstraints: { resourceRules: [deployments] },
    validations: [{ expression: 'params.data.ok == "true"', message: 'not ok' }],
  }
  const asked = request(deployment({}))
  const select = (action: string) => ({
    paramRef: { selector: { matchLabels: { use: 'yes' } }, parameterNotFoundAction: action },
  })

  test('each that is selected is evaluated', () => {
    const params = () => [
      configMap('b', { ok: 'false' }, { use: 'yes' }),
      configMap('a', { ok: 'true' }, { use: 'yes' }),
      configMap('c', { ok: 'false' }, { use: 'no' }),
      configMap('d', { ok: 'false' }, { use: 'yes' }, 'elsewhere'),
    ]
    const found = checkPolicies(asked, single(spec, select('Deny'), { params }))
    expect(found.map(({ param }) => param)).toEqual(['default/b'])
  })

  test.each([
    ['Allow', 'Fail', []],
    ['Deny', 'Fail', ['Deny']],
    ['Deny', 'Ignore', []],
  ])('none, with %s and %s', (action, failurePolicy, actions) => {
    const policies = single(
      { ...spec, failurePolicy },
      { ...select(action), validationActions: ['Audit'] },
      { params: () => [] },
    )
    expect(checkPolicies(asked, policies).flatMap(one => one.actions)).toEqual(actions)
  })

  test('of an unknown kind are a failure', () => {
    const found = checkPolicies(asked, single(spec, select('Allow'), { params: () => undefined }))
    expect(found).toMatchObject([
      { failed: true, message: 'failed to configure binding: paramKind v1 ConfigMap is not known' },
    ])
  })

  test('are null without a reference, and are named to whom reads them', () => {
    expect(
      checkPolicies(asked, single({ ...spec, validations: [{ expression: 'params == null' }] })),
    ).toEqual([])
    expect(paramQueries(asked, single(spec, select('Deny')))).toEqual([
      { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default' },
    ])
    expect(paramQueries({ ...asked, resource: 'pods' }, single(spec, select('Deny')))).toEqual([])
  })
})

describe('failures', () => {
  const failing = (validation: object, more: object = {}) =>
    single({ matchConstraints: { resourceRules: [deployments] }, validations: [validation], ...more })
  const asked = request(deployment({}))

  test('are told with policy, binding and expression', () => {
    expect(checkPolicies(asked, failing({ expression: 'object.spec.nothing > 1' }))).toMatchObject([
      {
        policy: 'p',
        binding: 'b',
        failed: true,
        expressionIndex: 0,
        message: "expression 'object.spec.nothing > 1' resulted in error: field not found: nothing",
      },
    ])
  })

  test.each([
    ['a value that is no truth value', '1 + 1', 'it must give true or false'],
    [
      'a variable of the engine that is missing',
      'authorizer.path("/x").check("get").allowed()',
      'no authorization to ask',
    ],
    ['an expression that does not parse', 'object.spec.', 'expecting'],
    [
      'nested loops over much',
      'object.spec.many.all(a, object.spec.many.all(b, a + b >= 0))',
      'takes more work',
    ],
    [
      'what an error would be hidden by',
      'object.spec.many.all(a, object.spec.many.all(b, a + b >= 0)) || true',
      'takes more work',
    ],
    ['texts that grow', 'variables.z == ""', 'takes more work'],
  ])('of %s', (_, expression, why) => {
    const many = Array.from({ length: 5000 }, (_, i) => i)
    const object = { ...deployment({}), spec: { many, text: 'a'.repeat(2000) } }
    const grow = (name: string, of: string) => ({ name, expression: `${of}.replace('a', ${of})` })
    const variables = [
      grow('w', 'object.spec.text'),
      grow('x', 'variables.w'),
      grow('y', 'variables.x'),
      grow('z', 'variables.y'),
    ]
    const found = checkPolicies(request(object), failing({ expression }, { variables }))
    expect(found).toMatchObject([{ failed: true, message: expect.stringContaining(why) }])
  })

  test('of a message give way to the plain one', () => {
    const said = (validation: object) => messages(asked, failing({ expression: 'false', ...validation }))
    expect(said({ messageExpression: '"a" + "b"', message: 'plain' })).toEqual(['ab'])
    expect(said({ messageExpression: 'object.nothing', message: 'plain' })).toEqual(['plain'])
    expect(said({ messageExpression: '"a\\nb"', message: 'plain' })).toEqual(['plain'])
    expect(said({ messageExpression: '"  "' })).toEqual(['failed expression: false'])
  })

  test('of a match condition matter only where none is false', () => {
    const conditions = (...expressions: string[]) =>
      failing(
        { expression: 'false', message: 'no' },
        { matchConditions: expressions.map((expression, i) => ({ name: `c${i}`, expression })) },
      )
    expect(messages(asked, conditions('object.nothing == 1', 'false'))).toEqual([])
    expect(messages(asked, conditions('true', 'object.nothing == 1'))).toEqual([
      expect.stringContaining('match condition c1'),
    ])
  })

  /** Expressions that can not be evaluated, of many forms. */
  const broken = fc.oneof(
    fc.constantFrom(
      'object.nothing',
      '1 / 0 == 1',
      'int("x") == 1',
      'quantity("x") == quantity("1")',
      '"a"',
      '[1][5] == 1',
      'ip("x").family() == 4',
    ),
    fc
      .stringMatching(/^[a-z ().&|<>=0-9]{1,20}$/)
      .map(text => `object.nothing.${text.replace(/[^a-z]/g, 'x')} == 1`),
  )

  test('property: Ignore never denies for them, Fail always does', () => {
    fc.assert(
      fc.property(
        broken,
        fc.constantFrom('Fail', 'Ignore'),
        fc.boolean(),
        (expression, failurePolicy, inVariable) => {
          const validation = { expression: inVariable ? 'variables.v == 1 || variables.v' : expression }
          const variables = [{ name: 'v', expression }]
          const found = checkPolicies(asked, failing(validation, { failurePolicy, variables }))
          const denied = found.some(({ actions }) => actions.includes('Deny'))
          expect(found.every(({ failed }) => failed)).toBe(true)
          expect(denied).toBe(failurePolicy === 'Fail')
        },
      ),
    )
  })

  test('property: no text is an expression that throws or hangs', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), expression => {
        expect(Array.isArray(checkPolicies(asked, failing({ expression })))).toBe(true)
      }),
    )
  })

  test('deeply nested and very long expressions are failures', () => {
    for (const expression of [
      `${'('.repeat(3000)}true${')'.repeat(3000)}`,
      Array(3000).fill('true').join(' && '),
      'x'.repeat(20_000),
    ])
      expect(checkPolicies(asked, failing({ expression })).every(({ failed }) => failed)).toBe(true)
  })
})
