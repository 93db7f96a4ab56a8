import { Secret } from '../../api/kinds/core.ts'
import { Delivery } from '../../api/kinds/delivery.ts'
import type { Proposal } from '../../api/kinds/proposal.ts'
import type { Forge } from '../../git/forges/forge.ts'
import type { Git, Remote } from '../../git/git.ts'
import { remoteOf } from '../../git/remote.ts'
import { type Context, Waiting } from '../runtime/reconciler.ts'

/** The forge of a Delivery's repository, by the Secret that it names; undefined for plain remotes. */
export type ForgeOf = (
  delivery: Pick<Delivery, 'spec'>,
  secret: Pick<Secret, 'data'> | undefined,
) => Forge | undefined

/** Where a proposal is carried out. */
export interface Place {
  git: Git
  delivery: Delivery
  remote: Remote
  /** Branch that it goes into. */
  ref: string
  forge: Forge | undefined
}

/** @throws Waiting when the Delivery or its Secret is missing, or follows no branch */
export function placeOf(
  { spec, metadata }: Proposal,
  { git, forgeOf }: { git: Git; forgeOf?: ForgeOf | undefined },
  { informer }: Pick<Context, 'informer'>,
): Place {
  const delivery = informer(Delivery).get(spec.delivery, metadata.namespace)
  if (!delivery)
    throw new Waiting(
      'DeliveryMissing',
      `Delivery ${spec.delivery} is not in namespace ${metadata.namespace}: add it, or reject this`,
      60_000,
    )
  const { credentials, ref } = delivery.spec
  const secret = credentials && informer(Secret).get(credentials.name, metadata.namespace)
  if (credentials && !secret)
    throw new Waiting(
      'SecretMissing',
      `Secret ${credentials.name}, which Delivery ${spec.delivery} names, is not there: add it`,
      60_000,
    )
  const branch = ref.replace(/^refs\/heads\//, '')
  if (branch === 'HEAD' || branch.startsWith('refs/') || /^[0-9a-f]{40}$/.test(branch))
    throw new Waiting(
      'NoBranch',
      `Delivery ${spec.delivery} follows ${ref}, which is no branch: proposals need one to go into`,
      60_000,
    )
  return {
    git,
    delivery,
    remote: remoteOf(delivery, secret),
    ref: branch,
    forge: forgeOf?.(delivery, secret),
  }
}
