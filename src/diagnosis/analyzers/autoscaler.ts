import type { ClusterObject } from '../cluster.ts'
import { type Analyzer, type Suspicion, strengths } from './analyzer.ts'
import { nearest, thereIs } from './labels.ts'
import { added, remedy, replaced, templateRemedy } from './remedies.ts'
import { amountsOf } from './requests.ts'
import type { View, Workload } from './view.ts'
import { called, fieldOf, listed, plain, quoted, sentences } from './wording.ts'

type Autoscaler = ClusterObject<'HorizontalPodAutoscaler'>

/** A HorizontalPodAutoscaler that can not do its work. */
export const autoscaler: Analyzer = {
  name: 'autoscaler',
  finds:
    'An HPA whose target is absent or has no requests, which cannot read metrics, has wrong bounds, or is at its maximum.',
  unless: 'It scales, or a LimitRange gives the containers requests.',
  rules: [
    'autoscaler-target-absent',
    'autoscaler-without-requests',
    'autoscaler-bounds',
    'autoscaler-cannot-read-metrics',
    'autoscaler-at-maximum',
    'autoscaler-failing',
  ],
  *look(view) {
    for (const object of view.cluster.all('HorizontalPodAutoscaler')) {
      const { kind = '', name = '' } = object.spec?.scaleTargetRef ?? {}
      const target = view.workloads.find(
        one => one.kind === kind && one.namespace === object.namespace && one.name === name,
      )
      const known = view.cluster.find(kind, object.namespace, name)
      const missing = known || target ? undefined : targetAbsent(view, object, kind, name)
      if (missing) yield missing
      const requests = target && withoutRequests(view, object, target)
      if (requests) yield requests
      const wrong = bounds(object, target)
      if (wrong) yield wrong
      yield* conditions(view, object, target, requests !== undefined)
    }
  },
}

function targetAbsent(view: View, object: Autoscaler, kind: string, name: string): Suspicion | undefined {
  if (kind === '' || name === '') return undefined
  const told = object.status?.conditions.find(
    ({ type, status, reason }) => type === 'AbleToScale' && status === 'False' && reason === 'FailedGetScale',
  )
  const lacks = view.cluster.lacks(kind, object.namespace, name)
  if (!lacks && !told) return undefined
  const others = view
    .within(object.namespace)
    .filter(one => one.kind === kind)
    .map(one => one.name)
  const near = nearest(name, others)
  return {
    rule: 'autoscaler-target-absent',
    object,
    class: 'scaling',
    statement: sentences(
      `${called(object)} (HPA) scales ${kind} ${quoted(name)}, which does not exist in namespace ${object.namespace} (not found), so nothing is scaled`,
      thereIs(kind, name, others),
    ),
    strength: told ? strengths.told : lacks === 'listed' || near ? strengths.broken : strengths.likely,
    observed: told !== undefined,
    evidence: [
      fieldOf(object, 'spec.scaleTargetRef', `${kind}/${name}`),
      ...(told ? [fieldOf(object, 'status.conditions AbleToScale', told.message ?? '')] : []),
    ],
    ...(near !== undefined &&
      remedy(
        'fix-reference',
        object,
        replaced('/spec/scaleTargetRef/name', name, near),
        `Scale ${kind} ${near}, which exists.`,
      )),
  }
}

function withoutRequests(view: View, object: Autoscaler, target: Workload): Suspicion | undefined {
  const metrics = object.spec?.metrics ?? []
  const wanted = [
    ...metrics.flatMap(({ type, resource }) =>
      type === 'Resource' && resource?.name && (resource.target?.type ?? 'Utilization') === 'Utilization'
        ? [resource.name]
        : [],
    ),
    ...(object.spec?.targetCPUUtilizationPercentage !== undefined ||
    (object.spec?.metrics === undefined && !object.live)
      ? ['cpu']
      : []),
  ]
  const defaults = view.cluster
    .all('LimitRange', object.namespace)
    .flatMap(
      ({ spec }) => spec?.limits.flatMap(one => [...one.defaultRequest.keys(), ...one.default.keys()]) ?? [],
    )
  const missing = [...new Set(wanted)].filter(
    name =>
      !defaults.includes(name) &&
      target.spec.containers.some(({ resources }) => !amountsOf(resources, 'requests').has(name)),
  )
  const [name] = missing
  if (
    name === undefined ||
    target.spec.containers.length === 0 ||
    (!target.declared && target.pods.length === 0)
  )
    return undefined
  const containers = target.spec.containers.filter(
    ({ resources }) => !amountsOf(resources, 'requests').has(name),
  )
  const first = target.spec.containers.findIndex(({ resources }) => resources === undefined)
  return {
    rule: 'autoscaler-without-requests',
    object: target,
    class: 'scaling',
    statement: sentences(
      `${called(object)} (HPA) cannot scale ${called(target)}: it targets ${listed(missing)} utilization, a share of resource requests, and container ${listed(containers.map(one => quoted(one.name ?? '')))} has no ${listed(missing)} request (requests are missing, not defined)`,
      'The autoscaler has no utilization to compute (FailedGetResourceMetric: missing request) and never scales',
    ),
    strength: strengths.broken,
    observed: false,
    outside: true,
    evidence: [
      fieldOf(object, 'spec.metrics', `${missing.join(', ')} utilization`),
      fieldOf(target.object, `${target.path}/containers resources.requests`, `no ${missing.join(', no ')}`),
    ],
    explains: [object],
    ...(first >= 0 &&
      containers.length === 1 &&
      templateRemedy(
        'right-size',
        target,
        added(
          { path: `${target.path}/containers/${first}/name`, value: target.spec.containers[first]?.name },
          `${target.path}/containers/${first}/resources`,
          { requests: Object.fromEntries(missing.map(one => [one, one === 'cpu' ? '100m' : '128Mi'])) },
        ),
        `Give container ${target.spec.containers[first]?.name} a request of ${missing.join(' and ')}; take its size from what it uses.`,
      )),
  }
}

function bounds(object: Autoscaler, target: Workload | undefined): Suspicion | undefined {
  const { minReplicas: min = 1, maxReplicas: max } = object.spec ?? {}
  if (max === undefined || (min <= max && !(min === max && max === 1))) return undefined
  return {
    rule: 'autoscaler-bounds',
    object,
    class: 'scaling',
    statement: sentences(
      min > max
        ? `${called(object)} (HPA) has minReplicas ${min} above maxReplicas ${max}, so the API server refuses it and nothing is scaled`
        : `${called(object)} (HPA) has minReplicas and maxReplicas ${max}, so it can never scale`,
    ),
    strength: min > max ? strengths.broken : strengths.likely,
    observed: false,
    evidence: [fieldOf(object, 'spec', `minReplicas ${min}, maxReplicas ${max}`)],
    explains: target ? [target] : [],
  }
}

function* conditions(
  view: View,
  object: Autoscaler,
  target: Workload | undefined,
  explained: boolean,
): Generator<Suspicion> {
  const explains = target ? [target] : []
  for (const found of [cannotRead(view, object, explained), cannotScale(object), atMaximum(object)])
    if (found) yield { ...found, object, observed: true, explains }
}

type Told = Omit<Suspicion, 'object' | 'observed' | 'explains'>

const noApi =
  /no metrics returned|unable to fetch metrics from resource metrics API|could not find the requested resource|no known available metric versions/

function cannotRead(view: View, object: Autoscaler, explained: boolean): Told | undefined {
  const failing = object.status?.conditions.find(
    ({ type, status, reason }) =>
      type === 'ScalingActive' && status === 'False' && reason !== 'ScalingDisabled',
  )
  const event = view.cluster
    .events(object)
    .find(
      ({ warning, reason }) =>
        warning && /^FailedGet\w{0,40}Metric$|^FailedComputeMetricsReplicas$/.test(reason),
    )
  const text = failing?.message ?? event?.message
  if (text === undefined) return undefined
  const noRequest = text.includes('missing request for')
  const noServer = !noRequest && noApi.test(text)
  const why = noRequest
    ? ': a container has no resource request (missing request)'
    : noServer
      ? ': the metrics API (metrics-server or an adapter) does not answer or is not installed'
      : ''
  return {
    rule: 'autoscaler-cannot-read-metrics',
    class: noServer ? 'capability' : 'scaling',
    statement: sentences(
      `${called(object)} (HPA) cannot read its metrics and does not scale${why}`,
      plain(text, 220),
    ),
    strength: strengths.told,
    symptom: explained,
    evidence: [
      failing
        ? fieldOf(object, 'status.conditions ScalingActive', text)
        : {
            source: event?.file ?? object.file,
            detail: `${event?.about} ${event?.reason}: ${plain(text, 300)}`,
          },
    ],
  }
}

function cannotScale(object: Autoscaler): Told | undefined {
  const unable = object.status?.conditions.find(
    ({ type, status }) => type === 'AbleToScale' && status === 'False',
  )
  if (!unable || unable.reason === 'FailedGetScale') return undefined
  return {
    ...{ rule: 'autoscaler-failing', class: 'scaling', strength: strengths.likely },
    statement: sentences(
      `${called(object)} (HPA) cannot scale (${plain(unable.reason ?? 'AbleToScale is False')}): ${plain(unable.message ?? '', 200)}`,
    ),
    evidence: [fieldOf(object, 'status.conditions AbleToScale', unable.message ?? '')],
  }
}

function atMaximum(object: Autoscaler): Told | undefined {
  const { currentReplicas, desiredReplicas, conditions: told = [] } = object.status ?? {}
  const max = object.spec?.maxReplicas
  const limited = told.find(
    ({ type, status, reason }) =>
      type === 'ScalingLimited' && status === 'True' && reason === 'TooManyReplicas',
  )
  const full = max !== undefined && max > 1 && (desiredReplicas ?? currentReplicas ?? 0) >= max
  if (max === undefined || !(limited || full)) return undefined
  const more = Math.ceil(max * 1.5)
  return {
    ...{ rule: 'autoscaler-at-maximum', class: 'scaling', strength: limited ? strengths.possible : 0.28 },
    statement: sentences(
      `${called(object)} (HPA) is at its maximum: ${currentReplicas ?? desiredReplicas} of maxReplicas ${max}, so it cannot scale further`,
    ),
    evidence: [
      fieldOf(object, 'spec.maxReplicas', String(max)),
      ...(limited ? [fieldOf(object, 'status.conditions ScalingLimited', limited.message ?? '')] : []),
    ],
    ...remedy('scale', object, replaced('/spec/maxReplicas', max, more), `Let it run ${more} replicas.`),
  }
}
