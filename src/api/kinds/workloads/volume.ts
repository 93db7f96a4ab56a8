import { z } from 'zod'
import { flag, list, open, part, quantities, quantity, selector, text, texts, whole } from './fields.ts'

const items = () =>
  list(
    z.object({
      key: z.string().max(253).describe('Key.'),
      path: z.string().max(4096).describe('File it becomes.'),
      mode: whole('Rights of the file.'),
    }),
    'Which keys become which files; all where absent.',
  )

const downwardItems = () =>
  list(
    z.object({
      path: z.string().describe('File it becomes.'),
      fieldRef: part(
        {
          apiVersion: z.string().default('v1').describe('API version of the field.'),
          fieldPath: z.string().describe('Such as metadata.labels.'),
        },
        'A field of the Pod.',
      ),
      resourceFieldRef: open('What a container may use.'),
      mode: whole('Rights of the file.'),
    }),
    'Fields that become files.',
  )

const projected = () =>
  part(
    {
      defaultMode: whole('Rights of the files; 0644 where absent.'),
      sources: list(
        z.object({
          configMap: part(
            { name: text('Its name.'), items: items(), optional: flag('Whether it may be missing.') },
            'A ConfigMap.',
          ),
          secret: part(
            { name: text('Its name.'), items: items(), optional: flag('Whether it may be missing.') },
            'A Secret.',
          ),
          downwardAPI: part({ items: downwardItems() }, 'Fields of the Pod.'),
          serviceAccountToken: part(
            {
              audience: text('Whom the token is for.'),
              expirationSeconds: whole('Seconds until it is renewed.'),
              path: z.string().describe('File it becomes.'),
            },
            'A token of the ServiceAccount.',
          ),
          clusterTrustBundle: open('Certificates of the cluster.'),
          podCertificate: open('A certificate for the Pod.'),
        }),
        'What is put together.',
      ),
    },
    'Several sources in one folder.',
  )

/** What a PersistentVolumeClaim asks for; also of claims that a StatefulSet or an ephemeral volume makes. */
export const ClaimSpec = z.object({
  accessModes: texts('ReadWriteOnce, ReadOnlyMany, ReadWriteMany or ReadWriteOncePod.'),
  resources: part(
    { requests: quantities('storage: its size.'), limits: quantities('storage: its size at most.') },
    'How large it is.',
  ),
  storageClassName: text('StorageClass it comes from; the default one where absent, none where empty.'),
  volumeName: text('PersistentVolume it is bound to.'),
  volumeMode: z.enum(['Filesystem', 'Block']).default('Filesystem').describe('Filesystem or Block.'),
  volumeAttributesClassName: text('VolumeAttributesClass that sets its performance.'),
  selector: selector('Which PersistentVolumes may be bound.'),
  dataSource: open('What it is filled from.'),
  dataSourceRef: open('What it is filled from, of any kind.'),
})

export const Volume = z.object({
  name: z.string().max(253).describe('Name, unique in the Pod.'),
  configMap: part(
    {
      name: z.string().max(253).default('').describe('Its name.'),
      items: items(),
      defaultMode: whole('Rights of the files; 0644 where absent.'),
      optional: flag('Whether it may be missing.'),
    },
    'A ConfigMap as files.',
  ),
  secret: part(
    {
      secretName: text('Its name.'),
      items: items(),
      defaultMode: whole('Rights of the files; 0644 where absent.'),
      optional: flag('Whether it may be missing.'),
    },
    'A Secret as files.',
  ),
  persistentVolumeClaim: part(
    {
      claimName: z.string().max(253).describe('Its name.'),
      readOnly: flag('Whether it can not be written.'),
    },
    'A PersistentVolumeClaim.',
  ),
  emptyDir: part(
    { medium: text('Memory keeps it there.'), sizeLimit: quantity('How large it may become.') },
    'A folder that goes with the Pod.',
  ),
  hostPath: part(
    {
      path: z.string().max(4096).describe('Path on the node.'),
      type: z.string().default('').describe('What must be there.'),
    },
    'A path of the node.',
  ),
  projected: projected(),
  downwardAPI: part(
    { items: downwardItems(), defaultMode: whole('Rights of the files; 0644 where absent.') },
    'Fields of the Pod as files.',
  ),
  ephemeral: part(
    {
      volumeClaimTemplate: part(
        {
          metadata: open('Labels and annotations of the claim.'),
          spec: ClaimSpec.describe('What it asks for.'),
        },
        'The claim that is made.',
      ),
    },
    'A claim that goes with the Pod.',
  ),
  csi: part(
    {
      driver: z.string().describe('Name of the driver.'),
      readOnly: flag('Whether it can not be written.'),
      fsType: text('File system.'),
      volumeAttributes: open('What the driver needs to know.'),
      nodePublishSecretRef: open('Secret of the driver.'),
    },
    'A volume of a CSI driver.',
  ),
  nfs: part(
    {
      server: z.string().describe('Server.'),
      path: z.string().describe('Path on it.'),
      readOnly: flag('Whether it can not be written.'),
    },
    'A folder of an NFS server.',
  ),
  image: part({ reference: text('Image.'), pullPolicy: text('When it is pulled.') }, 'Content of an image.'),
  ...others(
    'awsElasticBlockStore azureDisk azureFile cephfs cinder fc flexVolume flocker gcePersistentDisk gitRepo glusterfs ' +
      'iscsi photonPersistentDisk portworxVolume quobyte rbd scaleIO storageos vsphereVolume',
  ),
})
export type Volume = z.output<typeof Volume>

/** Sources that drivers have replaced: kept as they are. */
function others(names: string): Record<string, ReturnType<typeof open>> {
  return Object.fromEntries(
    names.split(' ').map(name => [name, open('Replaced by CSI drivers; kept as it is.')]),
  )
}
