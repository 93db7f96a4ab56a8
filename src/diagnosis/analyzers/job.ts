import { type Analyzer, strengths } from './analyzer.ts'
import { scheduleFault } from './cron-schedule.ts'
import { remedy, removed, replaced } from './remedies.ts'
import { seenOf } from './seen.ts'
import { called, fieldOf, plain, plural, quoted, sentences } from './wording.ts'

/** Work that should end, and does not, or never begins. */
export const job: Analyzer = {
  name: 'job',
  finds:
    'A Job failed, ran out of time or is suspended; a CronJob is suspended, has an invalid schedule or time zone, or a deadline that it cannot keep.',
  unless: 'A Job succeeded in the end; being suspended counts little, for it may be meant.',
  rules: [
    'job-failed',
    'job-deadline',
    'job-suspended',
    'job-never-restarts',
    'cron-job-schedule',
    'cron-job-suspended',
    'cron-job-deadline',
    'cron-job-time-zone',
    'cron-job-warning',
  ],
  *look(view) {
    for (const object of view.cluster.all('Job')) {
      const { spec, status } = object
      const workload = view.ownerOf(object)
      const common = {
        object: workload ?? object,
        class: 'job' as const,
        explains: [object, ...(workload?.pods ?? [])],
      }
      const failed = status?.conditions.find(
        ({ type, status: is }) => (type === 'Failed' || type === 'FailureTarget') && is === 'True',
      )
      const seen = failed && workload ? seenOf(view, workload) : undefined
      if (failed)
        yield {
          ...{
            ...common,
            rule: failed.reason === 'DeadlineExceeded' ? 'job-deadline' : 'job-failed',
            observed: true,
          },
          strength: failed.reason === 'DeadlineExceeded' ? strengths.told : strengths.likely,
          symptom: failed.reason !== 'DeadlineExceeded',
          statement: sentences(
            failed.reason === 'DeadlineExceeded'
              ? `${called(object)} was ended because it ran longer than activeDeadlineSeconds ${spec?.activeDeadlineSeconds ?? ''} (DeadlineExceeded)`
              : `${called(object)} failed (${plain(failed.reason ?? 'Failed')}): ${plain(failed.message ?? '', 120)}${status?.failed === undefined ? '' : `, ${plural(status.failed, 'failed pod')} with backoffLimit ${spec?.backoffLimit ?? 6}`}`,
            seen?.text,
          ),
          evidence: [
            fieldOf(object, 'status.conditions Failed', failed.message ?? failed.reason ?? ''),
            ...(seen?.evidence ?? []),
          ],
        }
      if (spec?.suspend)
        yield {
          ...{ ...common, rule: 'job-suspended', strength: strengths.possible, observed: object.live },
          statement: sentences(
            `${called(object)} is suspended (spec.suspend is true), so it creates no pods`,
          ),
          evidence: [fieldOf(object, 'spec.suspend', 'true')],
          ...remedy('remediate', object, replaced('/spec/suspend', true, false), 'Let the job run.'),
        }
    }
    for (const { kind, object, spec, path } of view.workloads)
      if (
        (kind === 'Job' || kind === 'CronJob') &&
        (spec.restartPolicy === 'Always' || (spec.restartPolicy === undefined && !object.live))
      )
        yield {
          ...{
            rule: 'job-never-restarts',
            object,
            class: 'job',
            strength: strengths.likely,
            observed: false,
          },
          statement: sentences(
            `${called(object)} has restartPolicy ${spec.restartPolicy ?? 'Always (the default)'}, where a Job needs OnFailure or Never, so the API server refuses it`,
          ),
          evidence: [fieldOf(object, `${path}/restartPolicy`, spec.restartPolicy ?? 'absent')],
        }
    for (const object of view.cluster.all('CronJob')) {
      const { schedule, suspend, startingDeadlineSeconds: deadline, timeZone } = object.spec ?? {}
      const common = { object, class: 'job' as const }
      const fault = schedule === undefined ? undefined : scheduleFault(schedule)
      if (schedule !== undefined && fault)
        yield {
          ...{ ...common, rule: 'cron-job-schedule', strength: strengths.broken, observed: false },
          statement: sentences(
            `${called(object)} has an invalid schedule ${quoted(schedule)}: ${fault}, so it never runs`,
          ),
          evidence: [fieldOf(object, 'spec.schedule', schedule)],
        }
      if (suspend)
        yield {
          ...{ ...common, rule: 'cron-job-suspended', strength: strengths.possible, observed: object.live },
          statement: sentences(`${called(object)} is suspended (spec.suspend is true), so it starts no jobs`),
          evidence: [fieldOf(object, 'spec.suspend', 'true')],
          ...remedy(
            'remediate',
            object,
            replaced('/spec/suspend', true, false),
            'Let the schedule run again.',
          ),
        }
      if (deadline !== undefined && deadline < 10)
        yield {
          ...{
            ...common,
            rule: 'cron-job-deadline',
            strength: deadline < 0 ? strengths.broken : strengths.likely,
            observed: false,
          },
          statement: sentences(
            `${called(object)} has startingDeadlineSeconds ${deadline}${deadline < 0 ? ', which is negative' : ', less than the 10 s between two looks of the controller'}, so jobs may never start`,
          ),
          evidence: [fieldOf(object, 'spec.startingDeadlineSeconds', String(deadline))],
          ...remedy(
            'remediate',
            object,
            removed('/spec/startingDeadlineSeconds', deadline),
            'Take away the deadline.',
          ),
        }
      if (timeZone !== undefined && !isZone(timeZone))
        yield {
          ...{ ...common, rule: 'cron-job-time-zone', strength: strengths.likely, observed: false },
          statement: sentences(
            `${called(object)} has time zone ${quoted(timeZone)}, which is not known, so it starts no jobs`,
          ),
          evidence: [fieldOf(object, 'spec.timeZone', timeZone)],
        }
      const warning = view.cluster
        .events(object)
        .find(
          event =>
            event.warning &&
            /^(FailedNeedsStart|MissSchedule|TooManyMissedTimes|UnparseableSchedule|InvalidSchedule|UnknownTimeZone|FailedCreate)$/.test(
              event.reason,
            ),
        )
      if (warning)
        yield {
          ...{ ...common, rule: 'cron-job-warning', strength: strengths.likely, observed: true },
          statement: sentences(
            `${called(object)} reports ${plain(warning.reason)}: ${plain(warning.message, 250)}`,
          ),
          evidence: [
            {
              source: warning.file,
              detail: `${warning.about} ${warning.reason}: ${plain(warning.message, 300)}`,
            },
          ],
        }
    }
  },
}

/** Whether the runtime knows the zone, as Go's does from the same database. */
function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}
