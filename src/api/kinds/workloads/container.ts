import { z } from 'zod'
import {
  flag,
  keyed,
  list,
  one,
  open,
  part,
  quantities,
  quantity,
  requiredIntOrText,
  text,
  texts,
  whole,
} from './fields.ts'

const source = (what: string) =>
  part(
    {
      name: z.string().max(253).default('').describe(`Name of the ${what}.`),
      key: z.string().max(253).describe('Key in it.'),
      optional: flag('Whether it may be missing.'),
    },
    `A key of a ${what}.`,
  )

const EnvVar = z.object({
  name: z.string().max(1024).describe('Name of the variable.'),
  value: text('Its value; $(OTHER) refers to a variable named before.'),
  valueFrom: part(
    {
      fieldRef: part(
        {
          apiVersion: z.string().default('v1').describe('API version of the field.'),
          fieldPath: z.string().describe('Such as metadata.name or status.podIP.'),
        },
        'A field of the Pod.',
      ),
      resourceFieldRef: part(
        {
          containerName: text('Which container; the own one where absent.'),
          resource: z.string().describe('Such as limits.cpu.'),
          divisor: quantity('Unit of the answer.'),
        },
        'What a container asks for or may use.',
      ),
      configMapKeyRef: source('ConfigMap'),
      secretKeyRef: source('Secret'),
      fileKeyRef: open('A key of a file in a volume.'),
    },
    'Where its value comes from, in place of value.',
  ),
})

const named = (what: string) =>
  part(
    {
      name: z.string().max(253).default('').describe(`Name of the ${what}.`),
      optional: flag('Whether it may be missing.'),
    },
    `All keys of a ${what}.`,
  )

const Port = z.object({
  name: text('Name that Services and probes may use for it.'),
  containerPort: z.number().int().describe('Number of the port, 1 to 65535.'),
  hostPort: whole('Port of the node that leads to it.'),
  hostIP: text('Address of the node it is bound to.'),
  protocol: z.enum(['TCP', 'UDP', 'SCTP']).default('TCP').describe('TCP, UDP or SCTP.'),
})

const httpGet = () =>
  part(
    {
      path: text('Path to ask for.'),
      port: requiredIntOrText('Number or name of the port.'),
      host: text('Host to ask; the Pod where absent.'),
      scheme: z.enum(['HTTP', 'HTTPS']).default('HTTP').describe('HTTP or HTTPS.'),
      httpHeaders: list(
        z.object({ name: z.string().describe('Name.'), value: z.string().describe('Value.') }),
        'Headers to send.',
      ),
    },
    'A request that must be answered with 200 to 399.',
  )
const tcpSocket = () =>
  part(
    { port: requiredIntOrText('Number or name of the port.'), host: text('Host to connect to.') },
    'A port that must accept connections.',
  )
const exec = () => part({ command: texts('Program and arguments.') }, 'A command that must end with 0.')

const probe = (about: string) =>
  part(
    {
      httpGet: httpGet(),
      tcpSocket: tcpSocket(),
      exec: exec(),
      grpc: part(
        { port: z.number().int().describe('Number of the port.'), service: text('Service to ask about.') },
        'A gRPC health check.',
      ),
      initialDelaySeconds: whole('Seconds to wait after the start.'),
      timeoutSeconds: z.number().int().default(1).describe('Seconds until it counts as failed.'),
      periodSeconds: z.number().int().default(10).describe('Seconds between two.'),
      successThreshold: z.number().int().default(1).describe('How many in a row make it succeed.'),
      failureThreshold: z.number().int().default(3).describe('How many in a row make it fail.'),
      terminationGracePeriodSeconds: whole('Seconds to end after it has failed.'),
    },
    about,
  )

const handler = (about: string) =>
  part(
    {
      exec: exec(),
      httpGet: httpGet(),
      tcpSocket: tcpSocket(),
      sleep: part({ seconds: z.number().int().describe('How long.') }, 'A pause.'),
    },
    about,
  )

export const seccompProfile = () =>
  part(
    {
      type: one(['RuntimeDefault', 'Unconfined', 'Localhost'], 'Which profile.'),
      localhostProfile: text('File of the profile on the node, for Localhost.'),
    },
    'Which system calls are allowed.',
  )
export const appArmorProfile = () =>
  part(
    {
      type: one(['RuntimeDefault', 'Unconfined', 'Localhost'], 'Which profile.'),
      localhostProfile: text('Name of the profile on the node, for Localhost.'),
    },
    'AppArmor profile.',
  )
export const seLinuxOptions = () =>
  part(
    { user: text('User.'), role: text('Role.'), type: text('Type.'), level: text('Level.') },
    'SELinux labels.',
  )

const securityContext = () =>
  part(
    {
      privileged: flag('Whether it is root on the node.'),
      allowPrivilegeEscalation: flag('Whether a process may gain more rights than its parent.'),
      readOnlyRootFilesystem: flag('Whether its root file system can not be written.'),
      runAsNonRoot: flag('Whether it is refused to run as root.'),
      runAsUser: whole('User id.'),
      runAsGroup: whole('Group id.'),
      capabilities: part({ add: texts('Given.'), drop: texts('Taken away.') }, 'Capabilities of Linux.'),
      procMount: text('Default or Unmasked.'),
      seccompProfile: seccompProfile(),
      appArmorProfile: appArmorProfile(),
      seLinuxOptions: seLinuxOptions(),
      windowsOptions: open('Options of Windows.'),
    },
    'Rights of its processes.',
  )

export const resources = () =>
  part(
    {
      requests: quantities('What is set aside, such as cpu and memory.'),
      limits: quantities('What it may use at most.'),
      claims: list(
        z.object({
          name: z.string().describe('Name among resourceClaims.'),
          request: text('Which request.'),
        }),
        'Devices it uses.',
      ),
    },
    'What it asks for and may use.',
  )

const shape = {
  name: z.string().max(1024).describe('Name, unique in the Pod.'),
  image: text('Image to run.'),
  command: texts("Program, in place of the image's."),
  args: texts("Arguments, in place of the image's."),
  workingDir: text('Directory it starts in.'),
  ports: keyed('containerPort', Port, 'Ports it listens at.'),
  env: keyed('name', EnvVar, 'Environment variables.'),
  envFrom: list(
    z.object({
      prefix: text('Put before each name.'),
      configMapRef: named('ConfigMap'),
      secretRef: named('Secret'),
    }),
    'Environment variables from all keys of other objects.',
  ),
  resources: resources(),
  resizePolicy: list(
    z.object({
      resourceName: z.string().describe('cpu or memory.'),
      restartPolicy: z.string().describe('What a change of it needs.'),
    }),
    'Whether a change of resources restarts it.',
  ),
  restartPolicy: text('Always makes an init container a sidecar.'),
  restartPolicyRules: list(z.record(z.string(), z.unknown()), 'When it is started again.'),
  volumeMounts: keyed(
    'mountPath',
    z.object({
      name: z.string().max(253).describe('Name of the volume.'),
      mountPath: z.string().max(4096).describe('Where it appears.'),
      subPath: text('Part of the volume.'),
      subPathExpr: text('Part of the volume, with $(VARIABLES).'),
      readOnly: flag('Whether it can not be written.'),
      recursiveReadOnly: text('Whether mounts inside are read only too.'),
      mountPropagation: text('None, HostToContainer or Bidirectional.'),
    }),
    'Volumes it sees.',
  ),
  volumeDevices: keyed(
    'devicePath',
    z.object({
      name: z.string().describe('Name of the volume.'),
      devicePath: z.string().describe('Path of the device.'),
    }),
    'Block devices it sees.',
  ),
  livenessProbe: probe('It is started again when this fails.'),
  readinessProbe: probe('It gets no traffic while this fails.'),
  startupProbe: probe('The others wait until this succeeds.'),
  lifecycle: part(
    {
      postStart: handler('Run after it has started.'),
      preStop: handler('Run before it is ended.'),
      stopSignal: text('Signal that ends it.'),
    },
    'Hooks at its start and end.',
  ),
  terminationMessagePath: z.string().default('/dev/termination-log').describe('File with its last words.'),
  terminationMessagePolicy: z
    .enum(['File', 'FallbackToLogsOnError'])
    .default('File')
    .describe('Whether its log stands in for that file.'),
  imagePullPolicy: one(
    ['Always', 'IfNotPresent', 'Never'],
    'When the image is pulled; Always for :latest, else IfNotPresent.',
  ),
  securityContext: securityContext(),
  stdin: flag('Whether it has an input.'),
  stdinOnce: flag('Whether the input ends with the first client.'),
  tty: flag('Whether it has a terminal.'),
}

export const Container = z.object(shape)
export type Container = z.output<typeof Container>

export const EphemeralContainer = z.object({
  ...shape,
  targetContainerName: text('Container whose processes it sees.'),
})

const state = (about: string) =>
  part(
    {
      waiting: part({ reason: text('One word.'), message: text('In words.') }, 'It does not run yet.'),
      running: part({ startedAt: text('When it started.') }, 'It runs.'),
      terminated: part(
        {
          exitCode: z.number().int().describe('How it ended.'),
          signal: whole('Signal that ended it.'),
          reason: text('One word.'),
          message: text('In words.'),
          startedAt: text('When it started.'),
          finishedAt: text('When it ended.'),
          containerID: text('Its id.'),
        },
        'It ended.',
      ),
    },
    about,
  )

export const ContainerStatus = z.object({
  name: z.string().describe('Name of the container.'),
  ready: z.boolean().default(false).describe('Whether its readiness probe succeeds.'),
  started: flag('Whether its startup probe succeeded.'),
  restartCount: z.number().int().default(0).describe('How often it was started again.'),
  image: z.string().default('').describe('Image it runs.'),
  imageID: z.string().default('').describe('Digest of the image.'),
  containerID: text('Its id.'),
  state: state('What it does.'),
  lastState: state('How it ended last.'),
  resources: resources(),
  allocatedResources: quantities('What the node set aside.'),
  allocatedResourcesStatus: list(z.record(z.string(), z.unknown()), 'Health of devices.'),
  volumeMounts: list(z.record(z.string(), z.unknown()), 'Volumes it sees.'),
  user: open('Who it runs as.'),
  stopSignal: text('Signal that ends it.'),
})
