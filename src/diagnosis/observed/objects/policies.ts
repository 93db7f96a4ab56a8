import type { DescribedField } from '../../../telemetry/intake/kubernetes-snapshot/description.ts'
import {
  type Fields,
  fieldIn,
  linesIn,
  numberIn,
  pairsIn,
  told,
  valueIn,
  wholeNumber,
} from '../described-field.ts'
import { conditionsIn } from './workloads.ts'

type Parts = Record<string, unknown>

export const autoscaler = (fields: Fields): Parts => {
  const [, kind, name] = /^(\w{1,63})\/(\S{1,253})$/.exec(valueIn(fields, 'Reference') ?? '') ?? []
  const counts = [...fields].find(({ name: field }) => / pods$/.test(field))?.value ?? ''
  const [, current, desired] = /(\d{1,9}) current \/ (\d{1,9}) desired/.exec(counts) ?? []
  return {
    spec: {
      ...told({
        scaleTargetRef: kind === undefined ? undefined : { kind, name },
        minReplicas: numberIn(fields, 'Min replicas'),
        maxReplicas: numberIn(fields, 'Max replicas'),
        metrics: metricsOf(fieldIn(fields, 'Metrics')),
      }),
    },
    status: {
      ...told({ currentReplicas: wholeNumber(current), desiredReplicas: wholeNumber(desired) }),
      conditions: conditionsIn(fields),
    },
  }
}

/** `resource cpu on pods  (as a percentage of request):  <unknown> / 50%` */
function metricsOf(field: DescribedField | undefined): Parts[] | undefined {
  if (!field) return undefined
  return linesIn(field).flatMap((line): Parts[] => {
    const [, name] = /^resource (\S{1,63}) (?:on|of) /.exec(line.trim()) ?? []
    if (name !== undefined) {
      const share = /\/ (\d{1,9})%/.exec(line)?.[1]
      const averageUtilization = wholeNumber(share)
      return [
        {
          type: 'Resource',
          resource: {
            name,
            target: averageUtilization === undefined ? {} : { type: 'Utilization', averageUtilization },
          },
        },
      ]
    }
    const [, external] = /^"([^"]{1,253})" \(target /.exec(line.trim()) ?? []
    return external === undefined ? [] : [{ type: 'External', external: { metric: { name: external } } }]
  })
}

export const disruptionBudget = (fields: Fields): Parts => {
  const share = (name: string): number | string | undefined => {
    const text = valueIn(fields, name)
    return text === undefined || text === 'N/A' ? undefined : text.endsWith('%') ? text : wholeNumber(text)
  }
  const selector = pairsIn(fields, 'Selector')
  const status = fieldIn(fields, 'Status')?.fields ?? []
  return {
    spec: {
      ...told({
        minAvailable: share('Min available'),
        maxUnavailable: share('Max unavailable'),
        selector: selector && { matchLabels: selector },
      }),
    },
    status: {
      ...told({
        disruptionsAllowed: numberIn(status, 'Allowed disruptions'),
        currentHealthy: numberIn(status, 'Current'),
        desiredHealthy: numberIn(status, 'Desired'),
        expectedPods: numberIn(status, 'Total'),
      }),
    },
  }
}

/** Rows of resource, used and hard stand at the left margin, so that they are text of no field. */
export function quotaOf(lines: readonly string[]): Parts {
  const rows = lines.flatMap(line => {
    const [, resource, used, hard] =
      /^\s{0,9}([a-z][\w./-]{0,253})\s{1,99}(\S{1,63})\s{1,99}(\S{1,63})\s{0,9}$/.exec(line) ?? []
    return resource === undefined || used === 'Used' ? [] : [{ resource, used, hard }]
  })
  const hard = Object.fromEntries(rows.map(row => [row.resource, row.hard]))
  return {
    spec: { hard },
    status: { hard, used: Object.fromEntries(rows.map(row => [row.resource, row.used])) },
  }
}

/** `Type  Resource  Min  Max  Default Request  Default Limit  Max Limit/Request Ratio` */
export function limitsOf(lines: readonly string[]): Parts {
  const limits = new Map<string, Record<string, Record<string, string>>>()
  for (const line of lines) {
    const [type = '', resource = '', min = '-', max = '-', request = '-', limit = '-'] = line
      .trim()
      .split(/\s+/)
    if (!/^(Container|Pod|PersistentVolumeClaim)$/.test(type) || resource === '') continue
    const entry = limits.get(type) ?? {}
    limits.set(type, entry)
    for (const [name, value] of Object.entries({ min, max, defaultRequest: request, default: limit }))
      if (value !== '-') entry[name] = { ...entry[name], [resource]: value }
  }
  return { spec: { limits: [...limits].map(([type, entry]) => ({ type, ...entry })) } }
}
