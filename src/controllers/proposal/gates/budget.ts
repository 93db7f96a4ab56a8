import type { Kind, Resource } from '../../../api/kind.ts'
import { Budget } from '../../../api/kinds/budget.ts'
import { parseQuantity } from '../../../lib/quantity.ts'
import type { ChangedObject } from '../../../policy/risk.ts'
import { closed, listed, open, type ProposalGate, type Question } from './gate.ts'
import { addTo, type Needs, needsOf } from './needs.ts'

/**
 * What it costs: requests, limits and pods against the ResourceQuotas of the namespace, and what routes may spend
 * against Budgets. Closed when a quota has no room for what would be needed more.
 */
export const budget: ProposalGate = {
  name: 'budget',
  async check(question) {
    const { objects } = question.rendered
    const more = new Map<string, Needs>()
    for (const { namespace = '', before, after } of objects) {
      const needs = more.get(namespace) ?? new Map<string, number>()
      addTo(needs, needsOf(after), 1)
      addTo(needs, needsOf(before), -1)
      more.set(namespace, needs)
    }
    const faults: string[] = []
    const notes: string[] = []
    for (const [namespace, needs] of [...more].sort(([a], [b]) => (a < b ? -1 : 1))) {
      for (const quota of quotasOf(question, namespace, objects)) faults.push(...exceeded(quota, needs))
      const shown = [...needs].filter(([, amount]) => amount !== 0).sort()
      if (shown.length > 0)
        notes.push(`${namespace}: ${shown.map(([name, amount]) => signed(name, amount)).join(', ')}`)
    }
    notes.push(...budgetNotes(question))
    if (faults.length > 0) return closed(listed(faults))
    return open(listed(notes) || 'it costs nothing more')
  },
}

/** Quotas of a namespace, as they would be with this change. */
function quotasOf(
  { kinds, context }: Question,
  namespace: string,
  objects: readonly ChangedObject[],
): Resource[] {
  const kind: Kind | undefined = kinds.find(other => other.kind === 'ResourceQuota' && other.group === '')
  const found = kind ? (context.informer(kind).list(namespace) as unknown as Resource[]) : []
  return found.map(quota => {
    const changed = objects.find(
      object =>
        object.kind === 'ResourceQuota' &&
        object.name === quota.metadata.name &&
        object.namespace === namespace,
    )
    return changed?.after ? { ...quota, spec: changed.after.spec } : quota
  })
}

function exceeded(quota: Resource, needs: Needs): string[] {
  const {
    hard = {},
    scopes,
    scopeSelector,
  } = (quota.spec ?? {}) as {
    hard?: Record<string, unknown>
    scopes?: unknown
    scopeSelector?: unknown
  }
  // Which pods a scoped quota counts can not be told from here.
  if (scopes !== undefined || scopeSelector !== undefined) return []
  const used = (quota.status as { used?: Record<string, unknown> } | undefined)?.used ?? {}
  return Object.entries(hard).flatMap(([name, limit]) => {
    const more = needs.get(aliases[name] ?? name) ?? 0
    const [most, now] = [parseQuantity(limit), parseQuantity(used[name])]
    if (more <= 0 || most === undefined || now === undefined || now + more <= most) return []
    return [
      `ResourceQuota ${quota.metadata.name} allows ${name} ${String(limit)}, ${String(used[name])} is used and ${round(more)} more is needed: raise it, or ask for less`,
    ]
  })
}

/** Old names of quotas. */
const aliases: Readonly<Record<string, string>> = { cpu: 'requests.cpu', memory: 'requests.memory' }

const round = (value: number): number => Number(value.toPrecision(6))

function signed(name: string, amount: number): string {
  const isBytes = /\.(memory|ephemeral-storage)$/.test(name)
  const shown = isBytes ? `${round(amount / 2 ** 20)} MiB` : `${round(amount)}`
  return `${amount > 0 ? '+' : ''}${shown} ${name}`
}

/** What bounds the spending of touched routes, and which Budgets move. */
function budgetNotes({ rendered: { objects }, context }: Question): string[] {
  const moved = objects
    .filter(({ kind, before, after }) => kind === Budget.kind && before && after)
    .map(({ name, before, after }) => {
      const of = (object: Resource | undefined) => {
        const { usd, tokens } = (object?.spec ?? {}) as { usd?: number; tokens?: number }
        return usd === undefined ? `${tokens ?? 0} tokens` : `${usd} USD`
      }
      return `Budget ${name} goes from ${of(before)} to ${of(after)}`
    })
  const routes = objects.filter(({ kind }) => kind === 'ModelRoute')
  const bounded = routes.map(({ name, namespace }) => {
    const budgets = context
      .informer(Budget)
      .list(namespace)
      .filter(({ spec }) => spec.routes === undefined || spec.routes.includes(name))
      .map(({ metadata }) => metadata.name)
      .sort()
    return budgets.length > 0
      ? `what ModelRoute ${name} spends is bounded by ${budgets.join(', ')}`
      : `no Budget bounds what ModelRoute ${name} spends`
  })
  return [...moved, ...bounded]
}
