import { describe, expect, test } from 'vitest'
import { printed } from './bundle.world.ts'
import { observedObjects } from './observed.ts'

const objectOf = async (kind: string, text: string): Promise<Record<string, unknown>> => {
  const { objects } = observedObjects(await printed(text))
  const found = objects.find(({ object }) => object.kind === kind)
  expect(found, `a ${kind} in the text`).toBeDefined()
  return found?.object as unknown as Record<string, unknown>
}

describe('what kubectl describe prints is read as the object', () => {
  test('Pod', async () => {
    const pod = await objectOf(
      'Pod',
      `$ kubectl describe pod api-5d8f7c6b9-x2vlq -n shop
Name:             api-5d8f7c6b9-x2vlq
Namespace:        shop
Priority:         0
Service Account:  api
Node:             node-1/10.0.0.1
Start Time:       Wed, 28 May 2025 14:26:35 +0200
Labels:           app=api
                  pod-template-hash=5d8f7c6b9
Annotations:      <none>
Status:           Running
IP:               10.1.0.5
Controlled By:    ReplicaSet/api-5d8f7c6b9
Init Containers:
  wait:
    Image:         busybox
    State:          Terminated
      Reason:       Completed
      Exit Code:    0
      Started:      Wed, 28 May 2025 14:26:36 +0200
      Finished:     Wed, 28 May 2025 14:26:37 +0200
    Ready:          True
    Restart Count:  0
Containers:
  api:
    Container ID:  containerd://1
    Image:         api:1
    Ports:         8080/TCP (http), 9090/TCP
    Host Ports:    0/TCP, 0/TCP
    Command:
      /bin/sh
    Args:
      -c
      if [ -z "$X" ]; then
        echo "error: X is missing"
        exit 1
      fi

    State:          Waiting
      Reason:       CrashLoopBackOff
    Last State:     Terminated
      Reason:       OOMKilled
      Exit Code:    137
      Started:      Wed, 28 May 2025 14:30:00 +0200
      Finished:     Wed, 28 May 2025 14:31:00 +0200
    Ready:          False
    Restart Count:  4
    Limits:
      cpu:     500m
      memory:  64Mi
    Requests:
      cpu:      100m
      memory:   64Mi
    Liveness:   http-get http://:8080/healthz delay=5s timeout=1s period=10s #success=1 #failure=3
    Readiness:  tcp-socket :http delay=0s timeout=1s period=5s #success=1 #failure=3
    Startup:    exec [cat /tmp/ready] delay=1s timeout=1s period=2s #success=1 #failure=30
    Environment Variables from:
      api-config  ConfigMap  Optional: false
      api-secret  Secret     Optional: true
    Environment:
      MODE:      fast
      PASSWORD:  <set to the key 'pw' in secret 'db'>        Optional: false
      LEVEL:     <set to the key 'level' of config map 'cfg'>  Optional: true
      POD_IP:     (v1:status.podIP)
    Mounts:
      /data from data (rw)
      /etc/app/app.yaml from config (ro,path="app.yaml")
Conditions:
  Type              Status
  Initialized       True
  Ready             False
  PodScheduled      True
Volumes:
  data:
    Type:       PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)
    ClaimName:  api-data
    ReadOnly:   false
  config:
    Type:      ConfigMap (a volume populated by a ConfigMap)
    Name:      api-config
    Optional:  false
  tls:
    Type:        Secret (a volume populated by a Secret)
    SecretName:  api-tls
    Optional:    false
QoS Class:                   Burstable
Node-Selectors:              disk=ssd
Tolerations:                 dedicated=api:NoSchedule
                             node.kubernetes.io/not-ready:NoExecute op=Exists for 300s
Events:                      <none>
`,
    )
    expect(pod).toMatchObject({
      apiVersion: 'v1',
      metadata: {
        name: 'api-5d8f7c6b9-x2vlq',
        namespace: 'shop',
        labels: { app: 'api', 'pod-template-hash': '5d8f7c6b9' },
        creationTimestamp: '2025-05-28T12:26:35.000Z',
        ownerReferences: [
          { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'api-5d8f7c6b9', controller: true },
        ],
      },
      spec: {
        nodeName: 'node-1',
        serviceAccountName: 'api',
        nodeSelector: { disk: 'ssd' },
        tolerations: [
          { key: 'dedicated', operator: 'Equal', value: 'api', effect: 'NoSchedule' },
          {
            key: 'node.kubernetes.io/not-ready',
            operator: 'Exists',
            effect: 'NoExecute',
            tolerationSeconds: 300,
          },
        ],
        containers: [
          {
            name: 'api',
            image: 'api:1',
            command: ['/bin/sh'],
            args: ['-c', 'if [ -z "$X" ]; then\n  echo "error: X is missing"\n  exit 1\nfi'],
            ports: [
              { containerPort: 8080, protocol: 'TCP', name: 'http' },
              { containerPort: 9090, protocol: 'TCP' },
            ],
            resources: { limits: { cpu: '500m', memory: '64Mi' }, requests: { cpu: '100m', memory: '64Mi' } },
            livenessProbe: {
              httpGet: { scheme: 'HTTP', port: 8080, path: '/healthz' },
              initialDelaySeconds: 5,
              timeoutSeconds: 1,
              periodSeconds: 10,
              failureThreshold: 3,
            },
            readinessProbe: { tcpSocket: { port: 'http' } },
            startupProbe: { exec: { command: ['cat', '/tmp/ready'] }, failureThreshold: 30 },
            envFrom: [
              { configMapRef: { name: 'api-config' } },
              { secretRef: { name: 'api-secret', optional: true } },
            ],
            env: [
              { name: 'MODE', value: 'fast' },
              { name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'db', key: 'pw' } } },
              {
                name: 'LEVEL',
                valueFrom: { configMapKeyRef: { name: 'cfg', key: 'level', optional: true } },
              },
              { name: 'POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
            ],
            volumeMounts: [
              { name: 'data', mountPath: '/data' },
              { name: 'config', mountPath: '/etc/app/app.yaml', readOnly: true, subPath: 'app.yaml' },
            ],
          },
        ],
        volumes: [
          { name: 'data', persistentVolumeClaim: { claimName: 'api-data', readOnly: false } },
          { name: 'config', configMap: { name: 'api-config', optional: false } },
          // Whatever stands behind such a name was masked when the text was read.
          { name: 'tls', secret: { optional: false } },
        ],
      },
      status: {
        phase: 'Running',
        podIP: '10.1.0.5',
        conditions: [
          { type: 'Initialized', status: 'True' },
          { type: 'Ready', status: 'False' },
          { type: 'PodScheduled', status: 'True' },
        ],
        initContainerStatuses: [
          { name: 'wait', ready: true, state: { terminated: { reason: 'Completed', exitCode: 0 } } },
        ],
        containerStatuses: [
          {
            name: 'api',
            ready: false,
            restartCount: 4,
            state: { waiting: { reason: 'CrashLoopBackOff' } },
            lastState: {
              terminated: { reason: 'OOMKilled', exitCode: 137, finishedAt: '2025-05-28T12:31:00.000Z' },
            },
          },
        ],
      },
    })
  })

  test('Deployment', async () => {
    const text = `$ kubectl describe deployment web -n shop
Name:                   web
Namespace:              shop
CreationTimestamp:      Fri, 11 Jul 2025 16:20:40 +0300
Labels:                 app=web
Selector:               app=web,tier=front
Replicas:               3 desired | 2 updated | 4 total | 1 available | 3 unavailable
StrategyType:           RollingUpdate
MinReadySeconds:        0
RollingUpdateStrategy:  25% max unavailable, 1 max surge
Pod Template:
  Labels:  app=web
           tier=front
  Containers:
   web:
    Image:        web:2
    Port:         80/TCP
    Host Port:    0/TCP
    Environment:  <none>
    Mounts:       <none>
  Volumes:        <none>
Conditions:
  Type           Status  Reason
  ----           ------  ------
  Available      False   MinimumReplicasUnavailable
  Progressing    False   ProgressDeadlineExceeded
OldReplicaSets:  web-1 (1/1 replicas created)
NewReplicaSet:   web-2 (2/2 replicas created)
`
    expect(await objectOf('Deployment', text)).toMatchObject({
      spec: {
        replicas: 3,
        selector: { matchLabels: { app: 'web', tier: 'front' } },
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '25%', maxSurge: 1 } },
        template: {
          metadata: { labels: { app: 'web', tier: 'front' } },
          spec: {
            containers: [{ name: 'web', image: 'web:2', ports: [{ containerPort: 80 }], resources: {} }],
            volumes: [],
          },
        },
      },
      status: {
        replicas: 4,
        updatedReplicas: 2,
        availableReplicas: 1,
        unavailableReplicas: 3,
        conditions: [
          { type: 'Available', status: 'False', reason: 'MinimumReplicasUnavailable' },
          { type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' },
        ],
      },
    })
  })

  test('Job, also where the command asked for another kind', async () => {
    const text = (command: string) => `$ ${command}
Name:             nightly
Namespace:        batch
Selector:         batch.kubernetes.io/controller-uid=1
Parallelism:      1
Completions:      5
Suspend:          false
Backoff Limit:    4
Start Time:       Wed, 28 May 2025 14:25:21 +0200
Pods Statuses:    1 Active (0 Ready) / 2 Succeeded / 3 Failed
Pod Template:
  Containers:
   main:
    Image:      main:1
`
    for (const command of ['kubectl describe job nightly -n batch', 'kubectl describe pod nightly -n batch'])
      expect(await objectOf('Job', text(command))).toMatchObject({
        apiVersion: 'batch/v1',
        spec: { parallelism: 1, completions: 5, backoffLimit: 4, suspend: false },
        status: { active: 1, succeeded: 2, failed: 3, startTime: '2025-05-28T12:25:21.000Z' },
      })
  })

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
})
