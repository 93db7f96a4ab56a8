import { type Analyzer, strengths } from './analyzer.ts'
import { quantity } from './quantity.ts'
import { called, fieldOf, listed, plain, quoted, sentences } from './wording.ts'

/** Storage objects that will make trouble. */
export const storageOdd: Analyzer = {
  name: 'storage-odd',
  finds:
    'Several default StorageClasses, a deprecated provisioner, a failed or released volume, or a claim that is tiny or of no class.',
  unless: 'Nothing withdraws it; all but a failed volume are hints only.',
  rules: [
    'several-default-classes',
    'deprecated-provisioner',
    'volume-failed',
    'volume-released',
    'tiny-claim',
    'claim-without-class',
  ],
  *look({ cluster }) {
    const classes = cluster.all('StorageClass')
    const isDefault = (one: (typeof classes)[number]) =>
      /^true$/.test(
        one.metadata.annotations.get('storageclass.kubernetes.io/is-default-class') ??
          one.metadata.annotations.get('storageclass.beta.kubernetes.io/is-default-class') ??
          '',
      )
    const defaults = classes.filter(isDefault)
    const hint = { class: 'storage' as const, observed: false, strength: strengths.hint }
    if (defaults.length > 1 && defaults[0])
      yield {
        ...{ rule: 'several-default-classes', object: defaults[0], ...hint },
        statement: sentences(
          `StorageClasses ${listed(defaults.map(({ name }) => quoted(name)))} are all marked as the default, so which one claims get depends on their age`,
        ),
        evidence: defaults.slice(0, 4).map(one => fieldOf(one, 'annotation is-default-class', 'true')),
      }
    for (const one of classes)
      if (
        /^kubernetes\.io\/(aws-ebs|gce-pd|azure-disk|azure-file|cinder|vsphere-volume|glusterfs|rbd|cephfs|flocker|quobyte|storageos|scaleio|portworx-volume)$/.test(
          one.provisioner ?? '',
        )
      )
        yield {
          ...{ rule: 'deprecated-provisioner', object: one, ...hint },
          statement: sentences(
            `${called(one)} uses provisioner ${quoted(one.provisioner ?? '')}, which Kubernetes no longer has; a CSI driver took its place`,
          ),
          evidence: [fieldOf(one, 'provisioner', one.provisioner ?? '')],
        }
    for (const volume of cluster.all('PersistentVolume')) {
      const phase = volume.status?.phase
      if (phase !== 'Failed' && phase !== 'Released') continue
      yield {
        ...{
          rule: phase === 'Failed' ? 'volume-failed' : 'volume-released',
          object: volume,
          class: 'storage',
          observed: true,
        },
        strength: phase === 'Failed' ? strengths.possible : strengths.hint,
        statement: sentences(
          `${called(volume)} is ${phase}: ${plain(volume.status?.message ?? volume.status?.reason ?? 'its claim is gone, and nobody can use it until it is cleaned')}`,
        ),
        evidence: [fieldOf(volume, 'status.phase', phase)],
      }
    }
    for (const claim of cluster.all('PersistentVolumeClaim')) {
      const size = quantity(claim.spec?.resources?.requests.get('storage'))
      if (size !== undefined && size > 0 && size < 2 ** 20)
        yield {
          ...{ rule: 'tiny-claim', object: claim, ...hint },
          statement: sentences(
            `${called(claim)} asks for ${size} bytes of storage only; a unit such as Gi may be missing`,
          ),
          evidence: [
            fieldOf(
              claim,
              'spec.resources.requests.storage',
              claim.spec?.resources?.requests.get('storage') ?? '',
            ),
          ],
        }
      if (
        claim.spec &&
        claim.spec.storageClassName === undefined &&
        claim.status?.phase !== 'Bound' &&
        cluster.knows('StorageClass') === 'listed' &&
        defaults.length === 0
      )
        yield {
          ...{
            rule: 'claim-without-class',
            object: claim,
            class: 'storage',
            observed: claim.status?.phase === 'Pending',
          },
          strength: strengths.likely,
          statement: sentences(
            `${called(claim)} names no StorageClass and none is marked as the default, so no volume is provisioned for it`,
          ),
          evidence: [fieldOf(claim, 'spec.storageClassName', 'absent')],
        }
    }
  },
}
