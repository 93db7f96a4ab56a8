import type { Family } from '../family.ts'

const forms =
  /leader ?election lost|lost (?:the )?(?:leader election|leadership|lease)|stopped leading|failed to (?:renew|acquire) lease|no leader|lost leader|leader changed|etcdserver: (?:leader changed|request timed out|no leader)|election timeout|quorum (?:lost|not)/i

/** It lost its lease or its quorum. */
export const leader: Family = {
  name: 'leadership',
  class: 'dependency',
  words: ['leader', 'lease', 'quorum', 'election', 'leading'],
  read: text =>
    forms.test(text)
      ? {
          means: 'lost its leadership: the lease could not be renewed in time, or the quorum is gone',
          fix: 'Look at latency of the API server or etcd and at CPU throttling of this pod at that time.',
          tells: 0.8,
        }
      : undefined,
}
