import { z } from 'zod'
import {
  appArmorProfile,
  Container,
  EphemeralContainer,
  resources,
  seccompProfile,
  seLinuxOptions,
} from './container.ts'
import {
  flag,
  keyed,
  LocalReference,
  list,
  map,
  one,
  open,
  part,
  quantities,
  selector,
  templateMetadata,
  text,
  texts,
  whole,
} from './fields.ts'
import { Volume } from './volume.ts'

const requirements = (about: string) =>
  list(
    z.object({
      key: z.string().describe('Name of the label or field.'),
      operator: z.string().describe('In, NotIn, Exists, DoesNotExist, Gt or Lt.'),
      values: texts('Values to compare with.'),
    }),
    about,
  )

const nodeTerm = z.object({
  matchExpressions: requirements('Requirements on labels.'),
  matchFields: requirements('Requirements on fields.'),
})

const podTerm = z.object({
  labelSelector: selector('Which Pods.'),
  namespaceSelector: selector('In which namespaces, by labels.'),
  namespaces: texts('In which namespaces, by name.'),
  topologyKey: z.string().describe('Label of nodes that makes them one place.'),
  matchLabelKeys: texts('Labels whose own values are required.'),
  mismatchLabelKeys: texts('Labels whose own values are refused.'),
})

const podAffinity = (about: string) =>
  part(
    {
      requiredDuringSchedulingIgnoredDuringExecution: list(podTerm, 'What must hold.'),
      preferredDuringSchedulingIgnoredDuringExecution: list(
        z.object({
          weight: z.number().int().min(1).max(100).describe('How much it counts, 1 to 100.'),
          podAffinityTerm: podTerm.describe('What should hold.'),
        }),
        'What should hold.',
      ),
    },
    about,
  )

const affinity = () =>
  part(
    {
      nodeAffinity: part(
        {
          requiredDuringSchedulingIgnoredDuringExecution: part(
            { nodeSelectorTerms: list(nodeTerm, 'One of these must hold.') },
            'What must hold.',
          ),
          preferredDuringSchedulingIgnoredDuringExecution: list(
            z.object({
              weight: z.number().int().min(1).max(100).describe('How much it counts, 1 to 100.'),
              preference: nodeTerm.describe('What should hold.'),
            }),
            'What should hold.',
          ),
        },
        'Which nodes it may run on.',
      ),
      podAffinity: podAffinity('Pods to be near to.'),
      podAntiAffinity: podAffinity('Pods to be away from.'),
    },
    'Where it may run.',
  )

const securityContext = () =>
  part(
    {
      runAsUser: whole('User id of all containers.'),
      runAsGroup: whole('Group id of all containers.'),
      runAsNonRoot: flag('Whether they are refused to run as root.'),
      fsGroup: whole('Group that owns its volumes.'),
      fsGroupChangePolicy: text('Always or OnRootMismatch.'),
      supplementalGroups: list(z.number().int(), 'Further groups.'),
      supplementalGroupsPolicy: text('Merge or Strict.'),
      sysctls: list(
        z.object({ name: z.string().describe('Name.'), value: z.string().describe('Value.') }),
        'Settings of the kernel.',
      ),
      seccompProfile: seccompProfile(),
      appArmorProfile: appArmorProfile(),
      seLinuxOptions: seLinuxOptions(),
      seLinuxChangePolicy: text('MountOption or Recursive.'),
      windowsOptions: open('Options of Windows.'),
    },
    'Rights of all containers.',
  )

const Toleration = z.object({
  key: text('Name of the taint; all where absent.'),
  operator: text('Equal or Exists.'),
  value: text('Value of the taint.'),
  effect: text('NoSchedule, PreferNoSchedule or NoExecute; all where absent.'),
  tolerationSeconds: whole('How long a NoExecute taint is borne.'),
})

const TopologySpread = z.object({
  maxSkew: z.number().int().describe('By how many Pods places may differ.'),
  topologyKey: z.string().describe('Label of nodes that makes them one place.'),
  whenUnsatisfiable: z.string().describe('DoNotSchedule or ScheduleAnyway.'),
  labelSelector: selector('Which Pods count.'),
  minDomains: whole('Least number of places.'),
  nodeAffinityPolicy: text('Honor or Ignore.'),
  nodeTaintsPolicy: text('Honor or Ignore.'),
  matchLabelKeys: texts('Labels whose own values are required.'),
})

export const PodSpec = z.object({
  containers: z
    .array(Container)
    .min(1)
    .max(1000)
    .meta({ patchStrategy: 'merge', patchMergeKey: 'name' })
    .describe('What runs, together on one node.'),
  initContainers: keyed('name', Container, 'What runs before, one after the other.'),
  ephemeralContainers: keyed('name', EphemeralContainer, 'Containers for debugging.'),
  volumes: keyed('name', Volume, 'Volumes its containers may see.', 'merge,retainKeys'),
  restartPolicy: z
    .enum(['Always', 'OnFailure', 'Never'])
    .default('Always')
    .describe('Whether containers that end are started again.'),
  terminationGracePeriodSeconds: z
    .number()
    .int()
    .default(30)
    .describe('Seconds between the request to end and being killed.'),
  activeDeadlineSeconds: whole('Seconds it may run.'),
  dnsPolicy: z
    .enum(['ClusterFirst', 'ClusterFirstWithHostNet', 'Default', 'None'])
    .default('ClusterFirst')
    .describe('Where names are looked up.'),
  dnsConfig: part(
    {
      nameservers: texts('Servers.'),
      searches: texts('Domains to try.'),
      options: list(z.object({ name: text('Name.'), value: text('Value.') }), 'Options.'),
    },
    'Further settings of name look-up.',
  ),
  nodeSelector: map('Labels a node must have.'),
  nodeName: text('Node it runs on.'),
  affinity: affinity(),
  tolerations: list(Toleration, 'Taints of nodes that it bears.'),
  topologySpreadConstraints: keyed('topologyKey', TopologySpread, 'How Pods are spread.'),
  serviceAccountName: text('ServiceAccount it acts as; default where absent.'),
  serviceAccount: text('Old name of serviceAccountName.'),
  automountServiceAccountToken: flag('Whether containers get a token of it.'),
  hostNetwork: flag('Whether it uses the network of the node.'),
  hostPID: flag('Whether it sees processes of the node.'),
  hostIPC: flag('Whether it shares memory with the node.'),
  hostUsers: flag('Whether its user ids are those of the node.'),
  shareProcessNamespace: flag('Whether containers see processes of each other.'),
  securityContext: securityContext(),
  imagePullSecrets: keyed('name', LocalReference, 'Secrets to pull images with.'),
  hostname: text('Name of its host.'),
  hostnameOverride: text('Name of its host, in full.'),
  subdomain: text('Domain of that name.'),
  setHostnameAsFQDN: flag('Whether the host name is the full one.'),
  hostAliases: keyed(
    'ip',
    z.object({ ip: z.string().describe('Address.'), hostnames: texts('Its names.') }),
    'Lines of /etc/hosts.',
  ),
  schedulerName: z.string().default('default-scheduler').describe('Who chooses its node.'),
  schedulingGates: keyed(
    'name',
    z.object({ name: z.string().describe('Name.') }),
    'What must be taken away before it is scheduled.',
  ),
  priorityClassName: text('PriorityClass.'),
  priority: whole('Higher ones push lower ones out.'),
  preemptionPolicy: text('PreemptLowerPriority or Never.'),
  runtimeClassName: text('RuntimeClass.'),
  enableServiceLinks: flag('Whether Services become environment variables.'),
  overhead: quantities('What running it takes beside its containers.'),
  readinessGates: list(
    z.object({ conditionType: z.string().describe('Type of the condition.') }),
    'Conditions it needs to be ready.',
  ),
  os: part({ name: one(['linux', 'windows'], 'linux or windows.') }, 'System it is for.'),
  resources: resources(),
  resourceClaims: keyed(
    'name',
    z.object({
      name: z.string().describe('Name.'),
      resourceClaimName: text('ResourceClaim.'),
      resourceClaimTemplateName: text('ResourceClaimTemplate.'),
    }),
    'Devices its containers may use.',
    'merge,retainKeys',
  ),
  workloadRef: open('Group of Pods it belongs to.'),
})
export type PodSpec = z.output<typeof PodSpec>

export const PodTemplate = z.object({
  metadata: templateMetadata(),
  spec: PodSpec.describe('What the Pods are.'),
})
export type PodTemplate = z.output<typeof PodTemplate>
