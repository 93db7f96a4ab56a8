import { z } from 'zod'
import type { Cause } from '../../errors.ts'
import { defineKind, type Resource, type ResourceOf } from '../../kind.ts'
import { forbidden, invalid, required, selectorCauses } from './causes.ts'
import {
  conditions,
  intOrText,
  list,
  one,
  open,
  part,
  quantity,
  selector,
  text,
  time,
  whole,
} from './fields.ts'
import { age, at, computed, count, itemsAt, numberAt, textAt } from './printing.ts'

const Identifier = part(
  { name: z.string().describe('Name of the metric.'), selector: selector('Which series.') },
  'Which metric.',
)
const target = () =>
  part(
    {
      type: z.string().describe('Utilization, Value or AverageValue.'),
      averageUtilization: whole('Percent of what is requested.'),
      averageValue: quantity('Value for each Pod.'),
      value: quantity('Value in all.'),
    },
    'What it should be.',
  )
const current = () =>
  part(
    {
      averageUtilization: whole('Percent of what is requested.'),
      averageValue: quantity('Value for each Pod.'),
      value: quantity('Value in all.'),
    },
    'What it is.',
  )
const describedObject = () =>
  part(
    { apiVersion: text('API version.'), kind: text('Kind.'), name: text('Name.') },
    'The object it is about.',
  )
const sources = (last: () => z.ZodType, field: 'target' | 'current') => ({
  type: z.string().describe('Resource, ContainerResource, Pods, Object or External.'),
  resource: part({ name: z.string().describe('cpu or memory.'), [field]: last() }, 'What Pods use.'),
  containerResource: part(
    {
      name: z.string().describe('cpu or memory.'),
      container: z.string().describe('Which container.'),
      [field]: last(),
    },
    'What a container uses.',
  ),
  pods: part({ metric: Identifier, [field]: last() }, 'A metric of the Pods.'),
  object: part(
    { describedObject: describedObject(), metric: Identifier, [field]: last() },
    'A metric of one object.',
  ),
  external: part({ metric: Identifier, [field]: last() }, 'A metric from elsewhere.'),
})
const rules = (about: string) =>
  part(
    {
      stabilizationWindowSeconds: whole('Seconds that are looked back at.'),
      selectPolicy: text('Max, Min or Disabled.'),
      tolerance: quantity('Change that is ignored.'),
      policies: list(
        z.object({
          type: z.string().describe('Pods or Percent.'),
          value: z.number().int().describe('How many.'),
          periodSeconds: z.number().int().describe('In how many seconds.'),
        }),
        'How fast.',
      ),
    },
    about,
  )

const HorizontalPodAutoscalerSpec = z.object({
  scaleTargetRef: z
    .object({
      apiVersion: text('API version, such as apps/v1.'),
      kind: z.string().describe('Kind, such as Deployment.'),
      name: z.string().describe('Name.'),
    })
    .describe('What is scaled.'),
  minReplicas: z.number().int().default(1).describe('How many at least.'),
  maxReplicas: z.number().int().describe('How many at most.'),
  metrics: list(z.object(sources(target, 'target')), 'By what; cpu at 80% where absent.'),
  behavior: part({ scaleUp: rules('Upwards.'), scaleDown: rules('Downwards.') }, 'How fast.'),
})
type HorizontalPodAutoscalerSpec = z.output<typeof HorizontalPodAutoscalerSpec>

export const HorizontalPodAutoscaler = defineKind({
  group: 'autoscaling',
  version: 'v2',
  kind: 'HorizontalPodAutoscaler',
  plural: 'horizontalpodautoscalers',
  shortNames: ['hpa'],
  categories: ['all'],
  summary: 'How many Pods a workload should have, by what they use. Kept as data: nothing here scales by it.',
  spec: HorizontalPodAutoscalerSpec,
  status: z.object({
    observedGeneration: whole('Generation it is about.'),
    lastScaleTime: time('When it last scaled.'),
    currentReplicas: whole('How many there are.'),
    desiredReplicas: whole('How many there should be.'),
    currentMetrics: list(z.object(sources(current, 'current')), 'What metrics are.'),
    conditions: conditions(),
  }),
  columns: [
    computed(
      'Reference',
      '.spec.scaleTargetRef.name',
      object => `${textAt(object, 'spec.scaleTargetRef.kind')}/${textAt(object, 'spec.scaleTargetRef.name')}`,
    ),
    computed('Targets', '.spec.metrics', targetsText),
    computed('MinPods', '.spec.minReplicas', object => textAt(object, 'spec.minReplicas', '<unset>')),
    count('MaxPods', 'spec.maxReplicas'),
    count('Replicas', 'status.currentReplicas'),
    age,
  ],
  complete(object) {
    const { spec } = object
    spec.metrics ??= [
      {
        type: 'Resource',
        resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } },
      },
    ]
  },
  check: object => scalerCauses(object.spec),
  example: {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'web', namespace: 'default' },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      minReplicas: 2,
      maxReplicas: 10,
      metrics: [
        {
          type: 'Resource',
          resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } },
        },
      ],
    },
  },
})
export type HorizontalPodAutoscaler = ResourceOf<typeof HorizontalPodAutoscaler>

function scalerCauses({
  scaleTargetRef,
  minReplicas,
  maxReplicas,
  metrics = [],
}: HorizontalPodAutoscalerSpec): Cause[] {
  const causes: Cause[] = []
  if (!scaleTargetRef.kind) causes.push(required('spec.scaleTargetRef.kind'))
  if (!scaleTargetRef.name) causes.push(required('spec.scaleTargetRef.name'))
  if (minReplicas < 1)
    causes.push(invalid('spec.minReplicas', minReplicas, 'must be greater than or equal to 1'))
  if (maxReplicas < 1) causes.push(invalid('spec.maxReplicas', maxReplicas, 'must be greater than 0'))
  else if (maxReplicas < minReplicas)
    causes.push(invalid('spec.maxReplicas', maxReplicas, 'must be greater than or equal to `minReplicas`'))
  metrics.forEach((metric, i) => {
    const member = metric.type.slice(0, 1).toLowerCase() + metric.type.slice(1)
    if (at(metric, member) === undefined)
      causes.push(
        required(`spec.metrics[${i}].${member}`, `must populate information for the given metric source`),
      )
  })
  return causes
}

/** `cpu: 20%/80%, memory: <unknown>/500Mi` (formatHPAMetrics of pkg/printers). */
function targetsText(object: Resource): string {
  const now = itemsAt(object, 'status.currentMetrics')
  const texts = itemsAt(object, 'spec.metrics').map((metric, i) => {
    const member = textAt(metric, 'type').replace(/^./, letter => letter.toLowerCase())
    const wanted = at(metric, `${member}.target`)
    const known = now[i] ? at(now[i], `${member}.current`) : undefined
    const values = `${amount(known) ?? '<unknown>'}/${amount(wanted) ?? '<auto>'}`
    if (member !== 'resource' && member !== 'containerResource') return values
    return `${textAt(metric, `${member}.name`)}: ${values}`
  })
  if (texts.length === 0) return '<none>'
  return texts.length > 2 ? `${texts.slice(0, 2).join(', ')} + ${texts.length - 2} more...` : texts.join(', ')
}

function amount(value: unknown): string | undefined {
  if (at(value, 'averageUtilization') !== undefined) return `${numberAt(value, 'averageUtilization')}%`
  const average = at(value, 'averageValue')
  if (average !== undefined) return String(average)
  const whole = at(value, 'value')
  return whole === undefined ? undefined : String(whole)
}

const PodDisruptionBudgetSpec = z.object({
  minAvailable: intOrText('How many must be there, as number or percentage.'),
  maxUnavailable: intOrText('How many may be missing, as number or percentage.'),
  selector: selector('Which Pods; all of the namespace where empty.'),
  unhealthyPodEvictionPolicy: one(
    ['IfHealthyBudget', 'AlwaysAllow'],
    'Whether Pods that are not healthy may go.',
  ),
})

export const PodDisruptionBudget = defineKind({
  group: 'policy',
  version: 'v1',
  kind: 'PodDisruptionBudget',
  plural: 'poddisruptionbudgets',
  shortNames: ['pdb'],
  summary: 'How many Pods may be missing when nodes are drained. Kept as data: nothing here evicts.',
  spec: PodDisruptionBudgetSpec,
  status: z.object({
    observedGeneration: whole('Generation it is about.'),
    disruptionsAllowed: whole('How many may go now.'),
    currentHealthy: whole('How many are healthy.'),
    desiredHealthy: whole('How many must be.'),
    expectedPods: whole('How many there are.'),
    disruptedPods: open('Pods that are going.'),
    conditions: conditions(),
  }),
  columns: [
    computed('Min Available', '.spec.minAvailable', object => textAt(object, 'spec.minAvailable', 'N/A')),
    computed('Max Unavailable', '.spec.maxUnavailable', object =>
      textAt(object, 'spec.maxUnavailable', 'N/A'),
    ),
    count('Allowed Disruptions', 'status.disruptionsAllowed'),
    age,
  ],
  check(object) {
    const { minAvailable, maxUnavailable, selector } = object.spec
    const both = minAvailable !== undefined && maxUnavailable !== undefined
    return [
      ...(both ? [forbidden('spec', 'minAvailable and maxUnavailable cannot be both set')] : []),
      ...amountCauses('spec.minAvailable', minAvailable),
      ...amountCauses('spec.maxUnavailable', maxUnavailable),
      ...(selector ? selectorCauses('spec.selector', selector) : []),
    ]
  },
  example: {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'web', namespace: 'default' },
    spec: { minAvailable: 1, selector: { matchLabels: { app: 'web' } } },
  },
})
export type PodDisruptionBudget = ResourceOf<typeof PodDisruptionBudget>

function amountCauses(field: string, value: string | number | undefined): Cause[] {
  if (typeof value === 'string' && !/^(\d{1,2}|100)%$/.test(value))
    return [
      invalid(
        field,
        value,
        'a valid percent string must be a numeric string followed by an ending % of at most 100%',
      ),
    ]
  return typeof value === 'number' && value < 0
    ? [invalid(field, value, 'must be greater than or equal to 0')]
    : []
}
