import type { PodSpec } from '../cluster/pod.ts'
import { containersOf, type Workload } from './view.ts'
import { containerCalled, quoted } from './wording.ts'

/** An object that a pod can not start without, or rather not. */
export interface Reference {
  kind: 'ConfigMap' | 'Secret' | 'PersistentVolumeClaim' | 'ServiceAccount' | 'PriorityClass' | 'RuntimeClass'
  name: string
  /** Keys of it that are asked for. */
  keys: readonly string[]
  optional: boolean
  /** How it is asked for, such as `container "app" reads env DB_URL from it`. */
  use: 'env' | 'envFrom' | 'volume' | 'pull' | 'account' | 'class'
  said: string
  /** JSON Pointer of the field that names it. */
  path: string
}

/** Everything that a pod template names, in the order of the template. */
export function referencesOf(workload: Workload): Reference[] {
  const { spec, path } = workload
  return [
    ...containersOf(workload).flatMap(({ container, path: at }) => [
      ...container.env.flatMap((variable, index): Reference[] => {
        const { configMapKeyRef: map, secretKeyRef: secret } = variable.valueFrom ?? {}
        const source = map ?? secret
        if (source?.name === undefined) return []
        return [
          {
            kind: map ? 'ConfigMap' : 'Secret',
            name: source.name,
            keys: source.key === undefined ? [] : [source.key],
            optional: source.optional ?? false,
            use: 'env',
            said: `${containerCalled(container.name)} reads env ${quoted(variable.name ?? '')} from it`,
            path: `${at}/env/${index}/valueFrom/${map ? 'configMapKeyRef' : 'secretKeyRef'}/name`,
          },
        ]
      }),
      ...container.envFrom.flatMap((bulk, index): Reference[] => {
        const source = bulk.configMapRef ?? bulk.secretRef
        if (source?.name === undefined) return []
        return [
          {
            kind: bulk.configMapRef ? 'ConfigMap' : 'Secret',
            ...{ name: source.name, keys: [], optional: source.optional ?? false, use: 'envFrom' },
            said: `${containerCalled(container.name)} takes its environment (envFrom) from it`,
            path: `${at}/envFrom/${index}/${bulk.configMapRef ? 'configMapRef' : 'secretRef'}/name`,
          },
        ]
      }),
    ]),
    ...volumes(spec, path),
    ...spec.imagePullSecrets.flatMap(({ name }, index): Reference[] =>
      name === undefined
        ? []
        : [
            {
              ...{ kind: 'Secret', name, keys: [], optional: false, use: 'pull' },
              ...{ said: 'imagePullSecrets names it', path: `${path}/imagePullSecrets/${index}/name` },
            },
          ],
    ),
    ...named('ServiceAccount', spec.serviceAccountName, 'account', `${path}/serviceAccountName`),
    ...named('PriorityClass', spec.priorityClassName, 'class', `${path}/priorityClassName`),
    ...named('RuntimeClass', spec.runtimeClassName, 'class', `${path}/runtimeClassName`),
  ]
}

const named = (
  kind: Reference['kind'],
  name: string | undefined,
  use: Reference['use'],
  path: string,
): Reference[] =>
  name === undefined || name === ''
    ? []
    : [{ kind, name, keys: [], optional: false, use, said: `${path.split('/').at(-1)} names it`, path }]

const volumes = (spec: PodSpec, path: string): Reference[] =>
  spec.volumes.flatMap((volume, index): Reference[] => {
    const at = `${path}/volumes/${index}`
    const said = `volume ${quoted(volume.name ?? '')} mounts it`
    const keysOf = (items: readonly { key?: string | undefined }[]) => items.flatMap(({ key }) => key ?? [])
    const { configMap, secret, persistentVolumeClaim: claim, projected } = volume
    return [
      ...(configMap?.name === undefined
        ? []
        : [
            {
              ...{ kind: 'ConfigMap' as const, name: configMap.name, keys: keysOf(configMap.items) },
              ...{ optional: configMap.optional ?? false, use: 'volume' as const, said },
              path: `${at}/configMap/name`,
            },
          ]),
      ...(secret?.secretName === undefined
        ? []
        : [
            {
              ...{ kind: 'Secret' as const, name: secret.secretName, keys: keysOf(secret.items) },
              ...{ optional: secret.optional ?? false, use: 'volume' as const, said },
              path: `${at}/secret/secretName`,
            },
          ]),
      ...(claim?.claimName === undefined
        ? []
        : [
            {
              ...{ kind: 'PersistentVolumeClaim' as const, name: claim.claimName, keys: [], optional: false },
              ...{ use: 'volume' as const, said, path: `${at}/persistentVolumeClaim/claimName` },
            },
          ]),
      ...(projected?.sources ?? []).flatMap((source, number): Reference[] => {
        const part = source.configMap ?? source.secret
        if (part?.name === undefined) return []
        const kind = source.configMap ? 'ConfigMap' : 'Secret'
        return [
          {
            ...{
              kind,
              name: part.name,
              keys: keysOf(part.items),
              optional: part.optional ?? false,
              use: 'volume',
              said,
            },
            path: `${at}/projected/sources/${number}/${source.configMap ? 'configMap' : 'secret'}/name`,
          },
        ]
      }),
    ]
  })
