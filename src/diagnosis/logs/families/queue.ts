import { type Family, groupOf } from '../family.ts'

const forms =
  /network partition|Mnesia.{0,80}partition|partitioned network|split[- ]?brain|(?:consumer lag|lag) (?:is |of |has |exceeds )?(?:\w{1,20} )?\d{4,}|consumer lag (?:exceeds|too high|is high|grow\w{0,3})|queue (?:is )?(?:full|overflow|backlog|depth exceed)|queue (?:size|length|depth)[^\n]{0,40}exceed|LEADER_NOT_AVAILABLE|NOT_ENOUGH_REPLICAS|NotLeaderForPartition|UNKNOWN_TOPIC_OR_PARTITION|(?:topic|queue|exchange) ['"]?([\w./-]{1,150})['"]? (?:does not exist|not found|not present)|no (?:queue|exchange) '([\w./-]{1,150})'|offset out of range|OffsetOutOfRange|rebalance (?:failed|in progress)|max\.poll\.interval|memory resource limit alarm|disk resource limit alarm|dead[- ]letter|message (?:is )?too large|RecordTooLarge|brokers? (?:is |are )?(?:down|not available)/i

/** A message broker or its queues are in trouble. */
export const queue: Family = {
  name: 'queue',
  class: 'dependency',
  words: [
    'partition',
    'split',
    'lag',
    'queue',
    'leader_not',
    'not_enough',
    'notleader',
    'topic',
    'exchange',
    'offset',
    'rebalance',
    'max.poll',
    'alarm',
    'dead-letter',
    'dead letter',
    'too large',
    'recordtoolarge',
    'broker',
  ],
  read(text) {
    const match = forms.exec(text)
    if (!match) return undefined
    const name = groupOf(match)
    const split = /partition(?:ed)? network|network partition|Mnesia|split[- ]?brain/i.test(text)
    return {
      means: split
        ? 'has a network partition between brokers (split brain)'
        : `has trouble with its message broker${name ? `: ${name} is not there` : ''}`,
      fix: split
        ? 'See what cut the nodes from each other, choose the side to keep and restart the others so that they join again.'
        : 'Look at the broker: leaders and replicas, lag of consumers, size of queues and messages.',
      tells: split || name ? 0.88 : 0.7,
    }
  },
}
