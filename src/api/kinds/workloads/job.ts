import { z } from 'zod'
import type { Cause } from '../../errors.ts'
import { defineKind, type Resource, type ResourceOf } from '../../kind.ts'
import { atLeast, immutable, invalid, required } from './causes.ts'
import { cronProblem } from './cron.ts'
import {
  conditions,
  flag,
  LabelSelector,
  list,
  one,
  open,
  part,
  templateMetadata,
  text,
  time,
  whole,
} from './fields.ts'
import { podSpecCauses } from './pod-checks.ts'
import { completePodSpec } from './pod-defaults.ts'
import { PodTemplate } from './pod-spec.ts'
import {
  age,
  at,
  computed,
  containersAndSelector,
  humanAge,
  itemsAt,
  named,
  numberAt,
  since,
  textAt,
} from './printing.ts'

const JobSpec = z.object({
  template: PodTemplate.describe('What the Pods are; it stays as it is.'),
  parallelism: whole('How many run at once; 1 where absent.'),
  completions: whole('How many must succeed.'),
  backoffLimit: z.number().int().default(6).describe('How often it is tried again.'),
  backoffLimitPerIndex: whole('How often each number is tried again.'),
  maxFailedIndexes: whole('How many numbers may fail.'),
  activeDeadlineSeconds: whole('Seconds it may run.'),
  ttlSecondsAfterFinished: whole('Seconds until it is deleted once it is over.'),
  completionMode: z
    .enum(['NonIndexed', 'Indexed'])
    .default('NonIndexed')
    .describe('Whether its Pods are numbered.'),
  suspend: z.boolean().default(false).describe('Whether it waits.'),
  selector: LabelSelector.optional().describe('Labels of its Pods; made by the server.'),
  manualSelector: flag('Whether the selector is your own.'),
  podFailurePolicy: open('Which failures end it.'),
  successPolicy: open('When it has succeeded.'),
  podReplacementPolicy: one(['TerminatingOrFailed', 'Failed'], 'When a Pod is replaced.'),
  managedBy: text('Controller that runs it.'),
})
type JobSpec = z.output<typeof JobSpec>

const restartPolicies = ['OnFailure', 'Never'] as const

function jobCauses(field: string, spec: JobSpec): Cause[] {
  return [
    ...podSpecCauses(`${field}.template.spec`, spec.template.spec, { restartPolicies }),
    ...atLeast(`${field}.parallelism`, spec.parallelism, 0),
    ...atLeast(`${field}.completions`, spec.completions, 0),
    ...atLeast(`${field}.backoffLimit`, spec.backoffLimit, 0),
    ...atLeast(`${field}.activeDeadlineSeconds`, spec.activeDeadlineSeconds, 1),
    ...atLeast(`${field}.ttlSecondsAfterFinished`, spec.ttlSecondsAfterFinished, 0),
    ...(spec.completionMode === 'Indexed' && spec.completions === undefined
      ? [required(`${field}.completions`, 'when completion mode is Indexed')]
      : []),
  ]
}

function completeJob(spec: JobSpec): void {
  completePodSpec(spec.template.spec)
  if (spec.completions === undefined && spec.parallelism === undefined) spec.completions = 1
  spec.parallelism ??= 1
}

const podSpecExample = {
  restartPolicy: 'OnFailure',
  containers: [{ name: 'report', image: 'busybox:1.37', command: ['sh', '-c', 'date'] }],
}

export const Job = defineKind({
  group: 'batch',
  version: 'v1',
  kind: 'Job',
  plural: 'jobs',
  categories: ['all'],
  summary: 'Pods that run until enough of them have succeeded. Kept as data: nothing here runs it.',
  spec: JobSpec,
  status: z.object({
    active: whole('How many run.'),
    ready: whole('How many are ready.'),
    succeeded: whole('How many have succeeded.'),
    failed: whole('How many have failed.'),
    terminating: whole('How many are ending.'),
    startTime: time('When it began.'),
    completionTime: time('When it was over.'),
    completedIndexes: text('Numbers that succeeded.'),
    failedIndexes: text('Numbers that failed.'),
    uncountedTerminatedPods: open('Pods that are not counted yet.'),
    conditions: conditions(),
  }),
  selectableFields: ['status.successful'],
  columns: [
    computed('Status', '.status.conditions', jobStatus),
    computed('Completions', '.status.succeeded', completions),
    computed('Duration', '.status.completionTime', duration),
    age,
    ...containersAndSelector('spec.template.spec'),
  ],
  complete: object => completeJob(object.spec),
  check(object, previous) {
    const { spec } = object
    const causes = jobCauses('spec', spec)
    if (!previous) return causes
    const before = previous.spec
    causes.push(
      ...immutable('spec.selector', spec.selector, before.selector),
      ...immutable('spec.completionMode', spec.completionMode, before.completionMode),
      ...(before.suspend ? [] : immutable('spec.template', spec.template, before.template)),
      ...(spec.completionMode === 'Indexed'
        ? []
        : immutable('spec.completions', spec.completions, before.completions)),
    )
    return causes
  },
  example: {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'report', namespace: 'default' },
    spec: { template: { spec: podSpecExample } },
  },
})
export type Job = ResourceOf<typeof Job>

const holds = (object: Resource, wanted: string): boolean =>
  itemsAt(object, 'status.conditions').some(({ type, status }) => type === wanted && status === 'True')

function jobStatus(object: Resource): string {
  for (const [type, text] of [
    ['Complete', 'Complete'],
    ['Failed', 'Failed'],
  ] as const)
    if (holds(object, type)) return text
  if (object.metadata.deletionTimestamp) return 'Terminating'
  if (holds(object, 'Suspended')) return 'Suspended'
  if (holds(object, 'FailureTarget')) return 'FailureTarget'
  return holds(object, 'SuccessCriteriaMet') ? 'SuccessCriteriaMet' : 'Running'
}

function completions(object: Resource): string {
  const done = numberAt(object, 'status.succeeded')
  const wanted = at(object, 'spec.completions')
  if (wanted !== undefined) return `${done}/${wanted}`
  const parallelism = numberAt(object, 'spec.parallelism')
  return parallelism > 1 ? `${done}/1 of ${parallelism}` : `${done}/1`
}

function duration(object: Resource, now: number): string | undefined {
  const start = Date.parse(textAt(object, 'status.startTime'))
  if (Number.isNaN(start)) return ''
  const end = Date.parse(textAt(object, 'status.completionTime'))
  return humanAge((Number.isNaN(end) ? now : end) - start)
}

const CronJobSpec = z.object({
  schedule: z.string().max(1024).describe('When, such as */5 * * * *.'),
  timeZone: text('Time zone of the schedule, such as Europe/Berlin.'),
  jobTemplate: z
    .object({ metadata: templateMetadata(), spec: JobSpec.describe('What the Jobs are.') })
    .describe('What the Jobs are.'),
  concurrencyPolicy: z
    .enum(['Allow', 'Forbid', 'Replace'])
    .default('Allow')
    .describe('What happens while one still runs.'),
  suspend: z.boolean().default(false).describe('Whether it waits.'),
  startingDeadlineSeconds: whole('Seconds by which one may be late.'),
  successfulJobsHistoryLimit: z.number().int().default(3).describe('How many that succeeded are kept.'),
  failedJobsHistoryLimit: z.number().int().default(1).describe('How many that failed are kept.'),
})

export const CronJob = defineKind({
  group: 'batch',
  version: 'v1',
  kind: 'CronJob',
  plural: 'cronjobs',
  shortNames: ['cj'],
  categories: ['all'],
  summary: 'A Job at set times. Kept as data: nothing here runs it.',
  spec: CronJobSpec,
  status: z.object({
    active: list(
      part(
        {
          apiVersion: text('API version.'),
          kind: text('Kind.'),
          namespace: text('Namespace.'),
          name: text('Name.'),
          uid: text('UID.'),
          resourceVersion: text('Resource version.'),
          fieldPath: text('Field.'),
        },
        'A Job.',
      ).unwrap(),
      'Jobs that run.',
    ),
    lastScheduleTime: time('When the last one was made.'),
    lastSuccessfulTime: time('When one last succeeded.'),
  }),
  columns: [
    named('Schedule', 'spec.schedule'),
    named('Timezone', 'spec.timeZone'),
    computed('Suspend', '.spec.suspend', object => (at(object, 'spec.suspend') === true ? 'True' : 'False')),
    computed('Active', '.status.active', object => itemsAt(object, 'status.active').length, {
      type: 'integer',
    }),
    since('Last Schedule', 'status.lastScheduleTime'),
    age,
    ...containersAndSelector('spec.jobTemplate.spec.template.spec', 'spec.jobTemplate.spec.selector'),
  ],
  complete: object => completeJob(object.spec.jobTemplate.spec),
  check(object) {
    const { spec } = object
    const problem = cronProblem(spec.schedule)
    return [
      ...(spec.schedule === '' ? [required('spec.schedule')] : []),
      ...(spec.schedule !== '' && problem ? [invalid('spec.schedule', spec.schedule, problem)] : []),
      ...atLeast('spec.startingDeadlineSeconds', spec.startingDeadlineSeconds, 0),
      ...atLeast('spec.successfulJobsHistoryLimit', spec.successfulJobsHistoryLimit, 0),
      ...atLeast('spec.failedJobsHistoryLimit', spec.failedJobsHistoryLimit, 0),
      ...jobCauses('spec.jobTemplate.spec', spec.jobTemplate.spec),
    ]
  },
  example: {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'nightly', namespace: 'default' },
    spec: { schedule: '0 3 * * *', jobTemplate: { spec: { template: { spec: podSpecExample } } } },
  },
})
export type CronJob = ResourceOf<typeof CronJob>
