import { deployment, examples, object, pod, running } from './analyzer.world.ts'
import { keyAbsent } from './key-absent.ts'
import { referenceAbsent } from './reference-absent.ts'
import { referenceReported } from './reference-reported.ts'
import { storageClassAbsent } from './storage-class-absent.ts'

const app = (rest: string) => deployment('web', `{containers: [{name: app, image: shop/web:1${rest}}]}`)
const withPod = (rest: string) => deployment('web', `{containers: [{name: app, image: shop/web:1}], ${rest}}`)
const env = (source: string, name: string, key = 'url', more = '') =>
  `, env: [{name: DB, valueFrom: {${source}: {name: ${name}, key: ${key}${more}}}}]`

examples(referenceAbsent, {
  'a Secret of another name': {
    yaml: app(env('secretKeyRef', 'db-secret')) + object('Secret', 'db-credentials', 'data: {url: eA==}'),
    finds: ['secret-absent'],
    says: /needs Secret "db-secret", which does not exist in namespace shop \(missing.*env "DB".*"db-credentials"/s,
  },
  'a ConfigMap in a volume': {
    yaml: withPod('volumes: [{name: conf, configMap: {name: conf}}]'),
    finds: ['config-map-absent'],
    says: /ContainerCreating/,
  },
  'a claim': {
    yaml: withPod('volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]'),
    finds: ['claim-absent'],
  },
  'an account': { yaml: withPod('serviceAccountName: robot'), finds: ['service-account-absent'] },
  classes: {
    yaml: withPod('priorityClassName: urgent, runtimeClassName: gvisor'),
    finds: ['priority-class-absent', 'runtime-class-absent'],
  },
  'a pull secret': { yaml: withPod('imagePullSecrets: [{name: registry}]'), finds: ['pull-secret-absent'] },
  'one that is optional': { yaml: app(env('secretKeyRef', 'db', 'url', ', optional: true')), finds: [] },
  'what every namespace has': {
    yaml: withPod('serviceAccountName: default, volumes: [{name: ca, configMap: {name: kube-root-ca.crt}}]'),
    finds: [],
  },
  'a claim that a StatefulSet makes': {
    yaml:
      withPod('volumes: [{name: data, persistentVolumeClaim: {claimName: data-db-0}}]') +
      object('StatefulSet', 'db', 'spec: {volumeClaimTemplates: [{metadata: {name: data}, spec: {}}]}'),
    finds: [],
  },
  'what an operator may make is a weak finding': {
    yaml: `${app(env('secretKeyRef', 'db'))}
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: db, namespace: shop}
`,
    finds: ['secret-absent'],
  },
  'a live cluster of which not all is known': {
    yaml: app(env('secretKeyRef', 'db')) + pod('web', '{}', '{phase: Pending}'),
    finds: [],
  },
  'a live cluster of which all Secrets are known': {
    yaml: app(env('secretKeyRef', 'db')) + pod('web', '{}', '{phase: Pending}'),
    complete: [{ kind: 'Secret', namespace: 'shop' }],
    finds: ['secret-absent'],
  },
})

examples(keyAbsent, {
  'a key that is misspelt': {
    yaml:
      app(env('configMapKeyRef', 'conf', 'database_url')) +
      object('ConfigMap', 'conf', 'data: {database-url: x}'),
    finds: ['key-absent'],
    says: /key "database_url" of ConfigMap "conf", but this key is missing.*"database-url"/s,
  },
  'a key of a volume': {
    yaml:
      withPod('volumes: [{name: c, configMap: {name: conf, items: [{key: app.yaml, path: a}]}}]') +
      object('ConfigMap', 'conf', 'data: {app.yml: x}'),
    finds: ['key-absent'],
  },
  'a key that is there': {
    yaml: app(env('secretKeyRef', 'db')) + object('Secret', 'db', 'stringData: {url: x}'),
    finds: [],
  },
  'an object whose keys are not known': {
    yaml: app(env('secretKeyRef', 'db')) + object('Secret', 'db', ''),
    finds: [],
  },
})

const waits = (reason: string, message: string) =>
  pod(
    'web',
    '{}',
    `{phase: Pending, containerStatuses: [{name: app, state: {waiting: {reason: ${reason}, message: '${message}'}}}]}`,
  )
examples(referenceReported, {
  'a status that names a Secret': {
    yaml: app('') + waits('CreateContainerConfigError', 'secret "db" not found'),
    finds: ['reference-not-found'],
    says: /needs Secret "db", which does not exist in namespace shop/,
  },
  'an Event that names a key': {
    yaml: `${app('')}${pod('web', '{}', '{phase: Pending}')}
---
{event: Pod/shop/web-6d4cf56db6-x2vlq, reason: Failed, message: "Error: couldn't find key url in ConfigMap shop/conf"}`,
    finds: ['reference-not-found'],
    says: /key "url" of ConfigMap "conf"/,
  },
  'one that was made since': {
    yaml: app('') + waits('CreateContainerConfigError', 'secret "db" not found') + object('Secret', 'db', ''),
    finds: [],
  },
  'pods that run': { yaml: app('') + pod('web', '{}', running), finds: [] },
})

const claim = (name: string, storageClass: string, rest = '') =>
  object(
    'PersistentVolumeClaim',
    name,
    `spec: {storageClassName: ${storageClass}, accessModes: [ReadWriteOnce]}\n${rest}`,
  )
examples(storageClassAbsent, {
  'a claim of a class that nobody has': {
    yaml:
      claim('data', 'fast-ssd') + withPod('volumes: [{name: d, persistentVolumeClaim: {claimName: data}}]'),
    finds: ['storage-class-absent'],
    says: /PVC.*shop\/data asks for StorageClass "fast-ssd", which does not exist.*Deployment shop\/web/s,
  },
  'a StatefulSet among known classes': {
    yaml:
      object(
        'StatefulSet',
        'db',
        'spec: {volumeClaimTemplates: [{metadata: {name: data}, spec: {storageClassName: premium}}]}',
      ) + object('StorageClass', 'premium-rwo', 'provisioner: pd.csi.storage.gke.io', '""'),
    finds: ['storage-class-absent'],
    says: /there is StorageClass "premium-rwo"/,
  },
  'a class that platforms bring along': { yaml: claim('data', 'standard'), finds: [] },
  'a claim that is bound': { yaml: claim('data', 'fast-ssd', 'status: {phase: Bound}'), finds: [] },
  'a volume of the class waits': {
    yaml:
      claim('data', 'manual') + object('PersistentVolume', 'pv1', 'spec: {storageClassName: manual}', '""'),
    finds: [],
  },
})
