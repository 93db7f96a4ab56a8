import type { AnyObject } from '../cluster.ts'
import type { Place } from './analyzer.ts'
import { type Analyzer, strengths } from './analyzer.ts'
import { nearest, thereIs } from './labels.ts'
import { referencesOf } from './references.ts'
import { remedy, replaced } from './remedies.ts'
import type { View } from './view.ts'
import { called, fieldOf, listed, plain, quoted, sentences } from './wording.ts'

/** Classes that platforms bring along. */
const usual = new Set(
  'standard standard-rwo premium-rwo standard-rwx gp2 gp3 default managed managed-csi managed-premium managed-csi-premium azurefile azurefile-csi local-path hostpath do-block-storage longhorn rook-ceph-block microk8s-hostpath linode-block-storage hcloud-volumes ebs-sc efs-sc csi-hostpath-sc oci-bv vultr-block-storage'.split(
    ' ',
  ),
)

interface Ask {
  object: AnyObject
  /** The claim, or what it is made for. */
  what: string
  storageClass: string
  path: string
  users: readonly Place[]
  claim?: string
}

/** A claim asks for a StorageClass that does not exist. */
export const storageClassAbsent: Analyzer = {
  name: 'storage-class-absent',
  finds: 'A PersistentVolumeClaim, or a template of one, names a StorageClass that does not exist.',
  unless:
    'The claim is bound, a volume of that class waits for it, or the class is one that platforms bring along.',
  rules: ['storage-class-absent'],
  *look(view) {
    const { cluster } = view
    for (const { object, what, storageClass, path, users, claim } of asksOf(view)) {
      const bound =
        claim === undefined
          ? undefined
          : cluster.get('PersistentVolumeClaim', object.namespace, claim)?.status?.phase
      if (bound === 'Bound') continue
      const events = cluster
        .events(object)
        .filter(({ message }) => /storageclass\S* .{0,260}not found/i.test(message))
      const known = cluster.lacks('StorageClass', '', storageClass)
      if (events.length === 0 && (!known || (known === 'declared' && usual.has(storageClass)))) continue
      if (cluster.all('PersistentVolume').some(({ spec }) => spec?.storageClassName === storageClass))
        continue
      const assumed = events.length === 0 && known === 'declared'
      const names = cluster.all('StorageClass').map(({ name }) => name)
      const near = nearest(storageClass, names)
      yield {
        rule: 'storage-class-absent',
        object,
        class: 'storage',
        statement: sentences(
          `${what} asks for StorageClass ${quoted(storageClass)}, which does not exist (not found)${names.length > 0 ? `; ${thereIs('StorageClass', storageClass, names)}` : ''}`,
          `The PVC stays Pending because no volume is provisioned${users.length > 0 ? `, and the pods of ${listed(users.map(called), 3)} that mount it stay Pending (unbound PersistentVolumeClaim)` : ''}`,
        ),
        strength: events.length > 0 ? strengths.told : assumed ? strengths.guess : strengths.broken,
        assumed,
        observed: events.length > 0 || bound === 'Pending',
        evidence: [
          fieldOf(object, path, storageClass),
          ...events.slice(0, 2).map(({ file, about, reason, message }) => ({
            source: file,
            detail: `${about} ${reason}: ${plain(message, 300)}`,
          })),
        ],
        explains: users,
        ...(near !== undefined &&
          path.startsWith('/') &&
          remedy(
            'fix-reference',
            object,
            replaced(path, storageClass, near),
            `Ask for StorageClass ${near}, which exists.`,
          )),
      }
    }
  },
}

function* asksOf(view: View): Generator<Ask> {
  for (const claim of view.cluster.all('PersistentVolumeClaim')) {
    const storageClass = claim.spec?.storageClassName
    if (!storageClass) continue
    const users = view
      .within(claim.namespace)
      .filter(workload =>
        referencesOf(workload).some(({ kind, name }) => kind === claim.kind && name === claim.name),
      )
    yield {
      object: claim,
      what: `PersistentVolumeClaim (PVC) ${claim.namespace}/${plain(claim.name)}`,
      storageClass,
      path: '/spec/storageClassName',
      users,
      claim: claim.name,
    }
  }
  for (const set of view.cluster.all('StatefulSet'))
    for (const [index, { metadata, spec }] of (set.spec?.volumeClaimTemplates ?? []).entries())
      if (spec?.storageClassName)
        yield {
          object: set,
          what: `${called(set)}: its PersistentVolumeClaim template ${quoted(metadata?.name ?? '')}`,
          storageClass: spec.storageClassName,
          path: `/spec/volumeClaimTemplates/${index}/spec/storageClassName`,
          users: [set],
          claim: `${metadata?.name ?? ''}-${set.name}-0`,
        }
}
