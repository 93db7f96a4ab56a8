import type { z } from 'zod'
import type { Cause } from '../../errors.ts'
import { duplicate, forbidden, labelCauses, notSupported, quantityCauses, required } from './causes.ts'
import type { ClaimSpec, Volume } from './volume.ts'

/** Names are unique, each volume has one source, and the source names what it is about. */
export function volumeCauses(at: string, volumes: readonly Volume[]): Cause[] {
  const names = new Set<string>()
  return volumes.flatMap((volume, i) => {
    const field = `${at}[${i}]`
    const causes: Cause[] = labelCauses(`${field}.name`, volume.name)
    if (names.has(volume.name)) causes.push(duplicate(`${field}.name`, volume.name))
    names.add(volume.name)
    const { name: _, ...sources } = volume
    const given = Object.keys(sources).filter(source => sources[source as keyof typeof sources] !== undefined)
    if (given.length > 1)
      causes.push(forbidden(`${field}.${given[1]}`, 'may not specify more than 1 volume type'))
    return [...causes, ...sourceCauses(field, volume)]
  })
}

function sourceCauses(field: string, volume: Volume): Cause[] {
  const { configMap, secret, persistentVolumeClaim, hostPath, ephemeral, emptyDir } = volume
  if (configMap && !configMap.name) return [required(`${field}.configMap.name`)]
  if (secret && !secret.secretName) return [required(`${field}.secret.secretName`)]
  if (persistentVolumeClaim && !persistentVolumeClaim.claimName)
    return [required(`${field}.persistentVolumeClaim.claimName`)]
  if (hostPath && !hostPath.path) return [required(`${field}.hostPath.path`)]
  if (emptyDir?.sizeLimit !== undefined)
    return quantityCauses(`${field}.emptyDir.sizeLimit`, emptyDir.sizeLimit)
  if (!ephemeral) return []
  if (!ephemeral.volumeClaimTemplate) return [required(`${field}.ephemeral.volumeClaimTemplate`)]
  return claimCauses(`${field}.ephemeral.volumeClaimTemplate.spec`, ephemeral.volumeClaimTemplate.spec)
}

export function claimCauses(at: string, spec: z.output<typeof ClaimSpec>): Cause[] {
  const causes: Cause[] = []
  const modes = ['ReadWriteOnce', 'ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOncePod']
  if (!spec.accessModes?.length)
    causes.push(required(`${at}.accessModes`, 'at least 1 access mode is required'))
  for (const mode of spec.accessModes ?? [])
    if (!modes.includes(mode)) causes.push(notSupported(`${at}.accessModes`, mode, modes))
  const storage = spec.resources?.requests?.storage
  if (storage === undefined) causes.push(required(`${at}.resources[storage]`))
  else causes.push(...quantityCauses(`${at}.resources.requests[storage]`, storage))
  return causes
}
