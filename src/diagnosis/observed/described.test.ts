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
})
