import { type Fields, flagIn, told, valueIn } from '../described-field.ts'
import { accessModesOf } from './workloads.ts'

type Parts = Record<string, unknown>

export const claim = (fields: Fields): Parts => {
  const capacity = valueIn(fields, 'Capacity')
  return {
    spec: {
      ...told({
        storageClassName: valueIn(fields, 'StorageClass'),
        volumeName: valueIn(fields, 'Volume'),
        volumeMode: valueIn(fields, 'VolumeMode'),
      }),
    },
    status: {
      ...told({
        phase: valueIn(fields, 'Status'),
        capacity: capacity === undefined ? undefined : { storage: capacity },
        accessModes: accessModesOf(valueIn(fields, 'Access Modes')),
      }),
    },
  }
}

export const volume = (fields: Fields): Parts => {
  const capacity = valueIn(fields, 'Capacity')
  const [namespace, name] = valueIn(fields, 'Claim')?.split('/') ?? []
  return {
    spec: {
      ...told({
        storageClassName: valueIn(fields, 'StorageClass'),
        persistentVolumeReclaimPolicy: valueIn(fields, 'Reclaim Policy'),
        volumeMode: valueIn(fields, 'VolumeMode'),
        capacity: capacity === undefined ? undefined : { storage: capacity },
        accessModes: accessModesOf(valueIn(fields, 'Access Modes')),
        claimRef: name === undefined ? undefined : { namespace, name },
      }),
    },
    status: {
      ...told({ phase: valueIn(fields, 'Status'), message: valueIn(fields, 'Message') }),
    },
  }
}

export const storageClass = (fields: Fields): Parts => ({
  ...told({
    provisioner: valueIn(fields, 'Provisioner'),
    volumeBindingMode: valueIn(fields, 'VolumeBindingMode'),
    reclaimPolicy: valueIn(fields, 'ReclaimPolicy'),
    allowVolumeExpansion: flagIn(fields, 'AllowVolumeExpansion'),
  }),
})
