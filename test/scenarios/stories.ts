import type { Kind, ResourceOf } from '../../src/api/kind.ts'
import { ConfigMap } from '../../src/api/kinds/core.ts'
import { Prompt } from '../../src/api/kinds/prompt.ts'
import { Deployment } from '../../src/api/kinds/workloads/deployment.ts'
import { CronJob } from '../../src/api/kinds/workloads/job.ts'
import { ResourceQuota } from '../../src/api/kinds/workloads/limits.ts'
import { Ingress } from '../../src/api/kinds/workloads/networking.ts'
import { HorizontalPodAutoscaler } from '../../src/api/kinds/workloads/scaling.ts'
import { Service } from '../../src/api/kinds/workloads/service.ts'
import type { Client } from '../../src/client/client.ts'
import { madeCalls, minute, scored, turn } from '../../src/diagnosis/calls/calls.fake.ts'
import { answerTo, desk, liveQuestions } from '../desk.ts'
import type { Operations } from '../operations.ts'

/** One fault and what is well again when it was mended. */
export interface Story {
  title: string
  files: Record<string, string>
  /** What goes on before. */
  before?(at: Operations): Promise<void>
  /** Applied one after the other before anything breaks. */
  commits?: { title: string; files: Record<string, string> }[]
  /** What the cluster then shows. */
  breaks(at: Operations): Promise<void>
  service: string
  alert: string
  message: string
  /** Its first hypothesis. */
  says: RegExp
  skill: string
  well(client: Client): Promise<boolean>
  /** What the cluster shows then. */
  mended?(at: Operations): Promise<void>
}

const yaml = (object: object): string => `# Owned by the shop team.\n${JSON.stringify(object, null, 2)}\n`

const container = (more: object = {}) => ({
  name: 'web',
  image: 'shop/web:1.4',
  ports: [{ name: 'http', containerPort: 8080 }],
  resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } },
  ...more,
})

const deployment = (more: object = {}, spec: object = {}, podSpec: object = {}) =>
  yaml({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: { containers: [container(more)], ...podSpec },
      },
      ...spec,
    },
  })

const service = (selector: object, targetPort: number | string = 8080) =>
  yaml({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web' },
    spec: { selector, ports: [{ port: 80, targetPort }] },
  })

const pool = (size: number) => `# Owned by the shop team.
apiVersion: v1
kind: ConfigMap
metadata:
  name: web-settings
data:
  app.properties: |
    db.pool.size=${size}
    log.level=info
`

const settings = (name: string) =>
  yaml({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { mode: 'fast' } })

const running = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] }
const waiting = (reason: string, message: string) => ({
  phase: 'Pending',
  conditions: [{ type: 'Ready', status: 'False', reason: 'ContainersNotReady' }],
  containerStatuses: [
    {
      name: 'web',
      ready: false,
      restartCount: 0,
      image: 'shop/web:1.4',
      imageID: '',
      state: { waiting: { reason, message } },
    },
  ],
})
const killed = {
  phase: 'Running',
  conditions: [{ type: 'Ready', status: 'False', reason: 'ContainersNotReady' }],
  containerStatuses: [
    {
      ...{ name: 'web', ready: false, restartCount: 7, image: 'shop/web:1.4', imageID: '' },
      state: {
        waiting: { reason: 'CrashLoopBackOff', message: 'back-off 5m0s restarting failed container' },
      },
      lastState: {
        terminated: {
          exitCode: 137,
          reason: 'OOMKilled',
          startedAt: '2026-01-01T00:00:00Z',
          finishedAt: '2026-01-01T00:01:00Z',
        },
      },
    },
  ],
}

/** The pod of the Deployment `web`, with its container and status. */
const podOf = (status: object, more?: object) => (at: Operations) =>
  at.pod('web', status, { containers: [container(more)] })

const has =
  <K extends Kind>(kind: K, name: string, is: (object: ResourceOf<K>) => boolean) =>
  async (client: Client): Promise<boolean> => {
    const object = await client.find(kind, name, 'default')
    return object !== undefined && is(object)
  }

const firstContainer = (object: ResourceOf<typeof Deployment>) => object.spec.template.spec?.containers?.[0]

const unready = 'no pod of web is ready'
const base = { service: 'web', alert: 'ServiceDown', message: unready }

export const stories: readonly Story[] = [
  {
    ...base,
    title: 'a ConfigMap that is named wrongly is found, and the name is corrected',
    files: {
      'deploy/settings.yaml': settings('web-settings'),
      'deploy/web.yaml': deployment({ envFrom: [{ configMapRef: { name: 'web-setings' } }] }),
    },
    breaks: podOf(waiting('CreateContainerConfigError', 'configmap "web-setings" not found'), {
      envFrom: [{ configMapRef: { name: 'web-setings' } }],
    }),
    says: /web-setings/,
    skill: 'fix-reference',
    well: has(Deployment, 'web', object => JSON.stringify(object).includes('web-settings')),
  },
  {
    ...base,
    title: 'a selector that selects nothing is found, and aligned with the labels of the pods',
    files: { 'deploy/web.yaml': deployment(), 'deploy/service.yaml': service({ app: 'wep' }) },
    breaks: podOf(running),
    message: 'web answers nobody',
    says: /selector/,
    skill: 'fix-reference',
    well: has(Service, 'web', ({ spec }) => spec?.selector?.app === 'web'),
  },
  {
    ...base,
    title: 'a port that no container has is found, and corrected',
    files: { 'deploy/web.yaml': deployment(), 'deploy/service.yaml': service({ app: 'web' }, 8081) },
    breaks: podOf(running),
    message: 'web refuses connections',
    says: /8081/,
    skill: 'fix-reference',
    well: has(Service, 'web', ({ spec }) => spec?.ports?.[0]?.targetPort === 8080),
  },
  {
    ...base,
    title: 'a probe at a port where nothing listens is found, and moved',
    files: {
      'deploy/web.yaml': deployment({ livenessProbe: { httpGet: { path: '/healthz', port: 9090 } } }),
    },
    async breaks(at) {
      await podOf(running, { livenessProbe: { httpGet: { path: '/healthz', port: 9090 } } })(at)
      await at.warn(
        { kind: 'Pod', name: 'web-7d4b9c6f5-x2vlq' },
        'Unhealthy',
        'Liveness probe failed: Get "http://10.0.0.7:9090/healthz": dial tcp 10.0.0.7:9090: connect: connection refused',
      )
    },
    message: 'web restarts again and again',
    says: /probe/i,
    skill: 'tune-probe',
    well: has(Deployment, 'web', object => firstContainer(object)?.livenessProbe?.httpGet?.port === 8080),
  },
  {
    ...base,
    title: 'a container that is killed for memory gets more of it',
    files: { 'deploy/web.yaml': deployment() },
    breaks: podOf(killed),
    message: 'web restarts again and again',
    says: /memory/i,
    skill: 'tune-limit',
    well: has(Deployment, 'web', object => firstContainer(object)?.resources?.limits?.memory !== '256Mi'),
  },
  {
    ...base,
    title: 'a quota that is smaller than what is asked for is found, and raised',
    files: {
      'deploy/web.yaml': deployment(),
      'deploy/quota.yaml': yaml({
        apiVersion: 'v1',
        kind: 'ResourceQuota',
        metadata: { name: 'team' },
        spec: { hard: { 'requests.memory': '200Mi' } },
      }),
    },
    async breaks(at) {
      await at.seen(ResourceQuota, {
        metadata: { name: 'team' },
        status: { hard: { 'requests.memory': '200Mi' }, used: { 'requests.memory': '128Mi' } },
      })
      await at.warn(
        { kind: 'ReplicaSet', name: 'web-7d4b9c6f5' },
        'FailedCreate',
        'Error creating: pods "web-7d4b9c6f5-abcde" is forbidden: exceeded quota: team, requested: requests.memory=128Mi, used: requests.memory=128Mi, limited: requests.memory=200Mi',
      )
    },
    message: 'web has one pod of two',
    says: /quota/i,
    skill: 'tune-quota',
    well: has(ResourceQuota, 'team', ({ spec }) => spec?.hard?.['requests.memory'] !== '200Mi'),
  },
  {
    ...base,
    title: 'an autoscaler at its most is found, and may go further',
    files: {
      'deploy/web.yaml': deployment(),
      'deploy/hpa.yaml': yaml({
        apiVersion: 'autoscaling/v2',
        kind: 'HorizontalPodAutoscaler',
        metadata: { name: 'web' },
        spec: {
          scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
          minReplicas: 1,
          maxReplicas: 2,
          metrics: [
            {
              type: 'Resource',
              resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 } },
            },
          ],
        },
      }),
    },
    async breaks(at) {
      await at.seen(HorizontalPodAutoscaler, {
        metadata: { name: 'web' },
        status: {
          currentReplicas: 2,
          desiredReplicas: 2,
          currentMetrics: [
            {
              type: 'Resource',
              resource: { name: 'cpu', current: { averageUtilization: 97, averageValue: '97m' } },
            },
          ],
          conditions: [
            {
              type: 'ScalingLimited',
              status: 'True',
              reason: 'TooManyReplicas',
              message: 'the desired replica count is more than the maximum replica count',
            },
          ],
        },
      })
      await podOf(running)(at)
    },
    message: 'web is slow',
    says: /HorizontalPodAutoscaler|HPA/,
    skill: 'scale',
    well: has(HorizontalPodAutoscaler, 'web', ({ spec }) => (spec?.maxReplicas ?? 0) > 2),
  },
  {
    ...base,
    title: 'an autoscaler of a Deployment that there is not is found, and pointed at the one there is',
    files: {
      'deploy/web.yaml': deployment(),
      'deploy/hpa.yaml': yaml({
        apiVersion: 'autoscaling/v2',
        kind: 'HorizontalPodAutoscaler',
        metadata: { name: 'web' },
        spec: {
          scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'webs' },
          minReplicas: 1,
          maxReplicas: 4,
        },
      }),
    },
    async breaks(at) {
      await at.seen(HorizontalPodAutoscaler, {
        metadata: { name: 'web' },
        status: {
          currentReplicas: 0,
          desiredReplicas: 0,
          conditions: [
            {
              type: 'AbleToScale',
              status: 'False',
              reason: 'FailedGetScale',
              message:
                'the HPA controller was unable to get the target\'s current scale: deployments.apps "webs" not found',
            },
          ],
        },
      })
      await podOf(running)(at)
    },
    message: 'web is slow under load and does not scale',
    says: /webs/,
    skill: 'fix-reference',
    well: has(HorizontalPodAutoscaler, 'web', ({ spec }) => spec?.scaleTargetRef?.name === 'web'),
  },
  {
    ...base,
    title: 'an Ingress that names a Service that there is not is found, and corrected',
    files: {
      'deploy/web.yaml': deployment(),
      'deploy/service.yaml': service({ app: 'web' }),
      'deploy/ingress.yaml': yaml({
        apiVersion: 'networking.k8s.io/v1',
        kind: 'Ingress',
        metadata: { name: 'web' },
        spec: {
          rules: [
            {
              host: 'shop.example.com',
              http: {
                paths: [
                  {
                    path: '/',
                    pathType: 'Prefix',
                    backend: { service: { name: 'webb', port: { number: 80 } } },
                  },
                ],
              },
            },
          ],
        },
      }),
    },
    breaks: podOf(running),
    message: 'shop.example.com answers 503',
    says: /webb/,
    skill: 'fix-reference',
    well: has(Ingress, 'web', object => !JSON.stringify(object.spec).includes('webb')),
  },
  {
    ...base,
    title: 'a rollout that somebody paused and forgot goes on',
    files: { 'deploy/web.yaml': deployment({}, { paused: true }) },
    async breaks(at) {
      await at.seen(Deployment, {
        metadata: { name: 'web' },
        status: {
          replicas: 2,
          updatedReplicas: 0,
          readyReplicas: 0,
          unavailableReplicas: 2,
          conditions: [{ type: 'Progressing', status: 'Unknown', reason: 'DeploymentPaused' }],
        },
      })
    },
    says: /paused/,
    skill: 'remediate',
    well: has(Deployment, 'web', ({ spec }) => spec.paused !== true),
  },
  {
    ...base,
    title: 'a CronJob whose schedule is none is found, and corrected',
    files: {
      'deploy/report.yaml': yaml({
        apiVersion: 'batch/v1',
        kind: 'CronJob',
        metadata: { name: 'report' },
        spec: {
          schedule: '0 3 * * *',
          suspend: true,
          jobTemplate: {
            spec: {
              template: { spec: { restartPolicy: 'Never', containers: [container({ name: 'report' })] } },
            },
          },
        },
      }),
    },
    breaks: async () => undefined,
    service: 'report',
    alert: 'ReportMissing',
    message: 'CronJob report did not run last night',
    says: /suspend/,
    skill: 'remediate',
    well: has(CronJob, 'report', ({ spec }) => spec.suspend !== true),
  },
  {
    ...base,
    title: 'a commit after which the pool is too small is found among others, and taken back',
    files: {
      'deploy/web.yaml': deployment(),
      'deploy/settings.yaml': pool(50),
    },
    commits: [
      { title: 'Say who owns it', files: { 'README.md': 'The shop team.' } },
      {
        title: 'Tidy the settings',
        files: {
          'deploy/settings.yaml': pool(2),
        },
      },
    ],
    async breaks(at) {
      const resource = { service: 'web', namespace: 'default' }
      const { clock, signals } = at.world
      await at.world.advance(30_000)
      await signals.append(
        Array.from({ length: 60 }, (_, i) => ({
          kind: 'log' as const,
          resource,
          at: clock.now() - 20_000 + i * 300,
          severity: 17,
          body: `db pool exhausted: timed out waiting for a connection after 30s (pool size 2, waiting ${i})`,
          attributes: {},
        })),
      )
    },
    message: 'web answers 500: no database connection',
    says: /pool/,
    skill: 'rollback',
    well: has(
      ConfigMap,
      'web-settings',
      ({ data }) => data?.['app.properties']?.includes('size=50') ?? false,
    ),
  },
  {
    title: 'a prompt that made answers wrong is found by its release, and taken back',
    files: desk({ prompt: 'good', route: { gates: [] }, rollout: { steps: [] } }),
    before: at => questions(at, 60),
    commits: [
      { title: 'Notes', files: { 'README.md': 'How to run the desk.' } },
      {
        title: 'Ask in other words',
        files: { 'deploy/prompt.yaml': desk({ prompt: 'broken' })['deploy/prompt.yaml'] ?? '' },
      },
    ],
    breaks: at => questions(at, 60),
    service: 'refund',
    alert: 'QualityLow',
    message: 'score correct of route refund is below its objective',
    says: /Ask in other words/,
    skill: 'rollback',
    well: has(Prompt, 'refund', ({ spec }) => JSON.stringify(spec).includes('(good)')),
  },
]

/** Users ask the route and say whether the answer was right. */
async function questions({ world }: Operations, count: number): Promise<void> {
  const asked: string[] = []
  for (let i = 0; i < count; i++) {
    const question = liveQuestions[i % liveQuestions.length] ?? ''
    const { call, text } = await world.ask('refund', question, `session-${world.clock.now()}-${i}`)
    await world.feedback(call, { scores: { correct: Number(text === answerTo(question)) } })
    world.clock.advance(5000)
    asked.push(call)
  }
  // Calls and what is said of them are reported over HTTP, in real time.
  for (let tries = 0; tries < 200; tries++) {
    await world.advance(250)
    const kept = await Promise.all(asked.map(id => world.telemetry.call(id)))
    if (kept.every(call => (call?.feedback.length ?? 0) > 0)) return
  }
  throw new Error('what users said was not reported')
}

/** Something that no change of ours brought, or nothing at all. */
export interface Calm extends Pick<Story, 'title' | 'service' | 'alert' | 'message'> {
  shows(at: Operations): Promise<void>
  /** Absent: nothing stands out. */
  says?: RegExp
}

const web = { 'deploy/web.yaml': deployment(), 'deploy/service.yaml': service({ app: 'web' }) }
export const calmFiles = web

const log = (at: Operations, body: (i: number) => string, severity = 17) =>
  at.world.signals.append(
    Array.from({ length: 40 }, (_, i) => ({
      kind: 'log' as const,
      resource: { service: 'web', namespace: 'default' },
      at: at.world.clock.now() - 40_000 + i * 1000,
      severity,
      body: body(i),
      attributes: {},
    })),
  )

/** Calls as the gateway records them, around now. */
const recorded = async ({ world }: Operations, calls: ReturnType<typeof madeCalls>) => {
  const shift = world.clock.now() - turn - 10 * minute
  const shown = calls.filter(({ at }) => at + shift < world.clock.now())
  await world.telemetry.append(
    shown.map(({ feedback: _, recorded: __, ...call }) => ({
      ...call,
      at: call.at + shift,
      namespace: 'default',
    })),
    shown.flatMap(({ feedback }) => feedback),
  )
}

export const calm: readonly Calm[] = [
  {
    title: 'an API of others that is down',
    service: 'web',
    alert: 'HighErrorRate',
    message: 'payments fail',
    shows: at =>
      log(at, i => `cannot connect to api.payments.example.com:443: connection refused, try ${i} of payment`),
    says: /api\.payments\.example\.com/,
  },
  {
    title: 'a provider that answers otherwise under the same name',
    service: 'desk',
    alert: 'QualityLow',
    message: 'score correct of route desk is below its objective',
    shows: at =>
      recorded(
        at,
        madeCalls({}, ({ id }, _, chance) => ({ feedback: scored(id, chance, 0.4) })),
      ),
    says: /No change of ours/,
  },
  {
    title: 'an attack that the guardrails stop',
    service: 'desk',
    alert: 'GuardrailDenials',
    message: 'many calls of route desk are denied',
    shows: at =>
      recorded(
        at,
        madeCalls({}, (_, i) =>
          i % 2 === 0
            ? {
                accessKey: 'web',
                error: 'content_blocked',
                status: 400,
                guards: [
                  { guardrail: 'in', rule: 'injection', zone: 'user', verdict: 'deny', action: 'block' },
                ],
              }
            : {},
        ),
      ),
    says: /under attack/,
  },
  {
    title: 'nothing that anything shows',
    service: 'web',
    alert: 'Watchdog',
    message: 'somebody looked at web',
    async shows(at) {
      await podOf(running)(at)
      await log(at, i => `GET /cart/${i} 200 in 12 ms`, 9)
    },
  },
]
