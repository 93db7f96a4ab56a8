import type { ClusterObject } from '../cluster.ts'
import { type Analyzer, type Suspicion, strengths } from './analyzer.ts'
import { remedy, replaced } from './remedies.ts'
import { seenOf } from './seen.ts'
import type { View, Workload } from './view.ts'
import { called, fieldOf, plain, plural, sentences } from './wording.ts'

type Job = ClusterObject<'Job'>

/** Work that should end, and does not, or never begins. */
export const job: Analyzer = {
  name: 'job',
  finds: 'A Job failed, ran out of time, is suspended, or has a restart policy that a Job may not have.',
  unless: 'It succeeded in the end; being suspended counts little, for it may be meant.',
  rules: ['job-failed', 'job-deadline', 'job-suspended', 'job-never-restarts'],
  *look(view) {
    for (const object of view.cluster.all('Job')) {
      const found = failed(view, object)
      if (found) yield found
      if (object.spec?.suspend) yield suspended(object)
    }
    for (const workload of view.workloads) if (alwaysRestarts(workload)) yield policy(workload)
  },
}

function failed(view: View, object: Job): Suspicion | undefined {
  const { spec, status } = object
  const told = status?.conditions.find(
    ({ type, status: is }) => (type === 'Failed' || type === 'FailureTarget') && is === 'True',
  )
  const tooOften =
    !told && (status?.failed ?? 0) > (spec?.backoffLimit ?? 6) && (status?.succeeded ?? 0) === 0
  if (!told && !tooOften) return undefined
  const workload = view.ownerOf(object)
  const seen = workload && seenOf(view, workload)
  const late = told?.reason === 'DeadlineExceeded'
  const pods = status?.failed === undefined ? '' : `, ${plural(status.failed, 'failed pod')}`
  return {
    rule: late ? 'job-deadline' : 'job-failed',
    object: workload ?? object,
    class: 'job',
    observed: true,
    strength: late ? strengths.told : strengths.likely,
    symptom: !late,
    statement: sentences(
      late
        ? `${called(object)} was ended because it ran longer than activeDeadlineSeconds ${spec?.activeDeadlineSeconds ?? ''} (DeadlineExceeded)`
        : `${called(object)} failed (${plain(told?.reason ?? 'BackoffLimitExceeded')}${pods}, backoffLimit ${spec?.backoffLimit ?? 6}): ${plain(told?.message ?? 'its pods failed', 120)}`,
      seen?.text,
    ),
    evidence: [
      fieldOf(object, 'status', told?.message ?? told?.reason ?? `${status?.failed} failed`),
      ...(seen?.evidence ?? []),
    ],
    explains: [object, ...(workload?.pods ?? [])],
  }
}

const suspended = (object: Job): Suspicion => ({
  ...{ rule: 'job-suspended', object, class: 'job', strength: strengths.possible, observed: object.live },
  statement: sentences(`${called(object)} is suspended (spec.suspend is true), so it creates no pods`),
  evidence: [fieldOf(object, 'spec.suspend', 'true')],
  ...remedy('remediate', object, replaced('/spec/suspend', true, false), 'Let the job run.'),
})

const alwaysRestarts = ({ kind, object, spec, declared }: Workload): boolean =>
  (kind === 'Job' || kind === 'CronJob') &&
  declared &&
  (spec.restartPolicy === 'Always' || (spec.restartPolicy === undefined && !object.live))

const policy = ({ object, spec, path }: Workload): Suspicion => ({
  ...{ rule: 'job-never-restarts', object, class: 'job', strength: strengths.likely, observed: false },
  statement: sentences(
    `${called(object)} has restartPolicy ${spec.restartPolicy ?? 'Always (the default)'}, where a Job needs OnFailure or Never, so the API server refuses it`,
  ),
  evidence: [fieldOf(object, `${path}/restartPolicy`, spec.restartPolicy ?? 'absent')],
})
