import type { ClusterObject } from '../cluster.ts'
import { type Analyzer, type Suspicion, strengths } from './analyzer.ts'
import { amount, quantity } from './quantity.ts'
import { referencesOf } from './references.ts'
import type { View } from './view.ts'
import { called, fieldOf, listed, plain, quoted, sentences } from './wording.ts'

type Claim = ClusterObject<'PersistentVolumeClaim'>
type Volume = ClusterObject<'PersistentVolume'>
type Fault = Pick<Suspicion, 'rule' | 'statement' | 'strength' | 'observed' | 'evidence'>

/** A claim gets no volume. */
export const claimUnbound: Analyzer = {
  name: 'claim-unbound',
  finds: 'A PersistentVolumeClaim is Pending or Lost, or no PersistentVolume of its class fits it.',
  unless: 'It is bound, or waits for its first consumer and has none.',
  rules: ['claim-pending', 'claim-lost', 'claim-fits-no-volume', 'claim-resize-failed'],
  *look(view) {
    for (const claim of view.cluster.all('PersistentVolumeClaim')) {
      const users = view
        .within(claim.namespace)
        .filter(workload =>
          referencesOf(workload).some(({ kind, name }) => kind === claim.kind && name === claim.name),
        )
      const effect =
        users.length > 0 ? `Pods of ${listed(users.map(called), 3)} wait for it and stay Pending` : undefined
      const fault =
        lost(claim, effect) ??
        pending(view, claim, effect) ??
        resize(view, claim) ??
        misfit(view, claim, effect)
      if (fault) yield { ...fault, object: claim, class: 'storage', explains: users }
    }
  },
}

const named = ({ namespace, name }: Claim): string =>
  `PersistentVolumeClaim (PVC) ${namespace}/${plain(name)}`

const lost = (claim: Claim, effect: string | undefined): Fault | undefined =>
  claim.status?.phase === 'Lost'
    ? {
        ...{ rule: 'claim-lost', strength: strengths.told, observed: true },
        statement: sentences(
          `${named(claim)} is Lost: its PersistentVolume ${quoted(claim.spec?.volumeName ?? '')} does not exist any more`,
          effect,
        ),
        evidence: [fieldOf(claim, 'status.phase', 'Lost')],
      }
    : undefined

function pending(view: View, claim: Claim, effect: string | undefined): Fault | undefined {
  if (claim.status?.phase !== 'Pending') return undefined
  const events = view.cluster.events(claim)
  const warning = events.find(event => event.warning)
  const waits = events.some(({ reason }) => reason === 'WaitForFirstConsumer')
  if (!warning && waits && effect === undefined) return undefined
  const { storageClassName = 'default', accessModes = [], resources } = claim.spec ?? {}
  return {
    ...{ rule: 'claim-pending', observed: true },
    strength: warning ? strengths.told : effect === undefined ? strengths.possible : strengths.likely,
    statement: sentences(
      `${named(claim)} is Pending (unbound): class ${quoted(storageClassName)}, ${accessModes.join(', ') || 'no access mode'}, ${resources?.requests.get('storage') ?? 'no size'}`,
      warning && `${plain(warning.reason)}: ${plain(warning.message, 200)}`,
      effect,
    ),
    evidence: [
      fieldOf(claim, 'status.phase', 'Pending'),
      ...(warning
        ? [
            {
              source: warning.file,
              detail: `${warning.about} ${warning.reason}: ${plain(warning.message, 300)}`,
            },
          ]
        : []),
    ],
  }
}

function resize(view: View, claim: Claim): Fault | undefined {
  const warning = view.cluster.events(claim).find(event => event.warning && /Resiz|Expan/.test(event.reason))
  return (
    warning && {
      ...{ rule: 'claim-resize-failed', strength: strengths.told, observed: true },
      statement: sentences(`${named(claim)} can not be resized: ${plain(warning.message, 250)}`),
      evidence: [
        {
          source: warning.file,
          detail: `${warning.about} ${warning.reason}: ${plain(warning.message, 300)}`,
        },
      ],
    }
  )
}

/** Volumes that nobody provisions are there, and none is what the claim asks for. */
function misfit({ cluster }: View, claim: Claim, effect: string | undefined): Fault | undefined {
  const { spec, status } = claim
  const storageClass = spec?.storageClassName ?? ''
  const dynamic = cluster
    .all('StorageClass')
    .some(
      ({ name, provisioner }) => name === storageClass && provisioner && !/no-provisioner/.test(provisioner),
    )
  if (dynamic || spec === undefined || status?.phase !== undefined) return undefined
  const misfits = cluster
    .all('PersistentVolume')
    .filter(volume => isFor(volume, claim))
    .map(volume => ({ volume, faults: faultsOf(volume, claim) }))
    .sort((a, b) => a.faults.length - b.faults.length)
  const [nearest] = misfits
  if (!nearest || nearest.faults.length === 0) return undefined
  const asked = `${spec.accessModes.join(', ')}, ${spec.resources?.requests.get('storage') ?? ''}, class ${storageClass}`
  return {
    ...{ rule: 'claim-fits-no-volume', strength: strengths.likely, observed: false },
    statement: sentences(
      `${named(claim)} cannot be bound (stays Pending): no PersistentVolume fits`,
      `The nearest is ${quoted(nearest.volume.name)}: ${nearest.faults.join('; ')} (mismatch)`,
      effect,
    ),
    evidence: [
      fieldOf(claim, 'spec', asked),
      ...misfits.slice(0, 3).map(({ volume, faults }) => fieldOf(volume, 'spec', faults.join('; '))),
    ],
  }
}

const isFor = ({ spec }: Volume, { namespace, name }: Claim): boolean =>
  spec?.claimRef === undefined || (spec.claimRef.name === name && spec.claimRef.namespace === namespace)

function faultsOf({ spec: of }: Volume, { spec }: Claim): string[] {
  const [size, wanted] = [
    quantity(of?.capacity.get('storage')),
    quantity(spec?.resources?.requests.get('storage')),
  ]
  const [has, asks] = [of?.storageClassName ?? '', spec?.storageClassName ?? '']
  const modes = spec?.accessModes.filter(mode => of && !of.accessModes.includes(mode)) ?? []
  return [
    ...(has === asks ? [] : [`its class is ${quoted(has)}, not ${quoted(asks)}`]),
    ...modes.map(mode => `it has access mode ${of?.accessModes.join(', ')}, not ${mode}`),
    ...(size !== undefined && wanted !== undefined && size < wanted
      ? [`it holds ${amount(size, 'storage')}, less than ${amount(wanted, 'storage')}`]
      : []),
  ]
}
