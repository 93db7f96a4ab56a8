import { pairsOf, told, wholeNumber } from '../described-field.ts'
import { accessModesOf } from '../objects/workloads.ts'
import { podRow } from './pod-row.ts'

type Parts = Record<string, unknown>
export type Row = Readonly<Record<string, string>>

/** What a row tells beyond name, namespace and labels; undefined when it is none of this kind. */
export const rowReaders: Readonly<Record<string, (row: Row) => Parts | undefined>> = {
  Pod: podRow,
  Deployment(row) {
    const share = shareOf(row.READY)
    return (
      share && {
        spec: { replicas: share.of, ...told({ selector: selectorOf(row.SELECTOR) }) },
        status: {
          readyReplicas: share.part,
          ...told({
            updatedReplicas: wholeNumber(row['UP-TO-DATE']),
            availableReplicas: wholeNumber(row.AVAILABLE),
          }),
        },
      }
    )
  },
  StatefulSet(row) {
    const share = shareOf(row.READY)
    return share && { spec: { replicas: share.of }, status: { readyReplicas: share.part } }
  },
  ReplicaSet: row =>
    numbered(row.DESIRED) && {
      spec: { replicas: Number(row.DESIRED), ...told({ selector: selectorOf(row.SELECTOR) }) },
      status: { ...told({ replicas: wholeNumber(row.CURRENT), readyReplicas: wholeNumber(row.READY) }) },
    },
  DaemonSet: row =>
    numbered(row.DESIRED) && {
      status: {
        ...told({
          desiredNumberScheduled: wholeNumber(row.DESIRED),
          currentNumberScheduled: wholeNumber(row.CURRENT),
          numberReady: wholeNumber(row.READY),
          numberAvailable: wholeNumber(row.AVAILABLE),
        }),
      },
    },
  Job(row) {
    const share = shareOf(row.COMPLETIONS)
    if (!share) return undefined
    const type = { Failed: 'Failed', Complete: 'Complete', Suspended: 'Suspended' }[row.STATUS ?? '']
    return {
      spec: { completions: share.of },
      status: { succeeded: share.part, conditions: type ? [{ type, status: 'True' }] : [] },
    }
  },
  CronJob: row => ({
    spec: { ...told({ schedule: shown(row.SCHEDULE), suspend: flagOf(row.SUSPEND) }) },
  }),
  Service: row => ({
    spec: {
      ...told({
        type: shown(row.TYPE),
        clusterIP: row['CLUSTER-IP'] === 'None' ? 'None' : shown(row['CLUSTER-IP']),
        selector: shown(row.SELECTOR) === undefined ? undefined : pairsOf((row.SELECTOR ?? '').split(',')),
        ports: portsOf(row['PORT(S)']),
      }),
    },
  }),
  Endpoints: row => (row.ENDPOINTS === undefined ? undefined : { subsets: subsetsOf(row.ENDPOINTS) }),
  Ingress: row => ({
    spec: {
      ...told({
        ingressClassName: shown(row.CLASS),
        rules: shown(row.HOSTS)
          ?.split(',')
          .map(host => (host === '*' ? {} : { host })),
      }),
    },
  }),
  Node: row => ({
    spec: { unschedulable: /SchedulingDisabled/.test(row.STATUS ?? '') },
    status: {
      conditions: /^(Not)?Ready\b/.test(row.STATUS ?? '')
        ? [{ type: 'Ready', status: row.STATUS?.startsWith('Not') ? 'False' : 'True' }]
        : [],
      ...told({ nodeInfo: told({ kubeletVersion: shown(row.VERSION) }) }),
    },
  }),
  PersistentVolumeClaim: row => ({
    spec: { ...told({ storageClassName: shown(row.STORAGECLASS), volumeName: shown(row.VOLUME) }) },
    status: { ...told({ phase: shown(row.STATUS), accessModes: accessModesOf(shown(row['ACCESS MODES'])) }) },
  }),
  PersistentVolume(row) {
    const [namespace, name] = shown(row.CLAIM)?.split('/') ?? []
    return {
      spec: {
        ...told({
          storageClassName: shown(row.STORAGECLASS),
          persistentVolumeReclaimPolicy: shown(row['RECLAIM POLICY']),
          claimRef: name === undefined ? undefined : { namespace, name },
        }),
      },
      status: { ...told({ phase: shown(row.STATUS) }) },
    }
  },
  StorageClass: row => ({
    ...told({
      provisioner: shown(row.PROVISIONER),
      reclaimPolicy: shown(row.RECLAIMPOLICY),
      volumeBindingMode: shown(row.VOLUMEBINDINGMODE),
      allowVolumeExpansion: flagOf(row.ALLOWVOLUMEEXPANSION),
    }),
  }),
  HorizontalPodAutoscaler(row) {
    const [, kind, name] = /^(\w{1,63})\/(\S{1,253})$/.exec(row.REFERENCE ?? '') ?? []
    return {
      spec: {
        ...told({
          scaleTargetRef: kind === undefined ? undefined : { kind, name },
          minReplicas: wholeNumber(row.MINPODS),
          maxReplicas: wholeNumber(row.MAXPODS),
        }),
      },
      status: { ...told({ currentReplicas: wholeNumber(row.REPLICAS) }) },
    }
  },
  PodDisruptionBudget: row => ({
    spec: {
      ...told({
        minAvailable: amountOf(row['MIN AVAILABLE']),
        maxUnavailable: amountOf(row['MAX UNAVAILABLE']),
      }),
    },
    status: { ...told({ disruptionsAllowed: wholeNumber(row['ALLOWED DISRUPTIONS']) }) },
  }),
  ResourceQuota(row) {
    const shares = [
      ...`${row.REQUEST ?? ''}, ${row.LIMIT ?? ''}`.matchAll(/([\w./-]{1,253}): (\S{1,63})\/([^\s,]{1,63})/g),
    ]
    const hard = Object.fromEntries(shares.map(([, name, , of]) => [name, of]))
    const used = Object.fromEntries(shares.map(([, name, part]) => [name, part]))
    return { spec: { hard }, status: { hard, used } }
  },
  Namespace: row => ({ status: { ...told({ phase: shown(row.STATUS) }) } }),
}

const shown = (text: string | undefined): string | undefined =>
  text === undefined || /^(<none>|<unset>|<unknown>|N\/A|None)?$/.test(text) ? undefined : text
const numbered = (text: string | undefined): true | undefined => /^\d{1,9}$/.test(text ?? '') || undefined
const flagOf = (text: string | undefined): boolean | undefined =>
  /^true$/i.test(text ?? '') ? true : /^false$/i.test(text ?? '') ? false : undefined
const amountOf = (text: string | undefined): number | string | undefined =>
  text?.endsWith('%') ? text : wholeNumber(text)

/** `1/2` */
function shareOf(text: string | undefined): { part: number; of: number } | undefined {
  const [, part, of] = /^(\d{1,9})\/(\d{1,9})/.exec(text ?? '') ?? []
  return part === undefined || of === undefined ? undefined : { part: Number(part), of: Number(of) }
}

const selectorOf = (text: string | undefined): Parts | undefined =>
  shown(text) === undefined || /[( !]/.test(text ?? '')
    ? undefined
    : { matchLabels: pairsOf((text ?? '').split(',')) }

/** `80/TCP,443:30443/TCP` */
const portsOf = (text: string | undefined): Parts[] | undefined =>
  shown(text)
    ?.split(',')
    .flatMap(part => {
      const [, port, nodePort, protocol] = /^(\d{1,5})(?::(\d{1,5}))?\/(TCP|UDP|SCTP)/.exec(part) ?? []
      return port === undefined
        ? []
        : [{ port: Number(port), protocol, ...(nodePort !== undefined && { nodePort: Number(nodePort) }) }]
    })

/** `10.1.0.2:8080,10.1.0.3:8080 + 1 more...` */
function subsetsOf(text: string): Parts[] {
  const found = [...text.matchAll(/([0-9a-f.:[\]]{2,45}):(\d{1,5})(?=,|\s|$)/gi)]
  const [first] = found
  return first ? [{ addresses: found.map(([, ip]) => ({ ip })), ports: [{ port: Number(first[2]) }] }] : []
}
