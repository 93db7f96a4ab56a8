import type { Edit } from '../diff/edit.ts'
import type { DiffClass, Hit } from './diff-class.ts'

const cron = /^[\d*/,?L#A-Z-]{1,40}(\s+[\d*/,?L#A-Z-]{1,40}){4,6}$/

/** When jobs run, and whether they may run at the same time. */
export const scheduleChanged: DiffClass = {
  name: 'schedule-changed',
  fault: 'job',
  find: ({ settings, files }: Edit) => {
    const hits: Hit[] = settings.flatMap(({ name, before, after, file, line }): Hit[] => {
      const scheduled = /schedule|cron/i.test(name) || (after !== undefined && cron.test(after.text))
      const overlap = /concurrencypolicy|overlap|max_?active_?runs|allow_?concurrent/i.test(name)
      if (!after || (!scheduled && !overlap)) return []
      const says = before
        ? `sets ${name} to ${after.text} instead of ${before.text}`
        : `schedules a job: ${line}`
      return [
        {
          says,
          file: file.path,
          strength: before ? 0.85 : 0.65,
          produces: {
            cpu: 0.9,
            'database-load': 0.9,
            'slow-query': 0.6,
            memory: 0.7,
            lock: 0.7,
            'traffic-up': 0.7,
            latency: 0.7,
            throttling: 0.6,
            duplicates: 0.6,
            'stale-data': 0.7,
            silence: 0.7,
            backlog: 0.6,
            node: 0.6,
            disk: 0.4,
            'rate-limit': 0.5,
            timeout: 0.5,
            scheduling: 0.5,
            'pool-wait': 0.6,
            oom: 0.4,
            cost: 0.4,
          },
        },
      ]
    })
    for (const file of files) {
      const found = file.added.find(line =>
        /@scheduled|kind:\s*cronjob|cron\.(new|add|schedule)|schedule\.every|add_?job\(|crontab\(|setinterval\(|time\.newticker/i.test(
          line,
        ),
      )
      if (
        found !== undefined &&
        !file.removed.some(line => /@scheduled|cron|setinterval|newticker/i.test(line))
      )
        hits.push({
          says: `starts a job again and again: ${found.slice(0, 90)}`,
          file: file.path,
          strength: 0.65,
          produces: {
            cpu: 0.8,
            'database-load': 0.8,
            memory: 0.6,
            lock: 0.6,
            'traffic-up': 0.6,
            latency: 0.6,
            'rate-limit': 0.6,
            duplicates: 0.4,
            'pool-wait': 0.5,
            cost: 0.4,
            node: 0.4,
          },
        })
    }
    return hits.slice(0, 8)
  },
}
