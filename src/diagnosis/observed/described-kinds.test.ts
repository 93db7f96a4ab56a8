import { expect, test } from 'vitest'
import { printed } from './bundle.world.ts'
import { observedObjects } from './observed.ts'

const objectOf = async (kind: string, text: string): Promise<Record<string, unknown>> => {
  const { objects } = observedObjects(await printed(text))
  const found = objects.find(({ object }) => object.kind === kind)
  expect(found, `a ${kind} in the text`).toBeDefined()
  return found?.object as unknown as Record<string, unknown>
}

test.each<[string, string, object]>([
  [
    'CronJob',
    `$ kubectl describe cronjob clean
Name:                          clean
Namespace:                     ops
Schedule:                      */5 * * * *
Concurrency Policy:            Forbid
Suspend:                       True
Active Jobs:                   clean-1, clean-2
`,
    {
      spec: { schedule: '*/5 * * * *', suspend: true, concurrencyPolicy: 'Forbid' },
      status: { active: [{ name: 'clean-1' }, { name: 'clean-2' }] },
    },
  ],
  [
    'StatefulSet',
    `$ kubectl describe sts db
Name:               db
Namespace:          shop
Selector:           app=db
Replicas:           3 desired | 2 total
Update Strategy:    RollingUpdate
Pods Status:        1 Running / 1 Waiting / 0 Succeeded / 0 Failed
Pod Template:
  Containers:
   db:
    Image:  db:1
Volume Claims:
  Name:          data
  StorageClass:  fast
  Labels:        <none>
  Capacity:      10Gi
  Access Modes:  [ReadWriteOnce]
`,
    {
      spec: {
        replicas: 3,
        volumeClaimTemplates: [
          {
            metadata: { name: 'data' },
            spec: {
              storageClassName: 'fast',
              accessModes: ['ReadWriteOnce'],
              resources: { requests: { storage: '10Gi' } },
            },
          },
        ],
      },
      status: { replicas: 2, readyReplicas: 1 },
    },
  ],
  [
    'DaemonSet',
    `$ kubectl describe ds agent
Name:           agent
Namespace:      ops
Selector:       app=agent
Desired Number of Nodes Scheduled: 5
Current Number of Nodes Scheduled: 4
Number of Nodes Scheduled with Available Pods: 3
Number of Nodes Misscheduled: 0
`,
    {
      status: {
        desiredNumberScheduled: 5,
        currentNumberScheduled: 4,
        numberAvailable: 3,
        numberMisscheduled: 0,
      },
    },
  ],
  [
    'Service',
    `$ kubectl describe service web
Name:              web
Namespace:         shop
Selector:          app=web
Type:              NodePort
IP:                10.96.0.7
Port:              http  80/TCP
TargetPort:        8080/TCP
NodePort:          http  30080/TCP
Endpoints:         10.1.0.1:8080,10.1.0.2:8080
Port:              metrics  9090/TCP
TargetPort:        prom/TCP
Endpoints:         <none>
Session Affinity:  None
`,
    {
      spec: {
        type: 'NodePort',
        selector: { app: 'web' },
        ports: [
          { name: 'http', port: 80, targetPort: 8080, nodePort: 30080, protocol: 'TCP' },
          { name: 'metrics', port: 9090, targetPort: 'prom' },
        ],
      },
    },
  ],
  [
    'Endpoints',
    `$ kubectl describe service web
Name:              web
Namespace:         shop
Selector:          app=web
Type:              ClusterIP
Port:              <unset>  80/TCP
TargetPort:        8080/TCP
Endpoints:         <none>
Session Affinity:  None
`,
    { metadata: { name: 'web', namespace: 'shop' }, subsets: [] },
  ],
  [
    'Ingress',
    `$ kubectl describe ingress shop
Name:             shop
Labels:           <none>
Namespace:        shop
Address:
Ingress Class:    nginx
Default backend:  <default>
TLS:
  shop-tls terminates shop.example.com
Rules:
  Host              Path  Backends
  ----              ----  --------
  shop.example.com
                    /api   api:8080 (10.1.0.4:8080)
                    /      web:http (<error: services "web" not found>)
`,
    {
      spec: {
        ingressClassName: 'nginx',
        tls: [{ secretName: 'shop-tls', hosts: ['shop.example.com'] }],
        rules: [
          {
            host: 'shop.example.com',
            http: {
              paths: [
                { path: '/api', backend: { service: { name: 'api', port: { number: 8080 } } } },
                { path: '/', backend: { service: { name: 'web', port: { name: 'http' } } } },
              ],
            },
          },
        ],
      },
    },
  ],
  [
    'HorizontalPodAutoscaler',
    `$ kubectl describe hpa web
Name:                                                  web
Namespace:                                             shop
Reference:                                             Deployment/web
Metrics:                                               ( current / target )
  resource cpu on pods  (as a percentage of request):  <unknown> / 50%
Min replicas:                                          2
Max replicas:                                          10
Deployment pods:                                       2 current / 0 desired
Conditions:
  Type           Status  Reason                   Message
  ----           ------  ------                   -------
  ScalingActive  False   FailedGetResourceMetric  the HPA was unable to compute the replica count: failed to get cpu utilization: missing request for cpu
`,
    {
      apiVersion: 'autoscaling/v2',
      spec: {
        scaleTargetRef: { kind: 'Deployment', name: 'web' },
        minReplicas: 2,
        maxReplicas: 10,
        metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { averageUtilization: 50 } } }],
      },
      status: {
        currentReplicas: 2,
        desiredReplicas: 0,
        conditions: [
          {
            type: 'ScalingActive',
            status: 'False',
            reason: 'FailedGetResourceMetric',
            message:
              'the HPA was unable to compute the replica count: failed to get cpu utilization: missing request for cpu',
          },
        ],
      },
    },
  ],
  [
    'PersistentVolumeClaim',
    `$ kubectl describe pvc data
Name:          data
Namespace:     shop
StorageClass:  fast
Status:        Pending
Volume:
Access Modes:
VolumeMode:    Filesystem
Used By:       db-0
`,
    { spec: { storageClassName: 'fast' }, status: { phase: 'Pending' } },
  ],
  [
    'Node',
    `$ kubectl describe node n1
Name:               n1
Labels:             kubernetes.io/os=linux
CreationTimestamp:  Mon, 02 Jun 2025 10:00:00 +0000
Taints:             dedicated=gpu:NoSchedule
                    node.kubernetes.io/disk-pressure:NoSchedule
Unschedulable:      true
Conditions:
  Type             Status  LastHeartbeatTime                 LastTransitionTime                Reason                       Message
  ----             ------  -----------------                 ------------------                ------                       -------
  DiskPressure     True    Mon, 02 Jun 2025 11:00:00 +0000   Mon, 02 Jun 2025 10:30:00 +0000   KubeletHasDiskPressure       kubelet has disk pressure
  Ready            True    Mon, 02 Jun 2025 11:00:00 +0000   Mon, 02 Jun 2025 10:00:00 +0000   KubeletReady                 kubelet is posting ready status
Capacity:
  cpu:     4
  memory:  8Gi
Allocatable:
  cpu:     3920m
  memory:  7Gi
System Info:
  Kubelet Version:  v1.31.0
  Architecture:     arm64
`,
    {
      metadata: { name: 'n1' },
      spec: {
        unschedulable: true,
        taints: [
          { key: 'dedicated', value: 'gpu', effect: 'NoSchedule' },
          { key: 'node.kubernetes.io/disk-pressure', effect: 'NoSchedule' },
        ],
      },
      status: {
        capacity: { cpu: '4', memory: '8Gi' },
        allocatable: { cpu: '3920m', memory: '7Gi' },
        nodeInfo: { architecture: 'arm64', kubeletVersion: 'v1.31.0' },
        conditions: [
          {
            type: 'DiskPressure',
            status: 'True',
            reason: 'KubeletHasDiskPressure',
            message: 'kubelet has disk pressure',
          },
          { type: 'Ready', status: 'True', reason: 'KubeletReady' },
        ],
      },
    },
  ],
  [
    'ResourceQuota',
    `$ kubectl describe quota team -n shop
Name:            team
Namespace:       shop
Resource         Used  Hard
--------         ----  ----
pods             3     3
requests.memory  1Gi   2Gi
`,
    {
      spec: { hard: { pods: '3', 'requests.memory': '2Gi' } },
      status: {
        hard: { pods: '3', 'requests.memory': '2Gi' },
        used: { pods: '3', 'requests.memory': '1Gi' },
      },
    },
  ],
  [
    'LimitRange',
    `$ kubectl describe limits mem -n shop
Name:       mem
Namespace:  shop
Type        Resource  Min   Max    Default Request  Default Limit  Max Limit/Request Ratio
----        --------  ---   ---    ---------------  -------------  -----------------------
Container   memory    99Mi  1Gi    111Mi            512Mi          -
`,
    {
      spec: {
        limits: [
          {
            type: 'Container',
            min: { memory: '99Mi' },
            max: { memory: '1Gi' },
            default: { memory: '512Mi' },
            defaultRequest: { memory: '111Mi' },
          },
        ],
      },
    },
  ],
  [
    'PodDisruptionBudget',
    `$ kubectl describe pdb web -n shop
Name:           web
Namespace:      shop
Min available:  2
Selector:       app=web
Status:
    Allowed disruptions:  0
    Current:              2
    Desired:              2
    Total:                2
`,
    {
      spec: { minAvailable: 2, selector: { matchLabels: { app: 'web' } } },
      status: { disruptionsAllowed: 0, currentHealthy: 2, desiredHealthy: 2, expectedPods: 2 },
    },
  ],
  [
    'NetworkPolicy',
    `$ kubectl describe netpol deny -n shop
Name:         deny
Namespace:    shop
Spec:
  PodSelector:     app=db
  Allowing ingress traffic:
    <none> (Selected pods are isolated for ingress connectivity)
  Not affecting egress traffic
  Policy Types: Ingress
`,
    { spec: { podSelector: { matchLabels: { app: 'db' } }, policyTypes: ['Ingress'], ingress: [] } },
  ],
  [
    'Role',
    `$ kubectl describe role reader -n shop
Name:         reader
Namespace:    shop
PolicyRule:
  Resources         Non-Resource URLs  Resource Names  Verbs
  ---------         -----------------  --------------  -----
  pods/log          []                 []              [get]
  deployments.apps  []                 [web]           [get list]
`,
    {
      rules: [
        { apiGroups: [''], resources: ['pods/log'], verbs: ['get'] },
        { apiGroups: ['apps'], resources: ['deployments'], resourceNames: ['web'], verbs: ['get', 'list'] },
      ],
    },
  ],
  [
    'RoleBinding',
    `$ kubectl describe rolebinding read -n shop
Name:         read
Namespace:    shop
Role:
  Kind:  Role
  Name:  reader
Subjects:
  Kind            Name  Namespace
  ----            ----  ---------
  ServiceAccount  api   shop
`,
    {
      roleRef: { kind: 'Role', name: 'reader' },
      subjects: [{ kind: 'ServiceAccount', name: 'api', namespace: 'shop' }],
    },
  ],
])('%s', async (kind, text, expected) => {
  expect(await objectOf(kind, text)).toMatchObject(expected)
})
