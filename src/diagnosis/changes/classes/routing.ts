import { type DiffClass, type Hit, type Produces, quoted } from './diff-class.ts'
import { alikeLines } from './logic.ts'

const uneven: Produces = {
  backlog: 0.95,
  lock: 0.5,
  duplicates: 0.6,
  'wrong-data': 0.8,
  latency: 0.6,
  cpu: 0.5,
  'database-load': 0.5,
  'cache-miss': 0.6,
  'stale-data': 0.5,
  'traffic-down': 0.5,
  memory: 0.4,
  timeout: 0.4,
  error: 0.4,
  'rate-limit': 0.4,
  silence: 0.5,
}
const key =
  /\b(partition_?key|shard_?key|routing_?key|partition(er|_?by)?|shard(_?by|er)?|dist_?key|hash_?(key|ring)|group_?id|consumer_?group|message_?group|ordering_?key|affinity|sticky|load_?balanc\w*|lb_?policy|balancer|Key)\b\s*["']?\s*[:=(]/

/** Work, messages or data are spread by something else than before. */
export const routingChanged: DiffClass = {
  name: 'routing-changed',
  fault: 'code',
  find: ({ files }) =>
    files.flatMap((file): Hit[] => {
      if (file.role !== 'code' && file.role !== 'config') return []
      const pair = alikeLines(file).find(([old, now]) => key.test(old) && key.test(now))
      const queued =
        /kafka|message|producer|publish|partition|shard|queue|stream|balanc|consistent|sqs|pubsub|nats|rabbit/i
      const around = `${file.path} ${file.context.join(' ')} ${pair?.join(' ') ?? ''}`
      if (!pair || !queued.test(around)) return []
      return [
        {
          says: `spreads by another key: ${quoted(pair[1])} instead of ${quoted(pair[0])}`,
          file: file.path,
          strength: 0.8,
          produces: uneven,
        },
      ]
    }),
}
