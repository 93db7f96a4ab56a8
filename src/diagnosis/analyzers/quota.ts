import type { ClusterObject } from '../cluster.ts'
import { type Analyzer, type Suspicion, strengths } from './analyzer.ts'
import { amount, quantity } from './quantity.ts'
import { pointer, remedy, replaced } from './remedies.ts'
import { amountsOf, askedBy } from './requests.ts'
import { seenOf } from './seen.ts'
import { healthOf, type View, type Workload } from './view.ts'
import { called, fieldOf, listed, plural, quoted, sentences } from './wording.ts'

type Quota = ClusterObject<'ResourceQuota'>

/** Workloads of a namespace want more than its ResourceQuota gives, or do not say what the quota needs to know. */
export const quota: Analyzer = {
  name: 'quota',
  finds:
    'Pods of a namespace want more CPU, memory, devices or pods than its ResourceQuota allows, or lack requests or limits that it demands.',
  unless: 'The quota has scopes, a LimitRange fills in defaults, or all pods are there.',
  rules: ['quota-exceeded', 'quota-needs-requests', 'quota-used-up'],
  *look(view) {
    for (const object of view.cluster.all('ResourceQuota')) {
      const scoped =
        (object.spec?.scopes.length ?? 0) > 0 ||
        (object.spec?.scopeSelector?.matchExpressions.length ?? 0) > 0
      if (scoped) continue
      const workloads = view
        .within(object.namespace)
        .filter(({ replicas, finite }) => replicas !== 0 && !finite)
      yield* unsaid(view, object, workloads)
      yield* exceeded(view, object, workloads)
      yield* usedUp(object, workloads)
    }
  },
}

const limitsOf = (object: Quota): ReadonlyMap<string, string> =>
  object.status?.hard.size ? object.status.hard : (object.spec?.hard ?? new Map())

/** Name of the resource in containers, and whether requests or limits count. */
function counted(name: string): { of: 'requests' | 'limits'; resource: string } | undefined {
  if (name.startsWith('limits.')) return { of: 'limits', resource: name.slice(7) }
  if (name.startsWith('requests.') && name !== 'requests.storage')
    return { of: 'requests', resource: name.slice(9) }
  return name === 'cpu' || name === 'memory' ? { of: 'requests', resource: name } : undefined
}

function wanted(name: string, workload: Workload, view: View): number | undefined {
  if (name === 'pods' || name === 'count/pods') return 1
  const what = counted(name)
  if (!what) return undefined
  return askedBy(withDefaults(workload, view), what.of).get(what.resource)
}

/** What a LimitRange gives containers that do not say it. */
function withDefaults(workload: Workload, view: View): Pick<Workload, 'spec'> {
  const limits = view.cluster
    .all('LimitRange', workload.namespace)
    .flatMap(({ spec }) => spec?.limits.filter(({ type }) => type === 'Container') ?? [])
  if (limits.length === 0) return workload
  const fill = limits.flatMap(one => [...one.default])
  const ask = limits.flatMap(one => [...one.default, ...one.defaultRequest])
  const filled = (one: Workload['spec']['containers'][number]) => ({
    ...one,
    resources: {
      claims: [],
      requests: new Map([...ask, ...(one.resources?.limits ?? []), ...(one.resources?.requests ?? [])]),
      limits: new Map([...fill, ...(one.resources?.limits ?? [])]),
    },
  })
  return {
    spec: {
      ...workload.spec,
      containers: workload.spec.containers.map(filled),
      initContainers: workload.spec.initContainers.map(filled),
    },
  }
}

function* unsaid(view: View, object: Quota, workloads: readonly Workload[]): Generator<Suspicion> {
  for (const workload of workloads) {
    if (healthOf(workload) === 'healthy' || workload.spec.containers.length === 0) continue
    const { spec } = withDefaults(workload, view)
    const missing = [...limitsOf(object).keys()].filter(name => {
      const what = counted(name)
      return (
        what &&
        (what.resource === 'cpu' || what.resource === 'memory') &&
        spec.containers.some(({ resources }) => !amountsOf(resources, what.of).has(what.resource))
      )
    })
    if (missing.length === 0) continue
    const seen = seenOf(view, workload, /failed quota|must specify/)
    yield {
      rule: 'quota-needs-requests',
      object: workload,
      class: 'quota',
      statement: sentences(
        `${called(workload)}: no pod can be created (FailedCreate), because ${called(object)} limits ${listed(missing)} and its containers do not specify ${listed(missing.map(name => (name.startsWith('limits.') ? `a ${name.slice(7)} limit` : `a ${name.replace('requests.', '')} request`)))} (missing)`,
        seen?.text,
      ),
      strength: seen ? strengths.told : strengths.broken,
      observed: seen !== undefined,
      evidence: [
        fieldOf(object, 'spec.hard', missing.join(', ')),
        fieldOf(workload.object, `${workload.path}/containers resources`, `no ${missing.join(', no ')}`),
        ...(seen?.evidence ?? []),
      ],
      explains: workload.pods,
    }
  }
}

function* exceeded(view: View, object: Quota, workloads: readonly Workload[]): Generator<Suspicion> {
  for (const [name, text] of limitsOf(object)) {
    const hard = quantity(text)
    if (hard === undefined) continue
    const asks = workloads.flatMap(workload => {
      const each = wanted(name, workload, view)
      return each === undefined
        ? []
        : [{ workload, each, all: each * (workload.replicas ?? workload.pods.length) }]
    })
    const sum = asks.reduce((total, { all }) => total + all, 0)
    if (sum <= hard) continue
    const [largest] = asks.toSorted((a, b) => b.all - a.all)
    if (!largest || asks.every(({ workload }) => healthOf(workload) === 'healthy')) continue
    const { workload, each, all } = largest
    const resource = counted(name)?.resource ?? name
    const seen = asks.map(ask => seenOf(view, ask.workload, /exceeded quota/)).find(Boolean)
    const fits = Math.floor((hard - (sum - all)) / each)
    yield {
      rule: 'quota-exceeded',
      object: workload,
      class: 'quota',
      statement: sentences(
        `${called(workload)} exceeds ${called(object)}: ${each > hard ? `one pod needs ${amount(each, resource)} of ${name}` : `${plural(workload.replicas ?? 1, 'replica')} of ${amount(each, resource)} ${name} need ${amount(all, resource)}`}${sum > all ? `, with the other workloads ${amount(sum, resource)}` : ''}, and the quota allows ${amount(hard, resource)} (exceeded quota)`,
        each > hard
          ? 'No pod can be created (FailedCreate)'
          : `Only ${Math.max(0, fits)} of its pods can be created (FailedCreate)`,
        seen?.text,
      ),
      strength: seen ? strengths.told : strengths.broken,
      observed: seen !== undefined,
      evidence: [
        fieldOf(object, `spec.hard["${name}"]`, text),
        fieldOf(
          workload.object,
          `${workload.path}/containers resources`,
          `${name} ${amount(each, resource)} for each of ${workload.replicas ?? 1} replicas`,
        ),
        ...(seen?.evidence ?? []),
      ],
      explains: [
        ...workload.pods,
        ...asks
          .filter(ask => ask.workload !== workload)
          .slice(0, 20)
          .map(ask => ask.workload),
      ],
      ...(object.spec?.hard.has(name) &&
        remedy(
          'tune-quota',
          object,
          replaced(
            `/spec/hard/${pointer(name)}`,
            (object.raw.spec as { hard?: Record<string, unknown> } | undefined)?.hard?.[name],
            amount(sum, resource),
          ),
          `Allow ${amount(sum, resource)} of ${name}, which the workloads of the namespace need.`,
        )),
    }
  }
}

function* usedUp(object: Quota, workloads: readonly Workload[]): Generator<Suspicion> {
  const full = [...(object.status?.used ?? [])].filter(([name, used]) => {
    const [of, hard] = [quantity(used), quantity(object.status?.hard.get(name))]
    return of !== undefined && hard !== undefined && hard > 0 && of >= hard
  })
  const short = workloads.filter(
    ({ pods, replicas }) => replicas !== undefined && pods.length > 0 && pods.length < replicas,
  )
  if (full.length === 0) return
  yield {
    rule: 'quota-used-up',
    object,
    class: 'quota',
    statement: sentences(
      `${called(object)} is used up: ${listed(full.map(([name, used]) => `${quoted(name)} ${used} of ${object.status?.hard.get(name)}`))}, so no further pod that needs more can be created`,
    ),
    strength: short.length > 0 ? strengths.likely : strengths.hint,
    observed: true,
    evidence: full.slice(0, 4).map(([name, used]) => fieldOf(object, `status.used["${name}"]`, used)),
    explains: short,
  }
}
