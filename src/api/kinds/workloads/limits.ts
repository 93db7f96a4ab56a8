import { z } from 'zod'
import type { Cause } from '../../errors.ts'
import { defineKind, type Resource, type ResourceOf } from '../../kind.ts'
import { exceeds } from '../../quantity.ts'
import { invalid, quantityCauses, required } from './causes.ts'
import { list, part, quantities, texts } from './fields.ts'
import { age, at, computed } from './printing.ts'
import { createdAt } from './rbac.ts'

const ResourceQuotaSpec = z.object({
  hard: quantities('Limits by name, such as requests.cpu, limits.memory or count/jobs.batch.'),
  scopes: texts('Which objects count, such as BestEffort.'),
  scopeSelector: part(
    {
      matchExpressions: list(
        z.object({
          scopeName: z.string().describe('Scope.'),
          operator: z.string().describe('In, NotIn, Exists or DoesNotExist.'),
          values: texts('Values.'),
        }),
        'Requirements.',
      ),
    },
    'Which objects count, by scope.',
  ),
})

export const ResourceQuota = defineKind({
  group: '',
  version: 'v1',
  kind: 'ResourceQuota',
  plural: 'resourcequotas',
  shortNames: ['quota'],
  summary: 'How much a namespace may use in all. Kept as data: nothing here counts by it.',
  spec: ResourceQuotaSpec,
  status: z.object({ hard: quantities('Limits that are in force.'), used: quantities('What is used.') }),
  columns: [
    computed('Request', '.status.used', object => usedText(object, name => !name.startsWith('limits.'))),
    computed('Limit', '.status.used', object => usedText(object, name => name.startsWith('limits.'))),
    age,
  ],
  check: object => quantityMapCauses('spec.hard', object.spec.hard),
  example: {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'team', namespace: 'default' },
    spec: { hard: { 'requests.cpu': '4', 'requests.memory': '8Gi', pods: '20' } },
  },
})
export type ResourceQuota = ResourceOf<typeof ResourceQuota>

const quantityMapCauses = (field: string, map: Record<string, string | number> = {}): Cause[] =>
  Object.entries(map).flatMap(([name, value]) => quantityCauses(`${field}[${name}]`, value))

/** `pods: 3/20, requests.cpu: 1/4`, of the limits in force. */
function usedText(object: Resource, wanted: (name: string) => boolean): string {
  const hard = (at(object, 'status.hard') ?? {}) as Record<string, unknown>
  const used = (at(object, 'status.used') ?? {}) as Record<string, unknown>
  return Object.keys(hard)
    .filter(wanted)
    .sort()
    .map(name => `${name}: ${Object.hasOwn(used, name) ? used[name] : 0}/${hard[name]}`)
    .join(', ')
}

const LimitRangeSpec = z.object({
  limits: z
    .array(
      z.object({
        type: z.string().max(253).describe('Container, Pod or PersistentVolumeClaim.'),
        max: quantities('At most.'),
        min: quantities('At least.'),
        default: quantities('Limit where none is given.'),
        defaultRequest: quantities('Request where none is given.'),
        maxLimitRequestRatio: quantities('How many times the request the limit may be.'),
      }),
    )
    .max(1000)
    .default([])
    .describe('Limits by type.'),
})

export const LimitRange = defineKind({
  group: '',
  version: 'v1',
  kind: 'LimitRange',
  plural: 'limitranges',
  shortNames: ['limits'],
  summary: 'What one Pod, container or claim may ask for. Kept as data: nothing here fills in its defaults.',
  spec: LimitRangeSpec,
  columns: [createdAt],
  check(object) {
    const { limits } = object.spec
    return limits.flatMap((limit, i) => {
      const field = `spec.limits[${i}]`
      if (!limit.type) return [required(`${field}.type`)]
      const wrong = (['max', 'min', 'default', 'defaultRequest'] as const).flatMap(part =>
        quantityMapCauses(`${field}.${part}`, limit[part]),
      )
      for (const [name, least] of Object.entries(limit.min ?? {})) {
        const most = limit.max?.[name]
        if (most !== undefined && exceeds(least, most))
          wrong.push(
            invalid(`${field}.min[${name}]`, least, `min value ${least} is greater than max value ${most}`),
          )
      }
      return wrong
    })
  },
  example: {
    apiVersion: 'v1',
    kind: 'LimitRange',
    metadata: { name: 'containers', namespace: 'default' },
    spec: { limits: [{ type: 'Container', max: { memory: '2Gi' }, defaultRequest: { cpu: '100m' } }] },
  },
})
export type LimitRange = ResourceOf<typeof LimitRange>
