import type { Edit } from '../diff/edit.ts'
import type { DiffClass, Hit, Produces } from './diff-class.ts'
import { numbersChanged } from './number-changed.ts'

const lessMemory: Produces = {
  oom: 1,
  restarts: 0.9,
  memory: 0.9,
  crash: 0.5,
  error: 0.5,
  latency: 0.5,
  refused: 0.4,
  cpu: 0.4,
}
const lessCpu: Produces = {
  throttling: 1,
  cpu: 0.9,
  latency: 0.9,
  timeout: 0.7,
  probe: 0.6,
  backlog: 0.5,
  threads: 0.5,
  restarts: 0.4,
  error: 0.4,
}
const asksMore: Produces = { scheduling: 1, node: 0.5, 'traffic-down': 0.3, refused: 0.3, cost: 0.5 }
const fewerPods: Produces = {
  cpu: 0.8,
  latency: 0.9,
  timeout: 0.7,
  threads: 0.6,
  backlog: 0.9,
  throttling: 0.6,
  error: 0.6,
  refused: 0.5,
  restarts: 0.3,
  memory: 0.4,
  'rate-limit': 0.3,
}
const morePods: Produces = {
  'pool-wait': 0.95,
  'database-load': 0.7,
  refused: 0.4,
  'rate-limit': 0.5,
  scheduling: 0.8,
  cost: 0.6,
  lock: 0.4,
  duplicates: 0.4,
}

/** What was alone no longer is. */
const severalForOne: Produces = { ...morePods, duplicates: 0.95, 'wrong-data': 0.8, lock: 0.7 }

/** What pods may use and how many there are. */
export const resourcesChanged: DiffClass = {
  name: 'resources-changed',
  fault: 'config',
  find: edit => [...bounds(edit), ...numbers(edit)],
}

const bounds = (edit: Edit): Hit[] =>
  numbersChanged(edit).flatMap(({ name, words, ratio, weight, says, file }): Hit[] => {
    const deployed =
      file.role === 'config' || file.role === 'image' || /^-X|heap|GOMEMLIMIT|old.?space/i.test(name)
    if (!deployed) return []
    const memory = / (memory|mem|xmx|heap|gomemlimit|space) /.test(words)
    const cpu = / (cpu|gomaxprocs|cores) /.test(words)
    const disk = / (storage|disk|ephemeral) /.test(words)
    if (disk && ratio < 1)
      return [{ says, file: file.path, strength: weight, produces: { disk: 1, restarts: 0.4, error: 0.4 } }]
    if (!memory && !cpu) return []
    const requested = / requests? /.test(words) || (!/ limits? /.test(words) && onlyRequests(file.context))
    if (ratio > 1)
      return [
        {
          says,
          file: file.path,
          strength: 0.7 * weight,
          produces: requested ? asksMore : { ...asksMore, node: 0.4 },
        },
      ]
    const produces = memory ? lessMemory : lessCpu
    return [{ says, file: file.path, strength: requested ? 0.4 * weight : weight, produces }]
  })

const onlyRequests = (context: readonly string[]): boolean =>
  context.some(line => /^requests:/.test(line)) && !context.some(line => /^limits:/.test(line))

const numbers = (edit: Edit): Hit[] =>
  numbersChanged(edit).flatMap(({ words, ratio, weight, says, file, setting }): Hit[] => {
    if (
      !/ (replicas|replicacount|instances|minreplicas|maxreplicas|shards|partitions|desired|mincapacity|maxcapacity|maxpods) /.test(
        words,
      ) &&
      !/ (replica count|min replicas|max replicas|max surge|max unavailable) /.test(words)
    )
      return []
    return [
      {
        says,
        file: file.path,
        strength: weight,
        produces: ratio < 1 ? fewerPods : setting.before?.number === 1 ? severalForOne : morePods,
      },
    ]
  })
