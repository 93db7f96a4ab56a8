import type { DescribedField } from '../../../telemetry/intake/kubernetes-snapshot/description.ts'
import { type Fields, flagIn, told, valueIn } from '../described-field.ts'

/** Volumes of a pod or a template; of what has a type unknown here only the name is told. */
export const volumesOf = (fields: Fields): Record<string, unknown>[] =>
  fields.filter(({ fields: inside }) => inside.length > 0).map(volumeOf)

function volumeOf({ name, fields }: DescribedField): Record<string, unknown> {
  const type = valueIn(fields, 'Type')?.split(' ')[0]
  const optional = flagIn(fields, 'Optional')
  switch (type) {
    case 'PersistentVolumeClaim':
      return {
        name,
        persistentVolumeClaim: {
          ...told({ claimName: valueIn(fields, 'ClaimName'), readOnly: flagIn(fields, 'ReadOnly') }),
        },
      }
    case 'ConfigMap':
      return { name, configMap: { ...told({ name: valueIn(fields, 'Name'), optional }) } }
    case 'Secret':
      return { name, secret: { ...told({ secretName: valueIn(fields, 'SecretName'), optional }) } }
    case 'EmptyDir':
      return {
        name,
        emptyDir: { ...told({ medium: valueIn(fields, 'Medium'), sizeLimit: valueIn(fields, 'SizeLimit') }) },
      }
    case 'HostPath':
      return { name, hostPath: { ...told({ path: valueIn(fields, 'Path') }) } }
    case 'CSI':
      return { name, csi: { ...told({ driver: valueIn(fields, 'Driver') }) } }
    case 'EphemeralVolume':
      return {
        name,
        ephemeral: {
          volumeClaimTemplate: {
            spec: { ...told({ storageClassName: valueIn(fields, 'StorageClass') }) },
          },
        },
      }
    case 'Projected':
      return { name, projected: { sources: sourcesOf(fields) } }
    default:
      return { name }
  }
}

function sourcesOf(fields: Fields): Record<string, unknown>[] {
  const map = valueIn(fields, 'ConfigMapName')
  const secret = valueIn(fields, 'SecretName')
  return [
    ...(map === undefined
      ? []
      : [{ configMap: { ...told({ name: map, optional: flagIn(fields, 'ConfigMapOptional') }) } }]),
    ...(secret === undefined
      ? []
      : [{ secret: { ...told({ name: secret, optional: flagIn(fields, 'SecretOptionalName') }) } }]),
  ]
}
