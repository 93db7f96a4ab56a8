import { z } from 'zod'
import type { Cause } from '../../errors.ts'
import { defineKind, type Resource, type ResourceOf } from '../../kind.ts'
import { exceeds } from '../../quantity.ts'
import { forbidden, sameValue } from './causes.ts'
import { conditions, open, quantities, text, texts } from './fields.ts'
import { age, at, computed, textAt } from './printing.ts'
import { ClaimSpec } from './volume.ts'
import { claimCauses } from './volume-checks.ts'

type Claim = z.output<typeof ClaimSpec>

const short: Record<string, string> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
}

export const PersistentVolumeClaim = defineKind({
  group: '',
  version: 'v1',
  kind: 'PersistentVolumeClaim',
  plural: 'persistentvolumeclaims',
  shortNames: ['pvc'],
  summary: 'Storage that is asked for. Kept as data: nothing here provides it.',
  spec: ClaimSpec,
  status: z.object({
    phase: z.enum(['Pending', 'Bound', 'Lost']).optional().describe('Whether it is bound.'),
    accessModes: texts('How the volume may be used.'),
    capacity: quantities('How large the volume is.'),
    allocatedResources: quantities('How large it is becoming.'),
    allocatedResourceStatuses: open('How growing goes.'),
    currentVolumeAttributesClassName: text('VolumeAttributesClass it has.'),
    modifyVolumeStatus: open('How changing that goes.'),
    conditions: conditions(),
  }),
  columns: [
    computed('Status', '.status.phase', object =>
      object.metadata.deletionTimestamp ? 'Terminating' : textAt(object, 'status.phase'),
    ),
    computed('Volume', '.spec.volumeName', object => textAt(object, 'spec.volumeName')),
    computed('Capacity', '.status.capacity.storage', object =>
      bound(object) ? textAt(object, 'status.capacity.storage') : '',
    ),
    computed('Access Modes', '.status.accessModes', object => (bound(object) ? modes(object) : '')),
    computed('StorageClass', '.spec.storageClassName', object => textAt(object, 'spec.storageClassName')),
    computed('VolumeAttributesClass', '.spec.volumeAttributesClassName', object =>
      textAt(object, 'spec.volumeAttributesClassName', '<unset>'),
    ),
    age,
    computed('VolumeMode', '.spec.volumeMode', object => textAt(object, 'spec.volumeMode', '<unset>'), {
      priority: 1,
    }),
  ],
  check(object, previous) {
    const { spec } = object
    const causes = claimCauses('spec', spec)
    return previous
      ? [...causes, ...updateCauses(spec, previous.spec, previous.status?.capacity?.storage)]
      : causes
  },
  example: {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'data', namespace: 'default' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '10Gi' } } },
  },
})
export type PersistentVolumeClaim = ResourceOf<typeof PersistentVolumeClaim>

const bound = (object: Resource): boolean => textAt(object, 'spec.volumeName') !== ''

function modes(object: Resource): string {
  const found = at(object, 'status.accessModes')
  return Array.isArray(found) ? found.map(mode => short[String(mode)] ?? String(mode)).join(',') : ''
}

/** A claim may grow, and may be bound once. */
function updateCauses(spec: Claim, before: Claim, capacity: string | number | undefined): Cause[] {
  const fixed = (
    { resources: _, volumeAttributesClassName: __, ...rest }: typeof spec,
    volumeName = rest.volumeName,
  ) => ({
    ...rest,
    volumeName,
  })
  const boundTo = before.volumeName ?? spec.volumeName
  if (!sameValue(fixed(spec), fixed(before, boundTo)))
    return [
      forbidden(
        'spec',
        'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims',
      ),
    ]
  const [now, then] = [spec, before].map(claim => claim.resources?.requests?.storage)
  const limit = capacity ?? then
  return now !== undefined && limit !== undefined && exceeds(limit, now)
    ? [forbidden('spec.resources.requests.storage', 'field can not be less than status.capacity')]
    : []
}
