import { z } from 'zod'
import { compileProgram, MAX_EXPRESSION, type ProgramScope } from '../cel-program.ts'
import type { Cause } from '../errors.ts'
import { defineKind, type ResourceOf } from '../kind.ts'
import { MatchResources, matchResourcesCauses } from './match-resources.ts'
import { duplicate, invalid, required } from './workloads/causes.ts'
import { conditions, selector } from './workloads/fields.ts'
import { age, at, computed, itemsAt, textAt } from './workloads/printing.ts'

const expression = (about: string) => z.string().max(MAX_EXPRESSION).describe(about)
const message = (about: string) => z.string().max(5120).optional().describe(about)

const Validation = z.object({
  expression: expression('CEL; the write is right where it gives true.'),
  message: message('What to say where it gives false.'),
  messageExpression: expression('CEL that gives the message.').optional(),
  reason: z
    .enum(['Unauthorized', 'Forbidden', 'Invalid', 'RequestEntityTooLarge'])
    .optional()
    .describe('Machine word of the answer; Invalid where absent.'),
})

const PolicySpec = z.object({
  paramKind: z
    .object({
      apiVersion: z.string().max(253).describe('API version of the parameters.'),
      kind: z.string().max(253).describe('Kind of the parameters.'),
    })
    .optional()
    .describe('Kind of the objects that bindings hand in as params.'),
  matchConstraints: MatchResources.optional().describe('Which writes it is about.'),
  matchConditions: z
    .array(
      z.object({
        name: z.string().max(317).describe('Name, unique in the policy.'),
        expression: expression('CEL; the policy applies where all give true.'),
      }),
    )
    .max(64)
    .meta({ patchStrategy: 'merge', patchMergeKey: 'name' })
    .optional()
    .describe('What else must hold for it to apply.'),
  variables: z
    .array(
      z.object({
        name: z.string().max(253).describe('Name, read as variables.<name>.'),
        expression: expression('CEL of its value; it may read variables before it.'),
      }),
    )
    .max(100)
    .meta({ patchStrategy: 'merge', patchMergeKey: 'name' })
    .optional()
    .describe('Values to share, evaluated when they are read.'),
  validations: z.array(Validation).max(100).optional().describe('What must hold.'),
  auditAnnotations: z
    .array(
      z.object({
        key: z.string().max(63).describe('Name of the annotation.'),
        valueExpression: expression('CEL that gives text, or null for none.'),
      }),
    )
    .max(20)
    .optional()
    .describe('What to write into audit logs. Accepted and compiled; this server keeps no audit log.'),
  failurePolicy: z
    .enum(['Fail', 'Ignore'])
    .default('Fail')
    .describe('What happens where an expression can not be evaluated.'),
})
type PolicySpec = z.output<typeof PolicySpec>

const ref = z.string().max(253).optional()

export const ValidatingAdmissionPolicy = defineKind({
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'ValidatingAdmissionPolicy',
  plural: 'validatingadmissionpolicies',
  scope: 'Cluster',
  summary:
    'What objects must be like to be written, in CEL. It has effect where a ValidatingAdmissionPolicyBinding names it.',
  spec: PolicySpec,
  status: z.object({
    observedGeneration: z.number().int().optional().describe('Generation it is about.'),
    typeChecking: z
      .object({
        expressionWarnings: z
          .array(
            z.object({
              fieldRef: z.string().describe('Field of the expression.'),
              warning: z.string().describe('What is wrong with it, for which kind.'),
            }),
          )
          .optional()
          .describe('Expressions that read fields which the kinds they match do not have.'),
      })
      .optional()
      .describe('What the schemas of the matched kinds say about the expressions.'),
    conditions: conditions(),
  }),
  columns: [
    computed('Validations', '.spec.validations', object => itemsAt(object, 'spec.validations').length, {
      type: 'integer',
    }),
    computed('ParamKind', '.spec.paramKind', object =>
      at(object, 'spec.paramKind') === undefined
        ? '<unset>'
        : `${textAt(object, 'spec.paramKind.apiVersion')}/${textAt(object, 'spec.paramKind.kind')}`,
    ),
    age,
  ],
  check: ({ spec }) => policyCauses(spec),
  example: {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name: 'few-replicas' },
    spec: {
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
      validations: [{ expression: 'object.spec.replicas <= 5', message: 'five replicas at most' }],
    },
  },
})
export type ValidatingAdmissionPolicy = ResourceOf<typeof ValidatingAdmissionPolicy>

/** What expressions of a policy may name at a place: conditions know no variables, and params need a kind. */
export function scopeOf(spec: Pick<PolicySpec, 'paramKind'>, variables?: readonly string[]): ProgramScope {
  const open = { object: undefined, oldObject: undefined, request: undefined, namespaceObject: undefined }
  const known = Object.fromEntries((variables ?? []).map(name => [name, {}]))
  return {
    ...open,
    ...(spec.paramKind && { params: undefined }),
    ...(variables && { variables: { type: 'object', properties: known } }),
  }
}

/** Every expression of a policy with its field and what it may name, in the order of the policy. */
export function* expressionsOf(
  spec: PolicySpec,
): Generator<{ field: string; text: string; scope: ProgramScope }> {
  for (const [i, { expression }] of (spec.matchConditions ?? []).entries())
    yield { field: `spec.matchConditions[${i}].expression`, text: expression, scope: scopeOf(spec) }
  const names: string[] = []
  for (const [i, { name, expression }] of (spec.variables ?? []).entries()) {
    yield { field: `spec.variables[${i}].expression`, text: expression, scope: scopeOf(spec, names) }
    names.push(name)
  }
  const scope = scopeOf(spec, names)
  for (const [i, { expression, messageExpression }] of (spec.validations ?? []).entries()) {
    yield { field: `spec.validations[${i}].expression`, text: expression, scope }
    if (messageExpression)
      yield { field: `spec.validations[${i}].messageExpression`, text: messageExpression, scope }
  }
  for (const [i, { valueExpression }] of (spec.auditAnnotations ?? []).entries())
    yield { field: `spec.auditAnnotations[${i}].valueExpression`, text: valueExpression, scope }
}

function policyCauses(spec: PolicySpec): Cause[] {
  const causes: Cause[] = []
  if (!spec.matchConstraints) causes.push(required('spec.matchConstraints'))
  else {
    if (!spec.matchConstraints.resourceRules?.length)
      causes.push(required('spec.matchConstraints.resourceRules'))
    causes.push(...matchResourcesCauses('spec.matchConstraints', spec.matchConstraints))
  }
  if (!spec.validations?.length && !spec.auditAnnotations?.length)
    causes.push(required('spec.validations', 'validations or auditAnnotations must be given'))
  causes.push(...uniqueNames('spec.matchConditions', spec.matchConditions ?? []))
  causes.push(...uniqueNames('spec.variables', spec.variables ?? []))
  for (const [i, { name }] of (spec.variables ?? []).entries())
    if (!/^[_a-zA-Z][_a-zA-Z0-9]*$/.test(name))
      causes.push(invalid(`spec.variables[${i}].name`, name, 'name is not a valid CEL identifier'))
  for (const [i, { message = '' }] of (spec.validations ?? []).entries())
    if (message.trim().includes('\n'))
      causes.push(invalid(`spec.validations[${i}].message`, message, 'message must not contain line breaks'))
  return causes.length > 0 ? causes : compileCauses(spec)
}

function compileCauses(spec: PolicySpec): Cause[] {
  return [...expressionsOf(spec)].flatMap(({ field, text, scope }) => {
    if (text.trim() === '') return [required(field, 'an expression must be given')]
    try {
      compileProgram(text, scope)
      return []
    } catch (error) {
      return [invalid(field, text, `compilation failed: ${(error as Error).message}`)]
    }
  })
}

function uniqueNames(field: string, items: readonly { name: string }[]): Cause[] {
  const seen = new Set<string>()
  return items.flatMap(({ name }, i) => {
    const again = seen.has(name)
    seen.add(name)
    return again ? [duplicate(`${field}[${i}].name`, name)] : []
  })
}

const BindingSpec = z.object({
  policyName: z.string().max(253).describe('ValidatingAdmissionPolicy that it puts into effect.'),
  paramRef: z
    .object({
      name: ref.describe('Name of the parameter.'),
      namespace: ref.describe('Its namespace; that of the object where absent.'),
      selector: selector('Labels of the parameters, in place of a name; each is evaluated on its own.'),
      parameterNotFoundAction: z
        .enum(['Allow', 'Deny'])
        .optional()
        .describe('What happens where there is none.'),
    })
    .optional()
    .describe('The parameters.'),
  matchResources: MatchResources.optional().describe(
    'Which of the writes the policy is about; all where absent.',
  ),
  validationActions: z
    .array(z.enum(['Deny', 'Warn', 'Audit']))
    .max(3)
    .optional()
    .describe('What happens where the policy says no: Deny, Warn or Audit; not Deny and Warn together.'),
})

export const ValidatingAdmissionPolicyBinding = defineKind({
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'ValidatingAdmissionPolicyBinding',
  plural: 'validatingadmissionpolicybindings',
  scope: 'Cluster',
  summary:
    'Puts a ValidatingAdmissionPolicy into effect: for which writes, with which parameters, and what happens.',
  spec: BindingSpec,
  columns: [
    computed('PolicyName', '.spec.policyName', object => textAt(object, 'spec.policyName')),
    computed('ParamRef', '.spec.paramRef', object => {
      if (at(object, 'spec.paramRef') === undefined) return '<unset>'
      const named = textAt(object, 'spec.paramRef.name')
      const namespace = textAt(object, 'spec.paramRef.namespace')
      return [namespace, named || '*'].filter(Boolean).join('/')
    }),
    age,
  ],
  check({ spec }) {
    const { policyName, paramRef, matchResources, validationActions = [] } = spec
    const causes: Cause[] = policyName ? [] : [required('spec.policyName')]
    if (validationActions.length === 0) causes.push(required('spec.validationActions'))
    if (new Set(validationActions).size < validationActions.length)
      causes.push(duplicate('spec.validationActions', validationActions))
    if (validationActions.includes('Deny') && validationActions.includes('Warn'))
      causes.push(
        invalid(
          'spec.validationActions',
          validationActions,
          'must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)',
        ),
      )
    if (matchResources) causes.push(...matchResourcesCauses('spec.matchResources', matchResources))
    if (!paramRef) return causes
    if (Boolean(paramRef.name) === Boolean(paramRef.selector))
      causes.push(required('spec.paramRef', 'exactly one of name and selector must be given'))
    if (!paramRef.parameterNotFoundAction) causes.push(required('spec.paramRef.parameterNotFoundAction'))
    return causes
  },
  example: {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name: 'few-replicas' },
    spec: { policyName: 'few-replicas', validationActions: ['Deny'] },
  },
})
export type ValidatingAdmissionPolicyBinding = ResourceOf<typeof ValidatingAdmissionPolicyBinding>
