import { describe, expect, test } from 'vitest'
import { apiVersionOf, type Resource } from '../api/kind.ts'
import { workloadKinds } from '../api/kinds/workloads/index.ts'
import { tablePrinter } from './table.ts'

describe('columns', () => {
  const now = Date.UTC(2026, 0, 2)
  const ago = (seconds: number) => new Date(now - seconds * 1000).toISOString()
  const row = (object: object): Record<string, unknown> => {
    const whole = { metadata: { name: 'a', creationTimestamp: ago(3600) }, ...object } as unknown as Resource
    const kind = workloadKinds.find(one => one.kind === whole.kind && apiVersionOf(one) === whole.apiVersion)
    if (!kind) throw new Error(`no kind ${whole.kind}`)
    const { columnDefinitions, cells } = tablePrinter(kind)
    const names = columnDefinitions.map(column => (column as { name: string }).name)
    return Object.fromEntries(cells(whole, now).map((cell, i) => [names[i], cell]))
  }
  const running = (name: string, more: object = {}) => ({
    name,
    ready: true,
    restartCount: 0,
    state: { running: {} },
    ...more,
  })
  const pod = (spec: object, status: object, metadata: object = {}) =>
    row({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'a', creationTimestamp: ago(60), ...metadata },
      spec: { containers: [{ name: 'a' }], ...spec },
      status,
    })

  test.each<[string, object, object, object, object]>([
    [
      'running',
      {},
      { phase: 'Running', containerStatuses: [running('a')] },
      {},
      { Ready: '1/1', Status: 'Running', Restarts: '0' },
    ],
    [
      'crashing',
      {},
      {
        phase: 'Running',
        containerStatuses: [
          {
            name: 'a',
            ready: false,
            restartCount: 5,
            state: { waiting: { reason: 'CrashLoopBackOff' } },
            lastState: { terminated: { finishedAt: ago(120) } },
          },
        ],
      },
      {},
      { Ready: '0/1', Status: 'CrashLoopBackOff', Restarts: '5 (2m ago)' },
    ],
    ['pending', {}, { phase: 'Pending' }, {}, { Ready: '0/1', Status: 'Pending' }],
    [
      'ended with a code',
      {},
      { phase: 'Failed', containerStatuses: [{ name: 'a', state: { terminated: { exitCode: 3 } } }] },
      {},
      { Status: 'ExitCode:3' },
    ],
    [
      'ended with a signal',
      {},
      {
        phase: 'Failed',
        containerStatuses: [{ name: 'a', state: { terminated: { exitCode: 137, signal: 9 } } }],
      },
      {},
      { Status: 'Signal:9' },
    ],
    [
      'completed',
      {},
      {
        phase: 'Succeeded',
        containerStatuses: [{ name: 'a', state: { terminated: { reason: 'Completed' } } }],
      },
      {},
      { Status: 'Completed' },
    ],
    ['evicted', {}, { phase: 'Failed', reason: 'Evicted' }, {}, { Status: 'Evicted' }],
    [
      'going',
      {},
      { phase: 'Running', containerStatuses: [running('a')] },
      { deletionTimestamp: ago(1) },
      { Status: 'Terminating' },
    ],
    [
      'initialising',
      { initContainers: [{ name: 'i' }, { name: 'j' }] },
      {
        phase: 'Pending',
        initContainerStatuses: [
          { name: 'i', state: { terminated: { exitCode: 0 } } },
          { name: 'j', state: { running: {} } },
        ],
      },
      {},
      { Status: 'Init:1/2' },
    ],
    [
      'failing to initialise',
      { initContainers: [{ name: 'i' }] },
      {
        phase: 'Pending',
        initContainerStatuses: [
          { name: 'i', restartCount: 2, state: { waiting: { reason: 'CrashLoopBackOff' } } },
        ],
      },
      {},
      { Status: 'Init:CrashLoopBackOff', Restarts: '2' },
    ],
    [
      'with a sidecar',
      { initContainers: [{ name: 's', restartPolicy: 'Always' }] },
      {
        phase: 'Running',
        conditions: [{ type: 'Initialized', status: 'True' }],
        initContainerStatuses: [running('s', { started: true })],
        containerStatuses: [running('a')],
      },
      {},
      { Ready: '2/2', Status: 'Running' },
    ],
  ])('a Pod that is %s', (_, spec, status, metadata, cells) => {
    expect(pod(spec, status, metadata)).toMatchObject(cells)
  })

  test.each<[object, object]>([
    [
      {
        apiVersion: 'v1',
        kind: 'Service',
        spec: {
          type: 'LoadBalancer',
          clusterIP: '10.0.0.1',
          ports: [{ port: 80, nodePort: 30_080, protocol: 'TCP' }],
          selector: { b: 'c', a: 'b' },
        },
      },
      {
        Type: 'LoadBalancer',
        'Cluster-IP': '10.0.0.1',
        'External-IP': '<pending>',
        'Port(s)': '80:30080/TCP',
        Age: '60m',
        Selector: 'a=b,b=c',
      },
    ],
    [
      {
        apiVersion: 'batch/v1',
        kind: 'Job',
        spec: { completions: 3, template: { spec: { containers: [] } } },
        status: { succeeded: 1, startTime: ago(90) },
      },
      { Status: 'Running', Completions: '1/3', Duration: '90s' },
    ],
    [
      {
        apiVersion: 'batch/v1',
        kind: 'Job',
        spec: { completions: 1 },
        status: {
          succeeded: 1,
          startTime: ago(90),
          completionTime: ago(60),
          conditions: [{ type: 'Complete', status: 'True' }],
        },
      },
      { Status: 'Complete', Completions: '1/1', Duration: '30s' },
    ],
    [
      {
        apiVersion: 'batch/v1',
        kind: 'CronJob',
        spec: { schedule: '* * * * *', suspend: false, jobTemplate: {} },
        status: { active: [{}], lastScheduleTime: ago(30) },
      },
      { Schedule: '* * * * *', Timezone: '<none>', Suspend: 'False', Active: 1, 'Last Schedule': '30s' },
    ],
    [
      {
        apiVersion: 'autoscaling/v2',
        kind: 'HorizontalPodAutoscaler',
        spec: {
          scaleTargetRef: { kind: 'Deployment', name: 'web' },
          minReplicas: 1,
          maxReplicas: 5,
          metrics: [
            { type: 'Resource', resource: { name: 'cpu', target: { averageUtilization: 80 } } },
            { type: 'Resource', resource: { name: 'memory', target: { averageValue: '1Gi' } } },
          ],
        },
        status: {
          currentReplicas: 2,
          currentMetrics: [
            { type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: 20 } } },
          ],
        },
      },
      {
        Reference: 'Deployment/web',
        Targets: 'cpu: 20%/80%, memory: <unknown>/1Gi',
        MinPods: '1',
        MaxPods: 5,
        Replicas: 2,
      },
    ],
    [
      {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        spec: { volumeName: 'pv', storageClassName: 'fast' },
        status: { phase: 'Bound', accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' } },
      },
      {
        Status: 'Bound',
        Volume: 'pv',
        Capacity: '1Gi',
        'Access Modes': 'RWO',
        StorageClass: 'fast',
        VolumeAttributesClass: '<unset>',
      },
    ],
    [
      {
        apiVersion: 'v1',
        kind: 'Node',
        metadata: { name: 'n', labels: { 'node-role.kubernetes.io/control-plane': '' } },
        spec: { unschedulable: true },
        status: { conditions: [{ type: 'Ready', status: 'True' }], nodeInfo: { kubeletVersion: 'v1.34.0' } },
      },
      { Status: 'Ready,SchedulingDisabled', Roles: 'control-plane', Version: 'v1.34.0' },
    ],
    [
      {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'Ingress',
        spec: { tls: [{}], rules: [{ host: 'a.com' }] },
        status: { loadBalancer: { ingress: [{ ip: '1.2.3.4' }] } },
      },
      { Class: '<none>', Hosts: 'a.com', Address: '1.2.3.4', Ports: '80, 443' },
    ],
    [
      {
        apiVersion: 'policy/v1',
        kind: 'PodDisruptionBudget',
        spec: { minAvailable: '50%' },
        status: { disruptionsAllowed: 1 },
      },
      { 'Min Available': '50%', 'Max Unavailable': 'N/A', 'Allowed Disruptions': 1 },
    ],
    [
      {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        spec: { podSelector: { matchExpressions: [{ key: 'a', operator: 'In', values: ['c', 'b'] }] } },
      },
      { 'Pod-Selector': 'a in (b,c)' },
    ],
    [
      {
        apiVersion: 'v1',
        kind: 'ResourceQuota',
        spec: {},
        status: { hard: { pods: '5', 'limits.cpu': '2' }, used: { pods: '1' } },
      },
      { Request: 'pods: 1/5', Limit: 'limits.cpu: 0/2' },
    ],
    [
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        roleRef: { kind: 'Role', name: 'r' },
        subjects: [
          { kind: 'ServiceAccount', namespace: 'n', name: 's' },
          { kind: 'User', name: 'u' },
        ],
      },
      { Role: 'Role/r', Users: 'u', Groups: '', ServiceAccounts: 'n/s' },
    ],
    [
      {
        apiVersion: 'v1',
        kind: 'Endpoints',
        subsets: [{ addresses: [{ ip: '1.1.1.1' }, { ip: '1.1.1.2' }], ports: [{ port: 80 }, { port: 81 }] }],
      },
      { Endpoints: '1.1.1.1:80,1.1.1.1:81,1.1.1.2:80 + 1 more...' },
    ],
  ])('%j', (object, cells) => {
    expect(row(object)).toMatchObject(cells)
  })
})
