import type { ClusterObject } from '../cluster.ts'
import { type Analyzer, strengths } from './analyzer.ts'
import { amount, quantity } from './quantity.ts'
import { referencesOf } from './references.ts'
import type { View } from './view.ts'
import { called, fieldOf, listed, plain, quoted, sentences } from './wording.ts'

type Claim = ClusterObject<'PersistentVolumeClaim'>

/** A claim gets no volume. */
export const claimUnbound: Analyzer = {
  name: 'claim-unbound',
  finds: 'A PersistentVolumeClaim is Pending or Lost, or no PersistentVolume of its class fits it.',
  unless: 'It is bound, or waits for its first consumer and has none.',
  rules: ['claim-pending', 'claim-lost', 'claim-fits-no-volume', 'claim-resize-failed'],
  *look(view) {
    for (const claim of view.cluster.all('PersistentVolumeClaim')) {
      const phase = claim.status?.phase
      const users = view
        .within(claim.namespace)
        .filter(workload =>
          referencesOf(workload).some(({ kind, name }) => kind === claim.kind && name === claim.name),
        )
      const events = view.cluster.events(claim)
      const warning = events.find(event => event.warning)
      const waits = events.some(({ reason }) => reason === 'WaitForFirstConsumer')
      const effect =
        users.length > 0 ? `Pods of ${listed(users.map(called), 3)} wait for it and stay Pending` : undefined
      const common = { object: claim, class: 'storage' as const, explains: users }
      if (phase === 'Lost')
        yield {
          ...{ rule: 'claim-lost', ...common, strength: strengths.told, observed: true },
          statement: sentences(
            `${called(claim)} is Lost: its PersistentVolume ${quoted(claim.spec?.volumeName ?? '')} does not exist any more`,
            effect,
          ),
          evidence: [fieldOf(claim, 'status.phase', phase)],
        }
      else if (phase === 'Pending' && (warning || !waits || users.length > 0))
        yield {
          ...{ rule: 'claim-pending', ...common, observed: true },
          strength: warning ? strengths.told : users.length > 0 ? strengths.likely : strengths.possible,
          statement: sentences(
            `PersistentVolumeClaim (PVC) ${claim.namespace}/${plain(claim.name)} is Pending (unbound): class ${quoted(claim.spec?.storageClassName ?? 'default')}, ${claim.spec?.accessModes.join(', ') || 'no access mode'}, ${claim.spec?.resources?.requests.get('storage') ?? 'no size'}`,
            warning && `${plain(warning.reason)}: ${plain(warning.message, 200)}`,
            effect,
          ),
          evidence: [
            fieldOf(claim, 'status.phase', phase),
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
      else if (warning && /Resiz|Expan/.test(warning.reason))
        yield {
          ...{ rule: 'claim-resize-failed', ...common, strength: strengths.told, observed: true },
          statement: sentences(`${called(claim)} can not be resized: ${plain(warning.message, 250)}`),
          evidence: [
            {
              source: warning.file,
              detail: `${warning.about} ${warning.reason}: ${plain(warning.message, 300)}`,
            },
          ],
        }
      else if (phase === undefined) {
        const misfit = fitsNone(view, claim)
        if (misfit)
          yield {
            ...{ rule: 'claim-fits-no-volume', ...common, strength: strengths.likely, observed: false },
            statement: sentences(
              `PersistentVolumeClaim (PVC) ${claim.namespace}/${plain(claim.name)} cannot be bound (stays Pending): ${misfit.text}`,
              effect,
            ),
            evidence: [
              fieldOf(claim, 'spec', misfit.asked),
              ...misfit.volumes.map(volume =>
                fieldOf(
                  volume,
                  'spec',
                  `${volume.spec?.accessModes.join(', ')}, ${volume.spec?.capacity.get('storage')}, class ${volume.spec?.storageClassName ?? ''}`,
                ),
              ),
            ],
          }
      }
    }
  },
}

/** Volumes without a provisioner that were made for this claim, as it seems, and do not fit. */
function fitsNone({ cluster }: View, { spec, namespace, name }: Claim) {
  const storageClass = spec?.storageClassName ?? ''
  const dynamic = cluster
    .all('StorageClass')
    .some(
      one =>
        one.name === storageClass && one.provisioner !== undefined && !/no-provisioner/.test(one.provisioner),
    )
  const volumes = cluster.all('PersistentVolume')
  if (dynamic || volumes.length === 0 || spec === undefined) return undefined
  const wanted = quantity(spec.resources?.requests.get('storage')) ?? 0
  const asked = `${spec.accessModes.join(', ')}, ${spec.resources?.requests.get('storage') ?? ''}, class ${storageClass}`
  const faults = volumes
    .filter(
      ({ spec: of }) =>
        of?.claimRef === undefined || (of.claimRef.name === name && of.claimRef.namespace === namespace),
    )
    .map(volume => {
      const of = volume.spec
      const size = quantity(of?.capacity.get('storage'))
      return {
        volume,
        faults: [
          ...((of?.storageClassName ?? '') === storageClass
            ? []
            : [`its class is ${quoted(of?.storageClassName ?? '')}, not ${quoted(storageClass)}`]),
          ...spec.accessModes
            .filter(mode => of && !of.accessModes.includes(mode))
            .map(mode => `it has access mode ${of?.accessModes.join(', ')}, not ${mode}`),
          ...(size !== undefined && size < wanted
            ? [`it holds ${amount(size, 'storage')}, less than ${amount(wanted, 'storage')}`]
            : []),
        ],
      }
    })
  if (faults.length === 0 || faults.some(one => one.faults.length === 0)) return undefined
  const [nearest] = faults.sort((a, b) => a.faults.length - b.faults.length)
  return {
    asked,
    volumes: faults.slice(0, 3).map(({ volume }) => volume),
    text: `no PersistentVolume fits. The nearest is ${quoted(nearest?.volume.name ?? '')}: ${nearest?.faults.join('; ')}`,
  }
}
