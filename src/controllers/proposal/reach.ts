import { Autonomy } from '../../api/kinds/autonomy.ts'
import { Namespace } from '../../api/kinds/core.ts'
import type { Proposal } from '../../api/kinds/proposal.ts'
import { type Effective, effective } from '../../policy/autonomy.ts'
import { byAutomation } from '../../policy/autonomy-approvals.ts'
import { type Risk, riskOf } from '../../policy/risk.ts'
import type { Context } from '../runtime/reconciler.ts'
import type { Place } from './place.ts'
import type { Rendered } from './rendering.ts'

/** Label of namespaces that says what they are for, such as `production`. */
export const ENVIRONMENT = 'keelway.dev/environment'

type Cached = Pick<Context, 'informer'>

export const environmentOf = (namespace: string, { informer }: Cached): string =>
  informer(Namespace).get(namespace)?.metadata.labels?.[ENVIRONMENT] ?? namespace

/** What holds for a proposal: Autonomies of its namespace and of every namespace that it reaches. */
export function policyFor({ metadata, status }: Proposal, { informer }: Cached): Effective {
  const reached = (status?.objects ?? []).flatMap(({ namespace }) => namespace ?? [])
  return effective(informer(Autonomy).list(), [metadata.namespace ?? '', ...reached])
}

/**
 * Its class of risk. What is restored was good before when the Delivery had applied that commit, or when it was the
 * content before a proposal that is taken back.
 */
export function riskFor(
  { spec }: Proposal,
  rendered: Rendered,
  place: Place,
  reverted: Proposal | undefined,
  { informer }: Cached,
): Risk {
  const production = new Set(
    informer(Namespace)
      .list()
      .filter(({ metadata }) => /^prod/i.test(metadata.labels?.[ENVIRONMENT] ?? ''))
      .map(({ metadata }) => metadata.name),
  )
  const applied = new Set([
    ...(place.delivery.status?.history ?? [])
      .filter(({ result }) => result === 'applied')
      .map(({ revision }) => revision),
    ...(reverted?.status?.merge ? [reverted.status.merge.onto] : []),
  ])
  const restores = spec.changes.every(({ restore }) => restore !== undefined && applied.has(restore))
  return riskOf({ ...rendered, restores, production })
}

/** Everybody who made it, or for whom it was made. */
export const authorsOf = ({ spec }: Pick<Proposal, 'spec'>): string[] =>
  [spec.createdBy, spec.onBehalfOf].filter(name => name !== undefined)

export const isAutomatic = ({ spec }: Pick<Proposal, 'spec'>): boolean => byAutomation(spec.createdBy)
