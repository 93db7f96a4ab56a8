import { deployment, examples, object, pod, running } from './analyzer.world.ts'
import { cpuLimit } from './cpu-limit.ts'
import { crash } from './crash.ts'
import { imagePull } from './image-pull.ts'
import { invalidDeclared } from './invalid-declared.ts'
import { outOfMemory } from './out-of-memory.ts'
import { podUnwell } from './pod-unwell.ts'
import { probeDeclared } from './probe-declared.ts'
import { probeFailing } from './probe-failing.ts'
import { probePort } from './probe-port.ts'
import { scriptBroken } from './script-broken.ts'
import { staleCopy } from './stale-copy.ts'
import { userAndFiles } from './user-and-files.ts'
import { variableUnset } from './variable-unset.ts'

const web = (rest: string, image = 'shop/web:1') =>
  deployment('web', `{containers: [{name: app, image: "${image}", ${rest}}]}`)
const script = (text: string, image = 'busybox') => web(`command: [sh, -c, ${JSON.stringify(text)}]`, image)
const event = (reason: string, message: string, about = 'Pod/shop/web-6d4cf56db6-x2vlq', count = 3) =>
  `\n---\n${JSON.stringify({ event: about, reason, message, count })}`
const status = (container: string, phase = 'Running') =>
  pod('web', '{}', `{phase: ${phase}, containerStatuses: [{name: app, ready: false, ${container}}]}`)

examples(probePort, {
  'a port beside the declared one': {
    yaml: web(
      'ports: [{containerPort: 80}], livenessProbe: {httpGet: {path: /healthz, port: 8080}}',
      'nginx:1.27',
    ),
    finds: ['probe-port'],
    says: /liveness probe.*asks port 8080.*listens on port 80, so the probe always fails/s,
  },
  'a name that no port has': {
    yaml: web('ports: [{name: http, containerPort: 80}], readinessProbe: {tcpSocket: {port: admin}}'),
    finds: ['probe-port'],
  },
  'a port that the command opens': {
    yaml: web(
      'args: ["--health=:8081"], ports: [{containerPort: 80}], livenessProbe: {httpGet: {port: 8081}}',
    ),
    finds: [],
  },
  'an image of which nothing is known': { yaml: web('livenessProbe: {httpGet: {port: 8080}}'), finds: [] },
})

examples(probeDeclared, {
  'a command that always fails': {
    yaml: web('livenessProbe: {exec: {command: [sh, -c, "echo checking; exit 1"]}}'),
    finds: ['probe-command-fails'],
  },
  'a file that nobody makes': {
    yaml: web(
      'command: [sh, -c, "while true; do sleep 5; done"], readinessProbe: {exec: {command: [cat, /tmp/ready]}}',
    ),
    finds: ['probe-command-fails'],
    says: /nothing makes file "\/tmp\/ready"/,
  },
  'a path that nginx does not have': {
    yaml: web('ports: [{containerPort: 80}], readinessProbe: {httpGet: {path: /health, port: 80}}', 'nginx'),
    finds: ['probe-path'],
  },
  'a start that takes longer': {
    yaml: web(
      'command: [sh, -c, "sleep 60; exec serve"], livenessProbe: {httpGet: {port: 80}, initialDelaySeconds: 5, periodSeconds: 5}',
    ),
    finds: ['probe-too-early'],
    says: /gives up 20 s after the start.*takes 60 s/s,
  },
  'a long timeout': {
    yaml: web('livenessProbe: {httpGet: {port: 80}, timeoutSeconds: 30}'),
    finds: ['probe-timeout-over-period'],
  },
  'nothing to ask': { yaml: web('livenessProbe: {periodSeconds: 5}'), finds: ['probe-without-handler'] },
  'a file that the container makes': {
    yaml: web(
      'command: [sh, -c, "touch /tmp/ready; sleep 3600"], readinessProbe: {exec: {command: [cat, /tmp/ready]}}',
    ),
    finds: [],
  },
  'a startup probe waits': {
    yaml: web(
      'command: [sh, -c, "sleep 60; exec serve"], livenessProbe: {httpGet: {port: 80}}, startupProbe: {httpGet: {port: 80}, failureThreshold: 30}',
    ),
    finds: [],
  },
  'content of its own': {
    yaml: web(
      'volumeMounts: [{name: c, mountPath: /etc/nginx/conf.d}], readinessProbe: {httpGet: {path: /health, port: 80}}',
      'nginx',
    ),
    finds: [],
  },
})

const probed = web('readinessProbe: {httpGet: {path: /ready, port: 8080}}')
examples(probeFailing, {
  'a path that is not there': {
    yaml:
      probed +
      status('state: {running: {}}') +
      event('Unhealthy', 'Readiness probe failed: HTTP probe failed with statuscode: 404'),
    finds: ['probe-fails'],
    says: /readiness probe of container "app" \(HTTP GET \/ready on port 8080\) fails.*404 not found.*never becomes ready/s,
  },
  'a pod that is ready by now': {
    yaml:
      probed + pod('web', '{}', running) + event('Unhealthy', 'Readiness probe failed: connection refused'),
    finds: [],
  },
})

examples(imagePull, {
  'a tag that is not there': {
    yaml:
      web('') +
      status('state: {waiting: {reason: ImagePullBackOff}}', 'Pending') +
      event('Failed', 'Failed to pull image "shop/web:1": rpc error: manifest unknown: not found'),
    finds: ['image-pull-fails'],
    says: /the image "shop\/web:1" of container "app" cannot be pulled.*tag "1".*does not exist/s,
  },
  'a registry that wants a login': {
    yaml:
      web('') +
      status(
        'state: {waiting: {reason: ErrImagePull, message: "pull access denied, unauthorized"}}',
        'Pending',
      ),
    finds: ['image-pull-fails'],
    says: /refuses access.*no imagePullSecrets/,
  },
  'an image that was pulled after all': {
    yaml:
      web('') +
      status('state: {running: {}}') +
      event('Failed', 'Failed to pull image "shop/web:1": timeout'),
    finds: [],
  },
})

const ended = (rest: string, restarts = 5) =>
  status(
    `restartCount: ${restarts}, state: {waiting: {reason: CrashLoopBackOff}}, lastState: {terminated: {${rest}}}`,
  )
examples(crash, {
  'an error': {
    yaml: web('') + ended('exitCode: 1, reason: Error'),
    finds: ['container-crashes'],
    says: /crashes \(CrashLoopBackOff, 5 restarts\) with exit code 1/,
  },
  'an end that is none': {
    yaml: web('') + ended('exitCode: 0, reason: Completed', 1),
    finds: ['container-ends'],
  },
  'a command that is not there': {
    yaml:
      web('') +
      status(
        'state: {waiting: {reason: RunContainerError, message: "exec: \\"srve\\": executable file not found in $PATH"}}',
      ),
    finds: ['container-cannot-start'],
    says: /command "srve" fails with "executable file not found"/,
  },
  'an init container': {
    yaml:
      deployment('web', '{containers: [{name: app}]}') +
      pod(
        'web',
        '{}',
        '{phase: Pending, initContainerStatuses: [{name: init, restartCount: 3, lastState: {terminated: {exitCode: 1}}}]}',
      ),
    finds: ['init-container-fails'],
  },
  'a single restart long ago': {
    yaml:
      web('') +
      pod(
        'web',
        '{}',
        '{phase: Running, conditions: [{type: Ready, status: "True"}], containerStatuses: [{name: app, restartCount: 1, lastState: {terminated: {exitCode: 1}}}]}',
      ),
    finds: [],
  },
})

examples(outOfMemory, {
  'a kill': {
    yaml: web('resources: {limits: {memory: 64Mi}}') + ended('exitCode: 137, reason: OOMKilled'),
    finds: ['out-of-memory'],
    says: /OOMKilled, exit code 137, 5 restarts.*memory limit of 64Mi/s,
  },
  'a heap above the limit': {
    yaml: web('command: [java, -Xmx2g, -jar, a.jar], resources: {limits: {memory: 1Gi}}'),
    finds: ['heap-over-limit'],
    says: /asks for 2Gi \(-Xmx2g\), more than the memory limit of 1Gi/,
  },
  'a heap within it': {
    yaml: web('command: [java, -Xmx512m, -jar, a.jar], resources: {limits: {memory: 1Gi}}'),
    finds: [],
  },
})

examples(cpuLimit, {
  'a hundredth of a core': { yaml: web('resources: {limits: {cpu: 10m}}'), finds: ['cpu-limit-tiny'] },
  'half a core': { yaml: web('resources: {limits: {cpu: 500m}}'), finds: [] },
})

examples(scriptBroken, {
  'a block that is not opened': {
    yaml: script('while true; do sleep 10; done; fi'),
    finds: ['script-syntax'],
    says: /syntax error: unexpected "fi"/,
  },
  'a quote that is not closed': {
    yaml: script('echo "hello\nsleep 10'),
    finds: ['script-syntax'],
    says: /unterminated quote "/,
  },
  'a misspelt program': {
    yaml: script('wge -O - http://example.com/'),
    finds: ['command-misspelt'],
    says: /typo of "wget"/,
  },
  'an end that is always an error': {
    yaml: script('echo starting; sleep 5; exit 3'),
    finds: ['script-exits'],
  },
  'a shell without input': { yaml: web('', 'busybox:1.36'), finds: ['command-ends-at-once'] },
  'a good script': {
    yaml: script(
      'if [ -f /a ]; then\n  for f in *; do echo "it\'s $f $(ls | wc -l)"; done # fi\nelse case "$1" in a) true;; esac\nfi\ncat <<EOF\nif "\nEOF\nexec serve',
    ),
    finds: [],
  },
})

examples(variableUnset, {
  'a script that demands it': {
    yaml: script('if [ -z "$DEPLOY_TO" ]; then echo missing; exit 1; fi; exec serve'),
    finds: ['variable-unset'],
    says: /needs environment variable "DEPLOY_TO", which is not set \(missing/,
  },
  'a script that complains, and a container that ends': {
    yaml: script('if [[ -z "$TOKEN" ]]; then echo TOKEN is undefined; else serve; fi') + ended('exitCode: 0'),
    finds: ['variable-unset'],
  },
  'an image that needs a password': {
    yaml: web('', 'postgres:16'),
    finds: ['image-variable-unset'],
    says: /"POSTGRES_PASSWORD"/,
  },
  'all are set': {
    yaml:
      web('env: [{name: POSTGRES_PASSWORD, value: x}]', 'postgres:16') +
      script(`echo \${HOME:?} \${A:-b}`).replaceAll('web', 'other'),
    finds: [],
  },
  'a ConfigMap whose keys are not known': {
    yaml: web('envFrom: [{configMapRef: {name: conf}}]', 'postgres:16'),
    finds: [],
  },
})

examples(userAndFiles, {
  'an image that runs as root': {
    yaml: deployment(
      'web',
      '{securityContext: {runAsNonRoot: true}, containers: [{name: app, image: nginx}]}',
    ),
    finds: ['root-refused'],
    says: /runAsNonRoot.*runs as root/,
  },
  'a script that writes': {
    yaml: web(
      'command: [sh, -c, "date > /var/log/now; exec serve"], securityContext: {readOnlyRootFilesystem: true}',
    ),
    finds: ['read-only-root'],
    says: /writes to "\/var\/log\/now"/,
  },
  'another user and a volume': {
    yaml: web(
      'command: [sh, -c, "date > /var/log/now"], volumeMounts: [{name: l, mountPath: /var/log}], securityContext: {readOnlyRootFilesystem: true, runAsNonRoot: true, runAsUser: 1000}',
      'busybox',
    ),
    finds: [],
  },
})

examples(invalidDeclared, {
  'labels that its selector does not take': {
    yaml: '{kind: Deployment, metadata: {name: web}, spec: {selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: wbe}}, spec: {containers: [{name: a, image: b}]}}}}',
    finds: ['selector-not-own-labels'],
  },
  'a request over its limit': {
    yaml: web('resources: {requests: {memory: 2Gi}, limits: {memory: 1Gi}}'),
    finds: ['request-over-limit'],
    says: /memory request 2Gi over limit 1Gi/,
  },
  'a mount of no volume': {
    yaml: web('volumeMounts: [{name: data, mountPath: /d}]'),
    finds: ['volume-not-declared'],
  },
  'a name twice': {
    yaml: deployment('web', '{containers: [{name: a, image: b}, {name: a, image: c}]}'),
    finds: ['name-repeated'],
  },
  'no image name': { yaml: web('', 'Shop/Web:1:2'), finds: ['image-name-invalid'] },
  'all is right': {
    yaml: web('resources: {requests: {cpu: 100m}, limits: {cpu: 1}}', 'registry.example.com:5000/a/b:v1'),
    finds: [],
  },
})

const changed = (at: string) => `
---
apiVersion: v1
kind: ConfigMap
metadata: {name: conf, namespace: shop, managedFields: [{time: ${at}, fieldsV1: {"f:data": {}}}]}
data: {A: b}
`
const since = pod('web', '{}', '{phase: Running, startTime: 2026-03-01T10:00:00Z}')
examples(staleCopy, {
  'a change after the start': {
    yaml: web('envFrom: [{configMapRef: {name: conf}}]') + since + changed('"2026-03-01T11:00:00Z"'),
    finds: ['stale-copy'],
  },
  'a change before it': {
    yaml: web('envFrom: [{configMapRef: {name: conf}}]') + since + changed('"2026-03-01T09:00:00Z"'),
    finds: [],
  },
})

examples(podUnwell, {
  'an eviction': {
    yaml: `${event('Evicted', 'The node was low on resource: ephemeral-storage.', 'Pod/shop/queue')}\n${object('Pod', 'queue', 'status: {phase: Failed, reason: Evicted, message: "The node was low on resource: ephemeral-storage."}')}`,
    finds: ['pod-evicted'],
    says: /its node ran low on ephemeral-storage/,
  },
  'an eviction of which only an Event tells': {
    yaml: event('Evicted', 'The node was low on resource: memory.', 'Pod/shop/queue'),
    finds: ['pod-evicted'],
  },
  'a configuration that is refused': {
    yaml:
      web('') + status('state: {waiting: {reason: CreateContainerConfigError, message: "no"}}', 'Pending'),
    finds: ['container-config-error'],
  },
  'a node that refuses it': {
    yaml: object('Pod', 'web', 'status: {phase: Failed, reason: OutOfcpu, message: no room}'),
    finds: ['pod-refused-by-node'],
  },
  'something unknown': { yaml: web('') + status('state: {running: {}}'), finds: ['pod-unwell'] },
  'pods that are ready': { yaml: web('') + pod('web', '{}', running), finds: [] },
})
