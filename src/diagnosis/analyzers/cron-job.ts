import type { ClusterObject } from '../cluster.ts'
import { type Analyzer, type Suspicion, strengths } from './analyzer.ts'
import { scheduleFault } from './cron-schedule.ts'
import { type Edit, remedy, removed, replaced } from './remedies.ts'
import { called, fieldOf, plain, quoted, sentences } from './wording.ts'

type CronJob = ClusterObject<'CronJob'>

/** Work at a schedule that does not start. */
export const cronJob: Analyzer = {
  name: 'cron-job',
  finds: 'A CronJob is suspended, has an invalid schedule or time zone, or a deadline that it cannot keep.',
  unless: 'Nothing withdraws it; being suspended counts little, for it may be meant.',
  rules: [
    ...['cron-job-schedule', 'cron-job-suspended', 'cron-job-deadline', 'cron-job-time-zone'],
    'cron-job-warning',
  ],
  *look({ cluster }) {
    for (const object of cluster.all('CronJob')) {
      yield* faults(object)
      const warning = cluster.events(object).find(event => event.warning && refusals.test(event.reason))
      if (warning)
        yield {
          ...{ rule: 'cron-job-warning', object, class: 'job', strength: strengths.likely, observed: true },
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

const refusals =
  /^(FailedNeedsStart|MissSchedule|TooManyMissedTimes|UnparseableSchedule|InvalidSchedule|UnknownTimeZone|FailedCreate)$/

function* faults(object: CronJob): Generator<Suspicion> {
  const { schedule, suspend, startingDeadlineSeconds: deadline, timeZone } = object.spec ?? {}
  const fault = schedule === undefined ? undefined : scheduleFault(schedule)
  if (schedule !== undefined && fault)
    yield suspicion(
      object,
      'cron-job-schedule',
      strengths.broken,
      `has an invalid schedule ${quoted(schedule)}: ${fault}, so it never runs`,
      ['spec.schedule', schedule],
    )
  if (suspend)
    yield suspicion(
      object,
      'cron-job-suspended',
      strengths.possible,
      'is suspended (spec.suspend is true), so it starts no jobs',
      ['spec.suspend', 'true'],
      { edits: replaced('/spec/suspend', true, false), summary: 'Let the schedule run again.' },
    )
  if (deadline !== undefined && deadline < 10)
    yield suspicion(
      object,
      'cron-job-deadline',
      deadline < 0 ? strengths.broken : strengths.likely,
      `has startingDeadlineSeconds ${deadline}${deadline < 0 ? ', which is negative' : ', less than the 10 s between two looks of the controller'}, so jobs may never start`,
      ['spec.startingDeadlineSeconds', String(deadline)],
      { edits: removed('/spec/startingDeadlineSeconds', deadline), summary: 'Take away the deadline.' },
    )
  if (timeZone !== undefined && !isZone(timeZone))
    yield suspicion(
      object,
      'cron-job-time-zone',
      strengths.likely,
      `has time zone ${quoted(timeZone)}, which is not known, so it starts no jobs`,
      ['spec.timeZone', timeZone],
    )
}

const suspicion = (
  object: CronJob,
  rule: string,
  strength: number,
  text: string,
  [path, value]: readonly [string, string],
  mend?: { edits: readonly Edit[]; summary: string },
): Suspicion => ({
  ...{ rule, object, class: 'job', strength, observed: object.live && rule === 'cron-job-suspended' },
  statement: sentences(`${called(object)} ${text}`),
  evidence: [fieldOf(object, path, value)],
  ...(mend && remedy('remediate', object, mend.edits, mend.summary)),
})

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
